"""Event to quorum, through the processes that operate: a sequencer and a witness of each sector."""

from __future__ import annotations

import os
import random
import time
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Max

from compliance.domain.events import EventType, Reader
from compliance.domain.tlog.witness_policy import SECTORS
from compliance.events.models import PendingEvent
from compliance.events.services import event_record
from compliance.ledger.models import Cosignature, Entry, Log, Witness
from launcher.services import log_and_witnesses
from launcher.state import State, state_open
from launcher.supervisor import Supervisor

EVENTS_A_SECOND = 10
"""On average; gaps are exponential, so that an event meets the processes at any moment."""
SEED = 20261128
PATIENCE_SECONDS = 600
"""The first head of the new key is signed after every entry was hashed again."""


def cosigned_seconds(organization_id: UUID, folder: Path, *, events: int) -> list[float]:
    """From each event's commit until all sectors' cosignatures on an entry of it were received."""
    state = State(home=folder / "home", cache=folder / "cache")
    state_open(state)
    supervisor = Supervisor(state.logs, print)
    try:
        for service in log_and_witnesses(dict(os.environ), state):
            supervisor.start(service)
        _record(organization_id)
        _wait_for_all()
        draw, committed = random.Random(SEED), {}  # noqa: S311
        for _ in range(events):
            time.sleep(draw.expovariate(EVENTS_A_SECOND))
            event_id = _record(organization_id)
            committed[event_id] = time.time()
        _wait_for_all()
    finally:
        supervisor.stop()
    indexes = dict(Entry.objects.filter(event__in=committed).values_list("event_id", "index"))
    quorums = _quorums()
    return [
        min(at.timestamp() for size, at in quorums if size > indexes[event_id]) - began
        for event_id, began in committed.items()
    ]


@transaction.atomic
def _record(organization_id: UUID) -> UUID:
    return event_record(
        event_type=EventType.RUN_CANCELLED,
        organization_id=organization_id,
        subject="run/x",
        payload={"run": "x", "why": "y"},
    ).id


def _wait_for_all() -> None:
    """Until nothing waits for its place, and every witness has cosigned all there is."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not _whole():
        if time.monotonic() > deadline:
            raise TimeoutError("the witnesses did not cosign everything")
        time.sleep(0.2)


def _whole() -> bool:
    if PendingEvent.objects.filter(reader=Reader.LEDGER.value).exists():
        return False
    cosigned = Witness.objects.filter(size__gte=Log.objects.get().size)
    return cosigned.count() == len(SECTORS)


def _quorums() -> list[tuple[int, datetime]]:
    """Size of each checkpoint that every sector cosigned, and when the last line was received."""
    rows = Cosignature.objects.order_by().values("checkpoint")
    told = rows.annotate(sectors=Count("witness", distinct=True), at=Max("received_at"))
    whole = told.filter(sectors=len(SECTORS))
    return list(whole.values_list("checkpoint", "at"))
