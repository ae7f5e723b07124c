"""What a stress test's validity report measured, in the sentences that findings quote.

Apart from the rules of disputes, which a verifier without scipy reads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from compliance.domain.canonical import Json
from compliance.domain.standing import standing_of

_TRIED = ("disjoint_pairs", "files")


def measured_false_alarms(validity: Mapping[str, Json] | None, alpha: float) -> str:
    """What a test's validity report measured at ``alpha``, and what lets the test decide."""
    found = standing_of(validity or {})
    return " ".join([_false_alarms(validity, alpha), *([found.said] if found else [])])


def _false_alarms(validity: Mapping[str, Json] | None, alpha: float) -> str:
    """The rate at ``alpha``, in one sentence.

    Reads rows ``{"alpha", "lower", "upper"}`` and ``{"alpha", "disjoint_lower", "disjoint_upper"}``
    of the report's ``false_alarms``, the first arm that has the level; how many were tried stands
    with the level or with its arm.
    """
    for row in _levels((validity or {}).get("false_alarms")):
        prefix = "disjoint_" if "disjoint_upper" in row else ""
        if row.get("alpha") == alpha and f"{prefix}upper" in row:
            alarms = row.get("alarms_disjoint", row.get("violating", 0))
            lower, upper = row[f"{prefix}lower"], row[f"{prefix}upper"]
            tried = next((f" of {row[one]}" for one in _TRIED if one in row), "")
            return (
                f"False alarms measured at alpha {alpha:g}: {alarms}{tried}, rate between "
                f"{lower:.4g} and {upper:.4g} (95% interval)."
            )
    return f"The validity report has no false-alarm rate at alpha {alpha:g}."


def _levels(reported: Json) -> Sequence[Mapping[str, Json]]:
    rows = reported if isinstance(reported, list) else []
    found: list[Mapping[str, Json]] = []
    for row in rows:
        if isinstance(row, Mapping):
            levels = row.get("levels")
            inner = levels if isinstance(levels, list) else [row]
            tried = {one: row[one] for one in _TRIED if one in row}
            found += [{**tried, **one} for one in inner if isinstance(one, Mapping)]
    return found
