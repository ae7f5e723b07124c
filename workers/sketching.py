"""A sketch of a model for the registry's screening, read from its files alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from compliance.domain.errors import InvalidInputError, NotTestableError
from compliance.domain.specs import Subject
from compliance.domain.statistics.sketches import (
    UNITS,
    Sketch,
    layers_sketched,
    projections,
    signs_packed,
)
from workers.backends.files import model_files
from workers.backends.weights import open_weights
from workers.model_contents import WeightsReader
from workers.scoring.matching import signed_units
from workers.stress_tests.provenance.gated_units import NotComparableError, gated_layers


def subject_sketch(subject: Subject) -> tuple[Sketch | None, str]:
    """The sketch of registered weights, or none and the reason."""
    try:
        return sketch(open_weights(model_files(subject.location), label=subject.label)), ""
    except (NotComparableError, NotTestableError, InvalidInputError) as error:
        return None, str(error)


def sketch(reader: WeightsReader) -> Sketch:
    """The first hidden units of up to eight layers; only their rows are read.

    Raises:
        NotComparableError: no gated MLP under a known name, a missing tensor, fewer than two units,
            or values that are not finite.
        NotTestableError: a tensor of another shape than its layer's.
    """
    layers = gated_layers(reader)
    projected: list[NDArray[np.float32]] = []
    width = 0
    for number in layers_sketched(len(layers)):
        layer = layers[number]
        gate, up = (np.asarray(reader.rows(name, UNITS)) for name in (layer.gate, layer.up))
        if gate.ndim != 2 or gate.shape != up.shape or len(gate) < 2:
            raise NotComparableError(f"{reader.label} has gates {gate.shape} and ups {up.shape}")
        if not (np.isfinite(gate).all() and np.isfinite(up).all()):
            raise NotComparableError(f"{reader.label} holds NaN or infinite values in {layer.gate}")
        width = gate.shape[1]
        projected.append(signed_units(gate, up).signed @ projections(width))
    if len({one.shape for one in projected}) != 1 or not projected:
        raise NotComparableError(f"{reader.label} has layers of different sizes")
    return Sketch(width=width, words=signs_packed(projected))
