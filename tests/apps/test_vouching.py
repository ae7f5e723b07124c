"""Which checkpoint a proof ends in."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from compliance.ledger.models import Checkpoint, Cosignature, LogSetup, Timestamp, Witness
from compliance.ledger.vouching import NEWEST, vouched_for

pytestmark = pytest.mark.django_db
WITNESSES = ("a", "b", "c")


@pytest.fixture(autouse=True)
def policy() -> None:
    Witness.objects.bulk_create(Witness(name=name, url="http://w.example") for name in WITNESSES)
    keyed("one", since=0)


def keyed(key: str, *, since: int) -> None:
    LogSetup.objects.create(origin="log", verifier_keys=[key], policy=key, since_size=since)


def signed(sizes: Iterable[int], *, by: Iterable[str] = WITNESSES) -> None:
    made = Checkpoint.objects.bulk_create(Checkpoint(size=n, root=b"r", note="n") for n in sizes)
    Cosignature.objects.bulk_create(
        Cosignature(checkpoint=one, witness=name, key_id=key_id, line="l")
        for one in made
        for name in by
        for key_id in ("01", "02")
    )


def stamped(size: int) -> None:
    now = timezone.now()
    Timestamp.objects.create(checkpoint_id=size, authority="http://t.example", at=now, response=b"")


def chosen(index: int) -> int | None:
    found = vouched_for(index)
    return found.size if found else None


def test_the_newest_that_most_witnesses_cosigned() -> None:
    assert chosen(0) is None
    signed([3, 5])
    signed([7], by="ab")
    signed([9], by=())
    assert [chosen(index) for index in (0, 4, 6, 8, 9)] == [5, 5, 7, 9, None]


def test_of_equals_a_stamped_one_and_never_one_with_fewer_witnesses() -> None:
    signed(range(1, 201))
    stamped(100)  # beyond the newest that are looked at
    signed([201], by="ab")
    stamped(201)
    assert [chosen(index) for index in (0, 99, 100)] == [100, 100, 200]


def test_a_witness_that_has_been_silent_for_long_costs_no_quorum() -> None:
    signed(range(1, 11))
    signed(range(11, 12 + 2 * NEWEST), by="ab")
    assert chosen(3) == 10
    assert chosen(10) == 11 + 2 * NEWEST


def test_keys_of_today_are_preferred_to_a_stamp_and_to_witnesses_of_before() -> None:
    signed([5], by=(*WITNESSES, "retired"))
    stamped(5)
    keyed("two", since=6)
    signed([8])
    assert chosen(0) == 8
    LogSetup.objects.create(origin="log", verifier_keys=["two"], policy="other", since_size=9)
    stamped(8)
    signed([10])
    assert chosen(0) == 8  # signed by the keys of today too, and stamped


def test_it_asks_as_much_of_many_checkpoints_as_of_few() -> None:
    signed(range(1, 5))
    with CaptureQueriesContext(connection) as few:
        chosen(0)
    signed(range(5, 400))
    with CaptureQueriesContext(connection) as many:
        chosen(0)
    assert len(few) == len(many) == 4
