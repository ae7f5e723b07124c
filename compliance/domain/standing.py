"""Whether a stress test may decide or finds leads alone: one rule for all, by what was measured.

A validity report holds families of claims that are false, each with how many of them raised an
alarm at a level. A test is **demoted** to a lead where these do not bear its level out (ADR 0037):

1. Some family was measured.
2. What a study draws anew, as often as it likes, has an upper bound of at most alpha, each family
   by itself.
3. Trained models, of which there are only so many, have one together. Where the null is
   ``calibrated`` (a rank among models that somebody holds to be alike, an asymptotic law), at
   alpha. Where it is ``exact`` (a lot was drawn: an initialisation, an order, a key; the rest is a
   theorem) at the finest of the levels they resolve, which must be 5% at least, and is named.
4. No family, and no part of the evidence, is shown to be above any level that was counted.

Bounds are exact: one-sided 95% for 2 and 3, the lower end of two-sided 95% for 4.
Source: Clopper and Pearson, Biometrika 26, 1934.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from compliance.domain.canonical import Json
from compliance.domain.statistics.binomial import clopper_pearson, clopper_pearson_upper

LEVELS = (0.05, 0.01, 0.001)
BOUND = 0.05


class Null(StrEnum):
    """What makes a false alarm's rate known."""

    EXACT = "exact"
    CALIBRATED = "calibrated"


class Claims(StrEnum):
    """What the claims of a family are made of."""

    MODELS = "models"
    """Models trained for the study: counted together."""
    DRAWN = "drawn"
    """Lots drawn anew by the study, as many as it likes: each family stands alone."""
    PART = "part"
    """Part of the evidence, or claims that repeat others: must not be shown above, counts nowhere
    else."""


