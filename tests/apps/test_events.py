import pytest
from django.db import DatabaseError, transaction

from compliance.domain.errors import InvalidInputError
from compliance.domain.events import PAYLOAD_KEYS, EventType
from compliance.events.models import Event, PendingEvent
from compliance.events.services import event_record, events_relay
from tests.cast import Cast


def record(cast: Cast) -> Event:
    return event_record(
        event_type=EventType.MODEL_REGISTERED,
        organization_id=cast.northwind.id,
        subject="model/x",
        payload={"model": "x", "slug": "x"},
    )


def test_every_event_type_lists_its_payload_keys() -> None:
    assert set(PAYLOAD_KEYS) == set(EventType)


def test_a_relayed_event_is_not_pending_any_more(cast: Cast) -> None:
    event = record(cast)
    published: list[Event] = []
    assert events_relay(publish=published.append) == 1
    assert published == [event]
    assert events_relay(publish=published.append) == 0


def test_an_event_that_could_not_be_published_stays_pending(cast: Cast) -> None:
    record(cast)

    def broken(event: Event) -> None:
        raise ConnectionError("no broker")

    with pytest.raises(ConnectionError):
        events_relay(publish=broken)
    assert PendingEvent.objects.count() == 1


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
