"""The log as it runs: a sequencer and three witnesses, each a process of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection, transaction

from compliance.domain.events import EventType
from compliance.domain.tlog.witness_policy import SECTORS
from compliance.events.models import Event, PendingEvent
from compliance.events.services import event_record
from compliance.ledger.models import Checkpoint, Entry, Witness
from compliance.ledger.selectors import log_alarms, log_halted, log_refusals, log_state
from compliance.ledger.services import log_check
from launcher.supervisor import Service
from tests.cast import Cast
from tests.flows.conftest import Processes, Wait, start
from tests.tampering import tables_may_be_emptied

pytestmark = pytest.mark.django_db(transaction=True)


def act(cast: Cast, count: int) -> list[Event]:
    with transaction.atomic():
        return [
            event_record(
                event_type=EventType.MODEL_REGISTERED,
                organization_id=cast.northwind.id,
                subject=f"model/{number}",
                payload={"model": str(number), "slug": "x"},
            )
            for number in range(count)
        ]


def cosigned(count: int) -> Callable[[], bool]:
    """Whether the newest checkpoint covers everything, with a quorum of all three sectors."""

    def holds() -> bool:
        if Entry.objects.count() < count or not Checkpoint.objects.filter(size__gte=count):
            return False
        return log_state().standing.quorum

    return holds


def test_what_happens_is_sequenced_signed_and_cosigned_by_three_sectors(
    cast: Cast, processes: Processes, fleet: dict[str, Service], wait: Wait
) -> None:
    start(processes, fleet)
    act(cast, 10)
    wait(cosigned(11), what="a quorum on the first ten")
    act(cast, 5)
    wait(cosigned(16), what="a quorum on all")
    assert set(SECTORS) <= log_state().standing.witnessed
    assert list(log_check()) == []


def test_a_witness_that_is_down_is_asked_again(
    cast: Cast, processes: Processes, fleet: dict[str, Service], wait: Wait
) -> None:
    start(processes, fleet, "witness-government", "witness-academia", "sequencer")
    act(cast, 3)
    lagging = Witness.objects.filter(name__startswith="industry").exclude(trouble="")
    wait(lagging.exists, what="the trouble with the third")
    assert not log_state().standing.quorum
    start(processes, fleet, "witness-industry")
    wait(cosigned(4), what="a quorum")
    assert not log_refusals()


def test_a_log_that_was_turned_back_is_refused_by_signer_and_witnesses(
    cast: Cast, processes: Processes, fleet: dict[str, Service], wait: Wait
) -> None:
    start(processes, fleet)
    act(cast, 6)
    wait(cosigned(7), what="a quorum")
    processes.kill("sequencer")
    _turn_back()
    start(processes, fleet, "sequencer")
    wait(lambda: "it is older than its own log" in log_halted(), what="the refusal")
    assert len(log_alarms()) == 1  # what every page shows
    assert Event.objects.filter(type="log.refused").count() == 1
    assert not Entry.objects.exists()  # what is missing can still be replayed
    processes.kill("sequencer")
    _forget(Path(fleet["sequencer"].environment["ASSAY_LOG_KEY"]))  # somebody cheats the signer too
    act(cast, 9)
    start(processes, fleet, "sequencer")
    wait(lambda: len(log_refusals()) == len(SECTORS), what="every witness's refusal")
    assert not log_state().standing.quorum
    wait(lambda: Event.objects.filter(type="log.refused").count() == 1 + len(SECTORS), what="all")
    assert not log_halted()  # it signs, and nobody believes it


def test_a_sequencer_killed_at_any_moment_loses_and_doubles_nothing(
    cast: Cast, processes: Processes, fleet: dict[str, Service], wait: Wait
) -> None:
    start(processes, fleet, *[name for name in fleet if name != "sequencer"])
    for _ in range(4):
        start(processes, fleet, "sequencer")
        size = Entry.objects.count()
        act(cast, 400)
        wait(lambda size=size: Entry.objects.count() > size, what="a first batch")
        processes.kill("sequencer")
    start(processes, fleet, "sequencer")
    wait(cosigned(1_601), what="a quorum on all")
    assert not PendingEvent.objects.filter(reader="ledger").exists()
    assert list(log_check()) == []


def _turn_back() -> None:
    """As a restored backup does: what came last is gone."""
    tables_may_be_emptied()
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE ledger_entry, ledger_subtree, ledger_log, ledger_checkpoint CASCADE"
        )
        cursor.execute("UPDATE ledger_witness SET size = 0")


def _forget(key: Path) -> None:
    key.with_suffix(".signed").unlink()
