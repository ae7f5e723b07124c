"""Fills the log of a durable PostgreSQL and times it: ``python -m tests.bench.ledger_load SIZE``.

A program of its own, because the servers of the tests need not survive a power cut and these
figures are of one that does. Prints a JSON object.
"""

from __future__ import annotations

import json
import os
import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from functools import cache, partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "compliance.settings")
django.setup()

from django.core.management import call_command  # noqa: E402  (needs the line above)
from django.db import connection, transaction  # noqa: E402
from django.db.models import Count  # noqa: E402
from django.utils import timezone  # noqa: E402

from compliance.accounts.services import organization_create  # noqa: E402
from compliance.domain.entries import commitments_of  # noqa: E402
from compliance.domain.events import EventType, Reader  # noqa: E402
from compliance.domain.tlog.key_files import write_private_keys  # noqa: E402
from compliance.domain.tlog.note_keys import PrivateKey, SignatureType  # noqa: E402
from compliance.domain.vocabulary import OrganizationKind  # noqa: E402
from compliance.ledger.models import Checkpoint, Entry, Evidence, Log, Witness  # noqa: E402
from compliance.ledger.selectors import included  # noqa: E402
from compliance.ledger.services import (  # noqa: E402
    checkpoint_sign,
    entries_sequence,
    events_check,
    evidence_check,
    evidence_move,
    evidence_record_each,
    log_check,
)
from compliance.ledger.signer import LogSigner, signer_open  # noqa: E402
from tests.bench.cosigning import cosigned_seconds  # noqa: E402

EVENT = (
    *("id", "subject", "payload", "salts", "commitments"),
    *("type", "organization_id", "occurred_at"),
)
BATCH = 1_000
PROOFS = 200
EVENTS = int(os.environ.get("ASSAY_COSIGNED_EVENTS", "1000"))
ENTRIES_A_STATEMENT = 100
"""One piece of evidence for so many entries."""
EVIDENCE = 9_000
"""Further pieces a step at most: each is checked by itself, so more of them tell nothing new."""
PLAIN = 1_000_000
"""Rows a step at most, in batches spread evenly over it; the table has no keys that grow."""
SEED = 20261128
CHECKPOINTS = (1_000, 10_000, 100_000)
WITNESSES = ("a", "b", "c")
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
        told["vouching"] = [_vouching(count) for count in CHECKPOINTS if count <= size]
        _forget_checkpoints()
        told["cosigned_seconds"] = cosigned_seconds(organization.id, Path(folder), events=EVENTS)
    print(json.dumps(told))


