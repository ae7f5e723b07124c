from collections.abc import Sequence
from datetime import timedelta
from typing import NoReturn
from uuid import UUID

import pytest
from django.db import DatabaseError, transaction
from django.db.models.functions import Now

from compliance.domain.errors import InvalidInputError
from compliance.domain.events import PAYLOAD_KEYS, EventType, Reader
from compliance.domain.sending import RING_AGAIN_SECONDS
from compliance.events.models import Event, FollowUp, PendingEvent
from compliance.events.sending import sendings_ring
from compliance.events.services import event_record, events_relay, follow_up_attempt
from tests.cast import Cast


def record(cast: Cast) -> Event:
    return event_record(
        event_type=EventType.MODEL_REGISTERED,
        organization_id=cast.northwind.id,
        subject="model/x",
        payload={"model": "x", "slug": "x"},
    )


def alert(events: Sequence[Event]) -> list[tuple[Event, str]]:
    return [(event, "alerts.open") for event in events]


def test_every_event_type_lists_its_payload_keys() -> None:
    assert set(PAYLOAD_KEYS) == set(EventType)


def test_a_relayed_event_is_not_pending_any_more(cast: Cast) -> None:
    event = record(cast)
    assert [events_relay(follow=alert), events_relay(follow=alert)] == [1, 0]
    assert event.follow_ups.get().task == "alerts.open"


def test_an_event_that_nobody_knows_what_to_do_about_stays_pending(cast: Cast) -> None:
    record(cast)

    def broken(events: Sequence[Event]) -> NoReturn:
        raise KeyError(events[0].type)

    with pytest.raises(KeyError):
        events_relay(follow=broken)
    assert PendingEvent.objects.filter(reader=Reader.RELAY.value).count() == 1


def test_what_an_event_calls_for_is_rung_for_again_until_it_is_done(cast: Cast) -> None:
    event = record(cast)
    events_relay(follow=alert)
    rung: list[FollowUp] = []

    def ring() -> int:
        return sendings_ring(kind=FollowUp, ring=rung.append)

    assert [ring(), ring()] == [1, 0]
    # The broker forgets the message: nobody is rung for within the time it may take, then again.
    FollowUp.objects.update(rung_at=Now() - timedelta(seconds=RING_AGAIN_SECONDS + 1))
    assert ring() == 1
    done: list[UUID] = []
    for _ in range(2):  # the late message finds it done
        follow_up_attempt(follow_up_id=rung[0].id, act=done.append)
    assert done == [event.id]
    assert FollowUp.objects.get().delivered_at is not None


def test_a_follow_up_that_fails_keeps_why_and_is_due_later(cast: Cast) -> None:
    record(cast)
    events_relay(follow=alert)
    row = FollowUp.objects.get()

    def broken(event_id: UUID) -> None:
        raise ValueError("no such battery")

    follow_up_attempt(follow_up_id=row.id, act=broken)
    row.refresh_from_db()
    assert (row.attempts, row.failed_because) == (1, "ValueError: no such battery")
    assert row.delivered_at is None
    done: list[UUID] = []
    follow_up_attempt(follow_up_id=row.id, act=done.append)
    assert not done  # not due
    FollowUp.objects.update(next_attempt_at=Now())
    follow_up_attempt(follow_up_id=row.id, act=done.append)
    assert done


def test_a_payload_without_a_key_is_refused(cast: Cast) -> None:
    with pytest.raises(InvalidInputError, match=r"payload\.slug"):
        event_record(
            event_type=EventType.MODEL_REGISTERED,
            organization_id=cast.northwind.id,
            subject="model/x",
            payload={"model": "x"},
        )


def test_an_event_cannot_be_changed(cast: Cast) -> None:
    event = record(cast)
    with pytest.raises(DatabaseError), transaction.atomic():
        Event.objects.filter(id=event.id).update(subject="model/y")


@pytest.mark.django_db(transaction=True)
def test_an_event_needs_the_transaction_of_its_change() -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        event_record(
            event_type=EventType.MODEL_REGISTERED,
            organization_id="00000000-0000-0000-0000-000000000000",  # type: ignore[arg-type]
            subject="model/x",
            payload={"model": "x", "slug": "x"},
        )
