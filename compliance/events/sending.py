"""What must be done for certain: mails, webhooks, what follows an event; each a row until it is.

The row says when the next attempt is due. The scheduler rings for it, a worker claims it by
moving that moment on before it sends, and a worker that dies in between leaves an attempt that
comes again: at least once, never silently not at all.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from compliance.domain.sending import MAX_ATTEMPTS, RING_AGAIN_SECONDS, pause_seconds

BATCH = 200


class Sending(models.Model):
    """One thing to be done, or one message to one recipient."""

    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(
        default=None, null=True, blank=True, help_text="Empty: at once."
    )
    rung_at = models.DateTimeField(
        null=True, blank=True, help_text="When its id was last sent to the broker."
    )
    delivered_at = models.DateTimeField(null=True, blank=True)
    failed_because = models.TextField(blank=True)

    class Meta:
        abstract = True

    @property
    def given_up(self) -> bool:
        return self.delivered_at is None and self.attempts >= MAX_ATTEMPTS


Row = TypeVar("Row", bound=Sending)


def _rows(kind: type[Row]) -> models.Manager[Row]:
    return kind._default_manager  # noqa: SLF001  (public, by Django's documentation)


def _due() -> Q:
    unfinished = Q(delivered_at__isnull=True, attempts__lt=MAX_ATTEMPTS)
    return unfinished & (Q(next_attempt_at__isnull=True) | Q(next_attempt_at__lte=Now()))


def sendings_undelivered(*, kind: type[Row]) -> dict[str, int]:
    """Rows that have not arrived: those that are tried again, and those given up."""
    undelivered = _rows(kind).filter(delivered_at__isnull=True)
    given_up = undelivered.filter(attempts__gte=MAX_ATTEMPTS).count()
    return {"waiting": undelivered.count() - given_up, "given_up": given_up}


@transaction.atomic
def sendings_ring(*, kind: type[Row], ring: Callable[[Row], None], limit: int = BATCH) -> int:
    """Ring for every row that is due and was not rung for since; returns how many."""
    unheard = Now() - timedelta(seconds=RING_AGAIN_SECONDS)
    not_rung = (
        Q(rung_at__isnull=True) | Q(rung_at__lt=F("next_attempt_at")) | Q(rung_at__lt=unheard)
    )
    rows = list(
        _rows(kind)
        .select_for_update(skip_locked=True)
        .filter(_due(), not_rung)
        .order_by("pk")[:limit]
    )
    for row in rows:
        ring(row)
    _rows(kind).filter(pk__in=[row.pk for row in rows]).update(rung_at=Now())
    return len(rows)


@transaction.atomic
def sending_claim(*, kind: type[Row], row_id: UUID | int) -> Row | None:
    """Take the next attempt, or None: it was made, is not due, or the row is done or given up."""
    row = _rows(kind).select_for_update().filter(_due(), pk=row_id).first()
    if row is None:
        return None
    row.attempts += 1
    again = Now() + timedelta(seconds=pause_seconds(row.attempts))
    _rows(kind).filter(pk=row.pk).update(attempts=row.attempts, next_attempt_at=again)
    return row


def sending_settle(*, row: Sending, failed_because: str) -> None:
    """Note how an attempt ended; an empty reason means that it arrived."""
    kind = type(row)
    if failed_because:
        _rows(kind).filter(pk=row.pk).update(failed_because=failed_because)
    else:
        _rows(kind).filter(pk=row.pk).update(delivered_at=Now(), failed_because="")


def sendings_again(*, kind: type[Row], among: Q) -> int:
    """Begin anew with the rows of ``among``, whether or not they had arrived; returns how many."""
    return (
        _rows(kind)
        .filter(among)
        .update(attempts=0, next_attempt_at=None, rung_at=None, delivered_at=None)
    )
