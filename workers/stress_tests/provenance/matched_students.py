"""A suspect ranked among students of other teachers: controls as a spec writes them, and the rank.

Null hypothesis: the suspect is exchangeable with the controls, one of each teacher. Then the rank
p-value is exact. Students of one teacher resemble each other, so they count once, by the closest.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
from scipy.stats import norm

from compliance.domain.canonical import Json
from compliance.domain.errors import InvalidInputError, NotTestableError
from compliance.domain.statistics.binomial import clopper_pearson
from compliance.domain.statistics.ranks import controls_needed, log10_e_place, rank_p
from compliance.domain.verdicts import Claim, Estimate, Part
from workers.contract import Score
from workers.stress_tests.provenance.references import NOT_COMPARABLE, reasons_told

LEAST_CONTROLS = 4
"""Teachers of controls; with fewer a rank says next to nothing."""
SUSPECT = "suspect"
SHOWN = (
    "Learnt from the accused teacher, or from what it was taught: the model is closer to its "
    "answers than the students of other teachers, beyond what one of them is by chance."
)
NOT_SHOWN = "Not shown: that is no proof that the model did not learn from the accused teacher."
SHARED = (
    "It cannot tell learning from the teacher's answers from learning from the teacher's own "
    "training data, from a copy of its weights, or from another student of it."
)
FEW = "A lead, never a verdict: {needed} controls of different teachers are needed at this alpha."
UNMATCHED = (
    "A lead, never a verdict: nobody says that the controls have the suspect's architecture, data "
    "and length of training and were chosen before anybody looked. Set 'matched' where they do."
)
MATCHED = (
    "It rests on the word of whoever chose the controls that they match the suspect in all but "
    "their teacher, and that they and the prompts were chosen before anybody looked."
)


@dataclass(frozen=True, slots=True)
class Control:
    """A student of another teacher: its label or digest, and the teacher's name."""

    model: str
    teacher: str


def parse_controls(value: Sequence[Json]) -> tuple[Control, ...]:
    """Controls as a spec writes them, ``{"model": str, "teacher": str}`` each.

    Raises:
        InvalidInputError: an entry of another shape.
    """
    return tuple(_control(entry, number) for number, entry in enumerate(value))


def closeness_estimate(
    claim: Claim, scores: Sequence[Score], *, matched: bool, planned: int
) -> Estimate:
    """The suspect's rank among the controls' teachers.

    Args:
        scores: one a model, with the teacher's name as ``teacher`` and closeness to each answer as
            ``closeness`` in its detail; the suspect's label is SUSPECT.

    Raises:
        NotTestableError: the suspect or too few controls could be compared.
    """
    suspect = next((one for one in scores if one.label == SUSPECT), None)
    families = _families(scores)
    if suspect is None or len(families) < LEAST_CONTROLS:
        raise NotTestableError(f"controls of only {len(families)} teachers could be compared")
    number, alpha = len(families), claim.alpha
    p_value = rank_p(suspect.value, families)
    below = sum(one < suspect.value for one in families)
    lower, upper = clopper_pearson(below, number, alpha)
    enough = number >= controls_needed(alpha)
    log10_e = log10_e_place(suspect.value, families, alpha) if enough else 0.0
    compared = [one for one in scores if one.label != NOT_COMPARABLE]
    return Estimate(
        claim=claim,
        n=len(compared),
        planned=planned,
        value=below / number,
        lower=lower,
        upper=upper,
        log10_e_violating=log10_e,
        log10_e_compliant=0.0,
        parts=tuple(_part(one, alpha) for one in compared),
        caveats=(
            SHOWN if log10_e > 0.0 else NOT_SHOWN,
            f"Rank p-value among controls of {number} teachers: {p_value:.3f}.",
            SHARED,
            MATCHED if matched else UNMATCHED,
            *(() if enough else (FEW.format(needed=controls_needed(alpha)),)),
            *reasons_told(scores),
        ),
        lead=not (enough and matched),
    )


def _families(scores: Sequence[Score]) -> list[float]:
    """The closest control of each teacher."""
    closest: dict[str, float] = {}
    for one in scores:
        if one.label not in (SUSPECT, NOT_COMPARABLE):
            teacher = cast(str, one.detail["teacher"])
            closest[teacher] = max(one.value, closest.get(teacher, -math.inf))
    return [*closest.values()]


def _part(score: Score, alpha: float) -> Part:
    """A model's mean closeness; its interval takes answers as independent, and tests nothing."""
    each = np.array(score.detail["closeness"], dtype=np.float64)
    error = float(each.std(ddof=1) / math.sqrt(len(each)) * norm.ppf(1.0 - alpha / 2.0))
    ends = (score.value - error, score.value + error)
    return Part(score.part, len(each), score.value, *ends, 0.0, 0.0, note=score.label)


def _control(entry: object, number: int) -> Control:
    found = entry if isinstance(entry, Mapping) else {}
    model, teacher = found.get("model"), found.get("teacher")
    texts = isinstance(model, str) and isinstance(teacher, str)
    if set(found) != {"model", "teacher"} or not texts or not model or not teacher:
        raise InvalidInputError(
            field="parameters.controls",
            problem=f"hold an entry {number} that is no control",
            fix='Write [{"model": "northwind/pupil 1.0", "teacher": "southwind"}, ...]',
        )
    return Control(cast(str, model), cast(str, teacher))
