"""Asking witnesses to cosign the newest checkpoint, and keeping what they answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

from django.db import connections, transaction
from django.db.models import Q
from django.db.models.functions import Now

from compliance.domain.events import EventType
from compliance.domain.tlog.checkpoint import parse_checkpoint
from compliance.domain.tlog.witness_client import Cosigned, Failed, Problem
from compliance.domain.tlog.witness_policy import Policy
from compliance.events.services import event_record
from compliance.ledger.models import Checkpoint, Cosignature, Witness
from compliance.ledger.selectors import checkpoint_latest, hash_reader
from compliance.outbound.witnesses import WitnessAddress, cosign

ALARMS = frozenset({Problem.AHEAD, Problem.DISAGREES})
"""Answers of a witness that saw a log which this one does not extend."""
PAUSE = timedelta(seconds=10)
"""How long a witness that did not cosign is left alone."""
MOST_AT_ONCE = 8


def witnesses_of(policy: Policy, *, allow_internal: bool = False) -> list[WitnessAddress]:
    """Each witness of a policy that has an address, with all its keys there, by its key's name."""
    found: dict[str, WitnessAddress] = {}
    for one in policy.witnesses:
        if not one.url:
            continue
        name = one.key.name
        known = found.get(name) or WitnessAddress(name, one.url, (), allow_internal)
        found[name] = replace(known, keys=(*known.keys, one.key))
    return list(found.values())


def witnesses_ask(*, witnesses: Sequence[WitnessAddress]) -> int:
    """Ask every witness that lags behind the newest checkpoint; returns how many cosigned it.

    They are asked side by side: one that is down or slow holds up no other.
    """
    checkpoint = checkpoint_latest()
    if checkpoint is None:
        return 0
    with ThreadPoolExecutor(max_workers=MOST_AT_ONCE) as pool:
        asked = [
            pool.submit(_ask_and_close, witness, checkpoint)
            for witness in _lagging(witnesses, checkpoint)
        ]
        return sum(answer.result() for answer in asked)


def _lagging(
    witnesses: Sequence[WitnessAddress], checkpoint: Checkpoint
) -> Iterable[WitnessAddress]:
    lately = Q(asked_at__gt=Now() - PAUSE) & ~(Q(trouble="") & Q(refusal=""))
    behind = Witness.objects.filter(size__lt=checkpoint.size).exclude(lately)
    names = set(behind.values_list("name", flat=True))
    return (one for one in witnesses if one.name in names)


def _ask_and_close(witness: WitnessAddress, checkpoint: Checkpoint) -> bool:
    try:
        return witness_ask(witness=witness, checkpoint=checkpoint)
    finally:
        connections.close_all()  # this thread's own


def witness_ask(*, witness: WitnessAddress, checkpoint: Checkpoint) -> bool:
    """Ask one witness, keep what it answers, and say whether it cosigned."""
    row = Witness.objects.get(name=witness.name)
    signed = parse_checkpoint(checkpoint.note.encode())
    # A witness that knows another size says so; a larger one than ours is not asked about.
    old = min(row.size, checkpoint.size)
    answer = cosign(witness, signed, old=old, read=hash_reader(checkpoint.size))
    if isinstance(answer, Cosigned):
        _cosigned(row, checkpoint, answer)
        return True
    _failed(row, checkpoint, answer)
    return False


@transaction.atomic
def _cosigned(row: Witness, checkpoint: Checkpoint, answer: Cosigned) -> None:
    Cosignature.objects.bulk_create(
        [
            Cosignature(
                checkpoint=checkpoint,
                witness=row.name,
                key_id=one.key_id.hex(),
                line=one.line.rstrip("\n"),
            )
            for one in answer.lines
        ],
        ignore_conflicts=True,
    )
    Witness.objects.filter(name=row.name).update(
        size=checkpoint.size, asked_at=Now(), cosigned_at=Now(), trouble="", refusal=""
    )


@transaction.atomic
def _failed(row: Witness, checkpoint: Checkpoint, answer: Failed) -> None:
    detail = f"{answer.problem.value}: {answer.detail}"[:1_000]
    changes = {"trouble": detail}
    if answer.problem in ALARMS and not _outrun(answer):
        changes = {"refusal": detail}
        if not row.refusal:
            event_record(
                event_type=EventType.LOG_REFUSED,
                organization_id=None,
                subject=f"checkpoint/{checkpoint.size}",
                payload={"witness": row.name, "refusal": detail},
            )
    Witness.objects.filter(name=row.name).update(asked_at=Now(), **changes)


def _outrun(answer: Failed) -> bool:
    """Whether it cosigned a newer checkpoint of ours meanwhile: another sequencer asked it."""
    newest = checkpoint_latest()
    return answer.size is not None and newest is not None and answer.size <= newest.size
