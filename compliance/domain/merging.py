"""Evidence of several stress tests on whether one version derives from another, as one e-value.

What makes a test's null true decides how its e-value may be merged:

1. **Labels** of hidden units, which an independent initialisation orders at random. What a model
   computes does not depend on them, so given all that it says they are as random as before.
2. **Controls**, models that somebody holds to be exchangeable with the suspect. Tests that rank
   among controls share them.
3. **Lots** that were drawn apart from any model: the order of a training run, a sealed key.

E-values of one kind are averaged, which is valid under any dependence. Those of different kinds are
multiplied: given everything that the later kind's lot does not touch, its e-value has a mean of at
most 1. Each factor is staked by half, (1 + e) / 2, as a rank that is not among the highest is an
e-value of 0, which would take all other evidence with it.

Source: Vovk and Wang, E-values: calibration, combination and applications, Annals of Statistics
49(3), 2021 (averages; products of sequential e-values).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from compliance.domain.statistics.fixed_points import log10_mean


class Randomness(StrEnum):
    """What an e-value's null draws."""

    LABELS = "labels of hidden units"
    CONTROLS = "controls"
    LOTS = "lots"


RANDOMNESS: Mapping[str, Randomness] = {
    "provenance.shared_initialisation": Randomness.LABELS,
    "provenance.calibrated_match": Randomness.CONTROLS,
    "provenance.next_token_agreement": Randomness.CONTROLS,
    "provenance.output_image": Randomness.CONTROLS,
    "provenance.distillation": Randomness.CONTROLS,
    "provenance.training_order": Randomness.LOTS,
    "provenance.canaries": Randomness.LOTS,
    "provenance.paraphrases": Randomness.LOTS,
    "provenance.radioactivity": Randomness.LOTS,
}
"""Tests whose evidence is merged; of others nothing is known of how they hang together."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one test says.

    Attributes:
        test: its name, without the version.
        log10_e: of the one result that counts, chosen before it was known.
    """

    test: str
    log10_e: float


@dataclass(frozen=True, slots=True)
class Merged:
    """One e-value against "in none of these ways does the one derive from the other"."""

    log10_e: float
    groups: tuple[tuple[str, ...], ...]

    @property
    def said(self) -> str:
        """How it was merged."""
        factors = " times ".join(
            one[0] if len(one) == 1 else f"the mean of {' and '.join(one)}" for one in self.groups
        )
        return f"merged: {factors}, each factor staked by half"


def merge(evidence: Iterable[Evidence]) -> Merged | None:
    """One e-value of all that may be merged; None where fewer than two tests have some."""
    known = [one for one in evidence if one.test in RANDOMNESS]
    if len({one.test for one in known}) < 2:
        return None
    groups = [[one for one in known if RANDOMNESS[one.test] is kind] for kind in Randomness]
    held = [group for group in groups if group]
    return Merged(
        log10_e=sum(_staked([one.log10_e for one in group]) for group in held),
        groups=tuple(tuple(one.test for one in group) for group in held),
    )


def _staked(log10_e: Sequence[float]) -> float:
    """log10 of (1 + mean) / 2, without overflow."""
    mean = log10_mean(log10_e)
    larger = max(mean, 0.0)
    return larger + math.log10((10.0 ** (mean - larger) + 10.0**-larger) / 2.0)
