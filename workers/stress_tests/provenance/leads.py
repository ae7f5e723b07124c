"""Registered models in order of a resemblance that has no null: leads, and never a verdict."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from compliance.domain.errors import NotTestableError
from compliance.domain.statistics.fixed_points import share_interval
from compliance.domain.verdicts import Claim, Estimate, Part
from workers.contract import Score
from workers.stress_tests.provenance.references import NOT_COMPARABLE, Role, reasons_told


@dataclass(frozen=True, slots=True)
class Ranked:
    """How a test's scores are ranked.

    Attributes:
        shares: what a score's value is the mean of, each within [0, 1].
        said: what else is known of a model.
    """

    claim: Claim
    shares: Callable[[Score], Sequence[float]]
    said: Callable[[Score], str]

    def conclude(self, scores: Sequence[Score], caveats: Sequence[str]) -> Estimate:
        """The undeclared model that leads is the value, the next one's resemblance the limit.

        The interval takes the shares as independent draws and describes how they differ.

        Raises:
            NotTestableError: none could be compared.
        """
        ranked = sorted(
            (one for one in scores if one.label != NOT_COMPARABLE), key=lambda one: -one.value
        )
        if not ranked:
            raise NotTestableError(
                "; ".join(reasons_told(scores)) or "no other model is registered"
            )
        suspects = [one for one in ranked if one.label == Role.UNDECLARED.value]
        leading = (suspects or ranked)[0]
        others = [one.value for one in suspects if one is not leading]
        low, high = self._interval(leading)
        return Estimate(
            claim=replace(self.claim, limit=max(others, default=0.0)),
            n=len(ranked),
            planned=len(scores),
            value=leading.value,
            lower=low,
            upper=high,
            log10_e_violating=0.0,
            log10_e_compliant=0.0,
            parts=tuple(self._part(one, place) for place, one in enumerate(ranked, start=1)),
            caveats=(*caveats, *reasons_told(scores)),
            lead=True,
        )

    def _part(self, score: Score, place: int) -> Part:
        low, high = self._interval(score)
        note = f"{place}. of all; {score.label.replace('_', ' ')}; {self.said(score)}"
        return Part(
            score.part, len(self.shares(score)), score.value, low, high, 0.0, 0.0, note=note
        )

    def _interval(self, score: Score) -> tuple[float, float]:
        return share_interval(np.clip(self.shares(score), 0.0, 1.0).tolist(), self.claim.alpha)
