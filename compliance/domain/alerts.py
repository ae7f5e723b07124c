"""Alerts: their lifecycle as a table, what counts as the same finding, what a route takes."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from compliance.domain.canonical import Json, digest
from compliance.domain.errors import TransitionError
from compliance.domain.events import EventType
from compliance.domain.vocabulary import AlertState, Severity

ALERT_MOVES: Mapping[AlertState, frozenset[AlertState]] = {
    AlertState.OPEN: frozenset({AlertState.ACKNOWLEDGED, AlertState.SNOOZED, AlertState.RESOLVED}),
    # Back to open where the same finding comes again and is more severe.
    AlertState.ACKNOWLEDGED: frozenset({AlertState.OPEN, AlertState.SNOOZED, AlertState.RESOLVED}),
    AlertState.SNOOZED: frozenset({AlertState.OPEN, AlertState.ACKNOWLEDGED, AlertState.RESOLVED}),
    AlertState.RESOLVED: frozenset(),
}
FINDINGS = frozenset(
    {
        EventType.VERDICT_VIOLATING,
        EventType.PARENT_UNSHOWN,
        EventType.WEIGHTS_CHANGED,
        EventType.ENDPOINT_DRIFT_DETECTED,
        EventType.RUN_ERRORED,
    }
)
"""Events that tell of the same thing again when the same test meets the same version."""
RECURRENCE_DAYS = 8
"""A finding that comes again within so many days adds to its alert; a week, and some jitter."""
LONGEST_SNOOZE_DAYS = 30
LONGEST_WINDOW_DAYS = 30
LONGEST_ESCALATION_MINUTES = 7 * 24 * 60


def alert_move_check(old: AlertState, new: AlertState) -> None:
    """Refuse a move that the table does not hold.

    Raises:
        TransitionError: naming both states.
    """
    if new not in ALERT_MOVES[old]:
        raise TransitionError(f"an alert that is {old.value} cannot become {new.value}")


def finding_of(event_type: EventType, payload: Mapping[str, Json]) -> str:
    """What an event found, as a digest: equal for the same test, version and verdict.

    Empty for what is no finding: such an event is never the same as another.
    """
    if event_type not in FINDINGS:
        return ""
    found = [str(payload.get(key, "")) for key in ("version", "test", "verdict")]
    return digest([event_type.value, *found])


def more_severe(new: Severity, old: Severity) -> bool:
    """Whether ``new`` asks for more haste than ``old``."""
    return new is Severity.CRITICAL and old is Severity.WARNING


def route_takes(
    *, minimum: Severity, event_types: Collection[str], severity: Severity, event_type: str
) -> bool:
    """Whether a route takes alerts of a severity that an event of a type raised.

    Args:
        event_types: that it takes; empty takes every one.
    """
    if more_severe(minimum, severity):
        return False
    return not event_types or event_type in event_types
