"""What a study's families of false claims make of its test, as its report tells it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from compliance.domain.canonical import Json
from compliance.domain.standing import LEVELS, Claims, Family, Null, standing


def stands(null: Null, alpha: float, families: Sequence[Family]) -> dict[str, Json]:
    """The report's ``size_holds``, and its ``standing`` with all that this follows from."""
    found = standing(null, alpha, families)
    return {"size_holds": found.holds, "standing": found.to_json()}


def family(
    row: Mapping[str, Json], alpha: float, *, drawn: bool = False, setting: str = ""
) -> Family:
    """A row with the number of ``claims`` and of ``wrong`` ones at alpha.

    ``at_levels``, where it is told, holds the alarms at 5%, 1% and 0.1%.
    """
    at = row.get("at_levels")
    told = dict(zip(LEVELS, at, strict=True)) if isinstance(at, list) else {}
    alarms = {level: int(str(hits)) for level, hits in told.items()} | {
        alpha: int(str(row["wrong"]))
    }
    claims = Claims.DRAWN if drawn else Claims.MODELS
    return Family(str(row["case"]), claims, int(str(row["claims"])), alarms, setting)
