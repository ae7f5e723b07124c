"""Fills the log of a durable PostgreSQL and times it: ``python -m tests.bench.ledger_load SIZE``.

A program of its own, because the servers of the tests need not survive a power cut and these
figures are of one that does. Prints a JSON object.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "compliance.settings")
django.setup()

from django.core.management import call_command  # noqa: E402  (needs the line above)
from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from compliance.accounts.services import organization_create  # noqa: E402
from compliance.domain.entries import commitments_of  # noqa: E402
from compliance.domain.events import EventType, Reader  # noqa: E402
from compliance.domain.tlog.key_files import write_private_keys  # noqa: E402
from compliance.domain.tlog.note_keys import PrivateKey, SignatureType  # noqa: E402
from compliance.domain.vocabulary import OrganizationKind  # noqa: E402
from compliance.events.services import event_record  # noqa: E402
from compliance.ledger.models import Entry  # noqa: E402
from compliance.ledger.selectors import included  # noqa: E402
from compliance.ledger.services import (  # noqa: E402
    checkpoint_sign,
    entries_sequence,
    log_check,
)
from compliance.ledger.signer import LogSigner, signer_open  # noqa: E402
from tests.logged import log_whole  # noqa: E402

EVENT = (
    *("id", "subject", "payload", "salts", "commitments"),
    *("type", "organization_id", "occurred_at"),
)
BATCH = 1_000
ROUNDS = 100
PROOFS = 200
PROCESSES = len(os.sched_getaffinity(0))
"""As ``manage.py fsck`` divides the log by itself."""


def main() -> None:
    """Grow to the size asked for, a power of ten at a time; the figures of each."""
    size = int(sys.argv[1])
    call_command("migrate", verbosity=0)
    organization = organization_create(slug="load", name="Load", kind=OrganizationKind.PROVIDER)
    with tempfile.TemporaryDirectory() as folder:
        signer = _signer(Path(folder))
        told: dict[str, Any] = {"sizes": []}
        done, step = 0, min(1_000, size)
        while done < size:
            told["sizes"].append(_grow(organization.id, step - done, signer))
            print(told["sizes"][-1], file=sys.stderr, flush=True)
            done, step = step, min(step * 10, size)
        told["cosigned_seconds"] = _cosigned(organization.id, signer, Path(folder))
    print(json.dumps(told))


def _grow(organization_id: Any, count: int, signer: LogSigner) -> dict[str, float]:
    appended = plain = 0.0
    for first in range(0, count, BATCH):
        _wait_for_log(organization_id, min(BATCH, count - first))
        appended += _seconds(lambda: entries_sequence(limit=BATCH))
        plain += _seconds(_plain_insert)
    signing = _seconds(lambda: checkpoint_sign(signer=signer))
    entries = list(Entry.objects.order_by("?")[:PROOFS])
    proofs = [_seconds(lambda entry=entry: included(entry=entry)) for entry in entries]
    differing: list[object] = []
    before = _processor_seconds()
    checking = _seconds(lambda: differing.extend(log_check(processes=PROCESSES)))
    assert not differing
    return {
        "entries": Entry.objects.count(),
        "appends_per_second": count / appended,
        "plain_inserts_per_second": count / plain,
        "checkpoint_seconds": signing,
        "proof_milliseconds": 1_000 * statistics.median(proofs),
        "fsck_seconds": checking,
        "fsck_processor_seconds": _processor_seconds() - before,
    }


@transaction.atomic
def _wait_for_log(organization_id: Any, count: int) -> None:
    """Events as ``event_record`` writes them, by COPY: their writers are not timed here."""
    now, events = timezone.now(), []
    for number in range(count):
        payload = {"run": str(number), "why": "a sentence of usual length, as people give reasons"}
        values = {**payload, "actor": None}
        salts = dict.fromkeys(values, "ab" * 32)
        said = (payload, salts, commitments_of(values, salts))
        events.append((uuid4(), f"run/{number}", *map(json.dumps, said)))
    kind = EventType.RUN_CANCELLED.value
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY events_event ({', '.join(EVENT)}) FROM STDIN") as copy:
            for event in events:
                copy.write_row((*event, kind, organization_id, now))
        with cursor.copy("COPY events_pendingevent (event_id, reader) FROM STDIN") as copy:
            for event in events:
                copy.write_row((event[0], Reader.LEDGER.value))


def _plain_insert() -> None:
    """The entries of the last batch once more, into a table without anything, committed."""
    rows = [
        (index + 10**12, bytes(body))
        for index, body in Entry.objects.order_by("-index").values_list("index", "body")[:BATCH]
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS plain (index bigint, body bytea)")
        cursor.executemany("INSERT INTO plain VALUES (%s, %s)", rows)


def _cosigned(organization_id: Any, signer: LogSigner, folder: Path) -> list[float]:
    """From an event to a witness's cosignature on it, one at a time."""

    def one() -> None:
        with transaction.atomic():
            event_record(
                event_type=EventType.RUN_CANCELLED,
                organization_id=organization_id,
                subject="run/x",
                payload={"run": "x", "why": "y"},
            )
        log_whole(signer, folder / "witness")

    return [_seconds(one) for _ in range(ROUNDS)]


def _signer(folder: Path) -> LogSigner:
    key = folder / "key"
    kinds = (SignatureType.ED25519, SignatureType.COSIGNATURE_MLDSA44)
    write_private_keys(key, *(PrivateKey("bench/log", kind, os.urandom(32)) for kind in kinds))
    return signer_open(key)


def _processor_seconds() -> float:
    """Processor time of this process and of those it waited for; PostgreSQL's is not in it."""
    own, others = (
        resource.getrusage(one) for one in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime


def _seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
