"""That the log's own signer refuses to sign: kept for every page, told of in an event, counted."""

from __future__ import annotations

from django.db import transaction
from django.db.models.functions import Now

from compliance.domain.events import EventType
from compliance.events.services import event_record
from compliance.ledger.models import Halt

SIGNER = "the log's own signer"
"""Who refuses, where no witness does."""


@transaction.atomic
def log_halt_record(*, reason: str) -> None:
    """Keep why the log is not signed any further; empty where it is signed again.

    Told of by an event once for each time that it stops. The event waits for its own place in the
    log until the log goes on.
    """
    if not reason and not Halt.objects.exclude(reason="").exists():
        return
    Halt.objects.bulk_create([Halt()], ignore_conflicts=True)
    halt = Halt.objects.select_for_update().get(id=Halt.ONLY)
    before, halt.reason = halt.reason, reason
    if bool(before) != bool(reason):
        halt.since = Now()
    halt.save()
    if reason and not before:
        event_record(
            event_type=EventType.LOG_REFUSED,
            organization_id=None,
            subject="log/signer",
            payload={"witness": SIGNER, "refusal": reason},
        )
