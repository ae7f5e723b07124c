"""Every layer of one model against every layer of another, by a few hidden units of each.

What was grafted into another model, repeated or moved may lie at any place. For every offset the
layers of the subject are set against those of the reference so many places further on: together
these pairings hold every pair of layers once, and in each of them a layer occurs once, so that its
layers are independent under the null. Their e-values are averaged: that is what having looked at
all of them costs, log10 of (layers + layers - 1).

Read are the gate and up rows of the first units alone. Whichever units carry the first labels,
under the null their order is uniform, so the e-values of so few are as exact as those of all.
"""

from __future__ import annotations

import numpy as np

from workers.model_contents import WeightsReader
from workers.scoring.matching import HiddenUnits, Matching, match_units, row_units
from workers.stress_tests.provenance.gated_units import (
    NotComparableError,
    Pairing,
    gated_layers,
    require_one_width,
)

UNITS = 128
"""Hidden units of each layer: all 128 in place are worth 216 digits of e."""


def offsets(subject_depth: int, reference_depth: int) -> list[Pairing]:
    """A pairing for every offset at which two layers meet, from the most negative on."""
    return [
        Pairing(
            f"offset {offset:+d}",
            tuple(
                (n, n + offset) for n in range(subject_depth) if 0 <= n + offset < reference_depth
            ),
        )
        for offset in range(1 - subject_depth, reference_depth)
    ]


def scan_layers(
    subject: WeightsReader, reference: WeightsReader
) -> list[tuple[Pairing, list[Matching]]]:
    """Match the first hidden units of every layer with those of every layer of the other model.

    Raises:
        NotComparableError: see ``gated_layers`` and ``first_units``; or the widths differ.
    """
    own, other = first_units(subject), first_units(reference)
    require_one_width(subject, reference, own[0], other[0])
    return [
        (one, [match_units(own[first], other[second]) for first, second in one.layers])
        for one in offsets(len(own), len(other))
    ]


def first_units(reader: WeightsReader) -> list[HiddenUnits]:
    """The first hidden units of every layer.

    Raises:
        NotComparableError: a value is NaN or infinite, or the shapes are not those of one model.
    """
    layers = gated_layers(reader)
    found = []
    for layer in layers:
        gate, up = (reader.rows(name, UNITS) for name in (layer.gate, layer.up))
        sound = all(one.ndim == 2 and np.isfinite(one).all() for one in (gate, up))
        if not sound or gate.shape != up.shape:
            raise NotComparableError(
                f"{reader.label} has no sound gate and up rows in {layer.gate}"
            )
        found.append(row_units(gate, up))
    if len({one.gate.shape[1] for one in found}) != 1:
        raise NotComparableError(f"{reader.label} has layers of different widths")
    return found
