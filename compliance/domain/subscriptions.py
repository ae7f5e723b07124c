"""Which events a subscription hears, and what it does about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from compliance.domain.canonical import Json
from compliance.domain.errors import InvalidInputError
from compliance.domain.events import PAYLOAD_KEYS, EventType
from compliance.domain.specs import StressTestSpec
from compliance.domain.vocabulary import Effect, Severity

HEARD_BY: Mapping[Effect, frozenset[EventType]] = {
    # A run needs a version to test.
    Effect.RUN: frozenset(one for one in EventType if "version" in PAYLOAD_KEYS[one])
    - {
        EventType.RUN_REQUESTED,
        EventType.RUN_PLANNED,
        EventType.VERDICT_REACHED,
        EventType.RUN_COMPLETED,
    },
    # An alert about an alert would never end.
    Effect.ALERT: frozenset(one for one in EventType if not one.value.startswith("alert.")),
    Effect.WEBHOOK: frozenset(EventType),
}


@dataclass(frozen=True, slots=True)
class StartRun:
    """Run a battery on the version that the event tells of."""

    battery: tuple[StressTestSpec, ...]
    effect = Effect.RUN


@dataclass(frozen=True, slots=True)
class OpenAlert:
    """Alert the organization's people."""

    severity: Severity
    effect = Effect.ALERT


@dataclass(frozen=True, slots=True)
class CallWebhook:
    """POST the event's CloudEvents envelope to a URL, signed."""

    url: str
    effect = Effect.WEBHOOK


Consequence: TypeAlias = StartRun | OpenAlert | CallWebhook


def subscription_check(event_type: EventType, effect: Effect, where: Mapping[str, Json]) -> None:
    """Refuse an effect that the event cannot have, and a filter that it can never pass.

    Raises:
        InvalidInputError: naming event_type or filter.
    """
    if event_type not in HEARD_BY[effect]:
        heard = ", ".join(sorted(one.value for one in HEARD_BY[effect]))
        raise InvalidInputError(
            field="event_type",
            problem=f"'{event_type.value}' cannot be followed by the effect '{effect.value}'",
            fix=f"Use one of: {heard}",
        )
    unknown = sorted(set(where) - PAYLOAD_KEYS[event_type])
    if unknown:
        raise InvalidInputError(
            field="filter",
            problem=f"an event of type '{event_type.value}' holds no '{unknown[0]}'",
            fix=f"Use keys of: {', '.join(sorted(PAYLOAD_KEYS[event_type]))}",
        )


def hears(where: Mapping[str, Json], payload: Mapping[str, Json]) -> bool:
    """Whether an event passes a filter: each key has the value, or one of a list of values."""
    return all(
        payload.get(key) in wanted if isinstance(wanted, list) else payload.get(key) == wanted
        for key, wanted in where.items()
    )
