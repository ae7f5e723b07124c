"""Which events a subscription hears."""

from __future__ import annotations

import pytest

from compliance.domain.errors import InvalidInputError
from compliance.domain.events import EventType
from compliance.domain.subscriptions import HEARD_BY, hears, subscription_check
from compliance.domain.vocabulary import Effect

PAYLOAD = {"test": "safety.refusal", "verdict": "violating", "run": "x"}


@pytest.mark.parametrize(
    ("where", "heard"),
    [
        ({}, True),
        ({"test": "safety.refusal"}, True),
        ({"test": "bias.counterfactual_pairs"}, False),
        ({"test": ["bias.counterfactual_pairs", "safety.refusal"]}, True),
        ({"test": "safety.refusal", "verdict": "compliant"}, False),
        ({"absent": None}, True),
        ({"absent": "x"}, False),
    ],
)
def test_a_filter_lets_through_what_has_every_value(where: dict[str, object], heard: bool) -> None:
    assert hears(where, PAYLOAD) is heard  # type: ignore[arg-type]


def test_a_key_that_no_such_event_holds_is_refused_with_the_choice() -> None:
    with pytest.raises(InvalidInputError, match=r"filter: .*'tset'.*statement") as caught:
        subscription_check(EventType.VERDICT_VIOLATING, Effect.ALERT, {"tset": "safety.refusal"})
    assert caught.value.field == "filter"


@pytest.mark.parametrize(
    ("event_type", "effect"),
    [
        (EventType.SCHEDULE_DUE, Effect.RUN),  # names no version
        (EventType.RUN_REQUESTED, Effect.RUN),  # would never end
        (EventType.VERDICT_REACHED, Effect.RUN),
        (EventType.RUN_COMPLETED, Effect.RUN),
        (EventType.ALERT_OPENED, Effect.ALERT),
    ],
)
def test_what_cannot_follow_or_would_never_end_is_refused(
    event_type: EventType, effect: Effect
) -> None:
    with pytest.raises(InvalidInputError) as caught:
        subscription_check(event_type, effect, {})
    assert caught.value.field == "event_type"


def test_a_webhook_hears_everything_and_a_run_what_names_a_version() -> None:
    assert HEARD_BY[Effect.WEBHOOK] == set(EventType)
    assert {EventType.VERSION_REGISTERED, EventType.VERDICT_VIOLATING} <= HEARD_BY[Effect.RUN]
