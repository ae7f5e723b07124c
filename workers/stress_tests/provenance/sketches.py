"""A sketch of a model's first hidden units, for the registry's screening."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from compliance.domain.statistics.sketches import (
    UNITS,
    Sketch,
    layers_sketched,
    projections,
    signs_packed,
)
from workers.contract import WeightsReader
from workers.scoring.matching import signed_units
from workers.stress_tests.provenance.gated_units import NotComparableError, gated_layers


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