def _grow(organization_id: Any, count: int, signer: LogSigner) -> dict[str, float]:
    appended, plain = _appended(organization_id, count)
    signing = _seconds(lambda: checkpoint_sign(signer=signer))
    size = Log.objects.get().size
    drawn = random.Random(SEED).sample(range(size), min(PROOFS, size))  # noqa: S311
    entries = list(Entry.objects.filter(index__in=drawn))
    proofs = [_seconds(lambda entry=entry: included(entry=entry)) for entry in entries]
    _evidence(max(1, min(count // ENTRIES_A_STATEMENT, EVIDENCE)))
    before = _processor_seconds()
    checks = [
        _seconds(lambda check=check: _none_differs(check()))
        for check in (partial(log_check, processes=PROCESSES), events_check, evidence_check)
    ]
    return {
        "entries": size,
        "appends_per_second": appended,
        "plain_inserts_per_second": plain,
        "checkpoint_seconds": signing,
        "proof_milliseconds": 1_000 * statistics.median(proofs),
        "fsck_seconds": sum(checks),
        "fsck_log_seconds": checks[0],
        "fsck_events_seconds": checks[1],
        "fsck_evidence_seconds": checks[2],
        "evidence": Evidence.objects.count(),
        "fsck_processor_seconds": _processor_seconds() - before,
    }


def _appended(organization_id: Any, count: int) -> tuple[float, float]:
    """Appends a second, and plain inserts a second of the same bytes, batch by batch in turn."""
    appended = plain = 0.0
    inserted, every = 0, -(-count // PLAIN)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS plain")
        cursor.execute("CREATE TABLE plain (index bigint, body bytea)")
    for number, first in enumerate(range(0, count, BATCH)):
        size = min(BATCH, count - first)
        _wait_for_log(organization_id, size)
        appended += _seconds(lambda: entries_sequence(limit=BATCH))
        if number % every == 0:
            plain += _plain_insert(size)
            inserted += size
    return count / appended, inserted / plain


@transaction.atomic
def _wait_for_log(organization_id: Any, count: int) -> None:
    """Events as ``event_record`` writes them, by COPY: their writers are not timed here."""
    now = timezone.now()
    events = [(uuid4(), *_said(number)) for number in range(count)]
    kind = EventType.RUN_CANCELLED.value
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY events_event ({', '.join(EVENT)}) FROM STDIN") as copy:
            for event in events:
                copy.write_row((*event, kind, organization_id, now))
        with cursor.copy("COPY events_pendingevent (event_id, reader) FROM STDIN") as copy:
            for event in events:
                copy.write_row((event[0], Reader.LEDGER.value))


@cache
def _said(number: int) -> tuple[str, ...]:
    """What the event of that place in its batch says: the same in every batch, so made once."""
    payload = {"run": str(number), "why": "a sentence of usual length, as people give reasons"}
    values = {**payload, "actor": None}
    salts = dict.fromkeys(values, "ab" * 32)
    said = (payload, salts, commitments_of(values, salts))
    return (f"run/{number}", *map(json.dumps, said))


def _plain_insert(count: int) -> float:
    """The last batch's entries once more, into a table without anything, committed; seconds."""
    last = Entry.objects.order_by("-index").values_list("index", "body")[:count]
    rows = [(index + 10**12, bytes(body)) for index, body in last]
    began = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany("INSERT INTO plain VALUES (%s, %s)", rows)
    return time.perf_counter() - began


def _evidence(count: int) -> None:
    """Statements of usual size, in the store."""
    statements = [b"%d " % number + os.urandom(2_000).hex().encode() for number in range(count)]
    evidence_record_each(contents=statements, media_type="application/json")
    while evidence_move():
        pass


def _none_differs(differences: Iterable[object]) -> None:
    found = list(differences)
    assert not found, found[:3]


def _vouching(count: int) -> dict[str, float]:
    """Proofs under so many cosigned checkpoints; beside, what counting all of them would take."""
    names = [Witness(name=name, url="http://w.example") for name in WITNESSES]
    Witness.objects.bulk_create(names, ignore_conflicts=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_checkpoint (size, root, note, signed_at)"
            " SELECT n, '', '', now() FROM generate_series(1, %s) n ON CONFLICT DO NOTHING",
            [count],
        )
        cursor.execute(
            "INSERT INTO ledger_cosignature (checkpoint_id, witness, key_id, line, received_at)"
            " SELECT n, w, k, '', now() FROM generate_series(1, %s) n, unnest(%s::text[]) w,"
            " unnest(ARRAY['01', '02']) k ON CONFLICT DO NOTHING",
            [count, list(WITNESSES)],
        )
        cursor.execute("ANALYZE ledger_checkpoint, ledger_cosignature")
    first = Entry.objects.get(index=0)
    return {
        "checkpoints": Checkpoint.objects.count(),
        "proof_milliseconds": 1_000
        * statistics.median(_seconds(lambda: included(entry=first)) for _ in range(PROOFS)),
        "counting_all_milliseconds": 1_000
        * statistics.median(_seconds(_most_cosigned) for _ in range(5)),
    }


def _most_cosigned() -> object:
    vouched = Checkpoint.objects.annotate(vouchers=Count("cosignatures"))
    return vouched.order_by("-vouchers", "-size").first()


def _forget_checkpoints() -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE ledger_checkpoint, ledger_witness CASCADE")


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
