"""What became of an alert, in the order it happened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import TYPE_CHECKING

from compliance.alerts.selectors import alert_assignments

if TYPE_CHECKING:
    from compliance.alerts.models import Alert

_MOVES = {
    "open": "opened again",
    "acknowledged": "acknowledged",
    "snoozed": "put off",
    "resolved": "resolved",
}


@dataclass(frozen=True, slots=True)
class Step:
    """Something that became of an alert.

    Attributes:
        who: empty where it came of itself.
    """

    at: datetime
    what: str
    who: str = ""
    text: str = ""


def history(alert: Alert) -> list[Step]:
    """Every step, newest last; read from what ``alert_get`` has fetched, and from events."""
    return sorted([*_acts(alert), *_given(alert), *_by_itself(alert)], key=attrgetter("at"))


def _acts(alert: Alert) -> Iterator[Step]:
    for move in alert.transitions.all():
        yield Step(move.at, _MOVES[move.new], str(move.who or ""), move.reason)
    for answer in alert.answers.all():
        yield Step(answer.at, "answered", str(answer.who), answer.text)


def _given(alert: Alert) -> Iterator[Step]:
    for event, name in alert_assignments(alert=alert):
        yield Step(event.occurred_at, f"given to {name or 'somebody'}", str(event.actor or ""))


def _by_itself(alert: Alert) -> Iterator[Step]:
    for occurrence in alert.occurrences.all():
        told = str(occurrence.event.payload.get("statement", ""))
        yield Step(occurrence.at, "found again", text=told)
    for escalation in alert.escalations.all():
        if escalation.escalated and escalation.ended_at:
            told = "Nobody had answered it in time."
            yield Step(escalation.ended_at, f"escalated to {escalation.route}", text=told)
    for silence in alert.silences.all():
        window = silence.window
        yield Step(silence.at, "silenced", f"{window.opened_by}", window.reason)
        if silence.released_at:
            told = f"The window “{window.reason}” is over."
            yield Step(silence.released_at, "silenced no longer", text=told)