@dataclass(frozen=True, slots=True)
class Family:
    """Independent claims that are false, and how many raised an alarm.

    Attributes:
        alarms: by level, in (0, 1).
        setting: the form of the test that was asked; those of one setting are counted together.
    """

    case: str
    claims: Claims
    tried: int
    alarms: Mapping[float, int]
    setting: str = ""

    def to_json(self) -> dict[str, Json]:
        return {
            "case": self.case,
            "claims": self.claims.value,
            "tried": self.tried,
            "levels": [{"alpha": one, "alarms": self.alarms[one]} for one in sorted(self.alarms)],
            "setting": self.setting,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Family:
        alarms = {float(one["alpha"]): int(one["alarms"]) for one in value["levels"]}
        claims = Claims(value["claims"])
        return cls(value["case"], claims, int(value["tried"]), alarms, value["setting"])


@dataclass(frozen=True, slots=True)
class Standing:
    """What the rule makes of a study.

    Attributes:
        level: the finest level at which trained models bear the test out; alpha where none were
            needed; None where they bear out none.
        said: why, in one or two sentences with the bound.
    """

    null: Null
    alpha: float
    families: tuple[Family, ...]
    level: float | None
    holds: bool
    said: str

    def to_json(self) -> dict[str, Json]:
        return {
            "null": self.null.value,
            "alpha": self.alpha,
            "families": [one.to_json() for one in self.families],
            "level": self.level,
            "holds": self.holds,
            "said": self.said,
        }


def standing(null: Null, alpha: float, families: Sequence[Family]) -> Standing:
    """Apply the rule.

    Raises:
        ValueError: more alarms than claims.
    """
    trained = [one for one in families if one.claims is Claims.MODELS]
    drawn = [one for one in families if one.claims is Claims.DRAWN]
    level = _finest(trained, alpha) if trained else alpha
    above = next((f"{one.case} at {100 * at:g}%" for one in families for at in _above(one)), "")
    wide = next((one for one in drawn if not _within([one], alpha)), None)
    borne = level is not None and (null is Null.EXACT or level == alpha)
    why = ""
    if not trained and not drawn:
        why = "no false alarm was ever counted"
    elif above:
        why = f"alarms are shown to be more frequent than they may: {above}"
    elif wide:
        why = f"what was drawn anew does not bear {100 * alpha:g}% out: {wide.case or 'a row'}"
    elif not borne:
        why = f"{_counted(trained, alpha if null is Null.CALIBRATED else LEVELS[0])}, too much"
    said = f"A lead alone: {why}." if why else _carried(null, alpha, level or alpha, families)
    return Standing(null, alpha, tuple(families), level, not why, said)


def standing_of(report: Mapping[str, Any]) -> Standing | None:
    """The rule applied again to what a validity report counted; None where it says nothing of it.

    Reads ``standing`` (``null``, ``alpha``, ``families``); else rows of ``size`` with ``lives``,
    ``wrong`` and an alpha of their own or of ``design``, as lots drawn anew.
    """
    told = report.get("standing")
    if told is not None:
        families = [Family.from_json(one) for one in told["families"]]
        return standing(Null(told["null"]), float(told["alpha"]), families)
    rows = [row for row in report.get("size", ()) if "lives" in row and "wrong" in row]
    alpha = report.get("design", {}).get("alpha")
    if not rows or alpha is None:
        return None
    return standing(Null.EXACT, float(alpha), [simulated(row, alpha) for row in rows])


def standing_said(report: Mapping[str, Any] | None) -> str:
    """What a test's false alarms were counted at, and whether it may decide."""
    found = standing_of(report or {})
    return found.said if found else "not measured: leads only"


def simulated(row: Mapping[str, Any], alpha: float) -> Family:
    """A row of lives simulated at the edge of the null."""
    return Family(str(row.get("case", "")), Claims.DRAWN, row["lives"], {alpha: row["wrong"]})


def _finest(trained: Sequence[Family], alpha: float) -> float | None:
    """The finest level, alpha at most, that every setting's models together bear out."""
    settings = {one.setting for one in trained}
    held = None
    for level in sorted({*LEVELS, alpha}, reverse=True):
        if level < alpha or any(level not in one.alarms for one in trained):
            continue
        if not all(_within(_of(trained, one), level) for one in settings):
            return held
        held = level
    return held


def _of(families: Sequence[Family], setting: str) -> list[Family]:
    return [one for one in families if one.setting == setting]


def _within(families: Sequence[Family], level: float) -> bool:
    return _upper(families, level) <= level


def _upper(families: Sequence[Family], level: float) -> float:
    alarms, tried = (sum(one.alarms[level] for one in families), sum(o.tried for o in families))
    return clopper_pearson_upper(alarms, tried, BOUND)


def _above(family: Family) -> Iterator[float]:
    for level, alarms in family.alarms.items():
        if clopper_pearson(alarms, family.tried)[0] > level:
            yield level


def _counted(families: Sequence[Family], level: float) -> str:
    """The setting with the widest bound."""
    groups = [_of(families, one) for one in {one.setting for one in families}]
    worst = max(groups, key=lambda group: _upper(group, level))
    alarms, tried = sum(one.alarms[level] for one in worst), sum(one.tried for one in worst)
    return (
        f"{alarms:,} of {tried:,} claims against trained models raised an alarm at "
        f"{100 * level:g}%, at most {_upper(worst, level):.2%} with 95% confidence"
    )


def _carried(null: Null, alpha: float, level: float, families: Sequence[Family]) -> str:
    trained = [one for one in families if one.claims is Claims.MODELS]
    drawn = [one for one in families if one.claims is Claims.DRAWN]
    told = []
    if trained:
        told.append(_counted(trained, level))
    if drawn:
        most = max(_upper([one], alpha) for one in drawn)
        told.append(f"of what was drawn anew at most {most:.2%} at {100 * alpha:g}%")
    basis = {Null.EXACT: "Its null is proved", Null.CALIBRATED: "Measured, not proved"}[null]
    rest = "the proof and what was drawn" if drawn else "the proof alone"
    finer = f" Finer levels, {100 * alpha:g}% among them, rest on {rest}."
    return f"{basis}: {'; '.join(told)}.{finer if level > alpha else ''}"
