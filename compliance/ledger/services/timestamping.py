"""Having the newest checkpoint stamped by a time stamp authority, and keeping the stamp."""

from __future__ import annotations

from datetime import timedelta

from django.db.models.functions import Now

from compliance.domain.tlog.checkpoint import parse_checkpoint
from compliance.ledger.models import Checkpoint, Timestamp
from compliance.ledger.selectors import checkpoint_latest
from compliance.outbound.timestamps import Authority, stamp

PAUSE = timedelta(minutes=1)
"""Between stamps: the log of a busy record has a checkpoint a second, an authority its limits."""


def checkpoint_stamp(*, authority: Authority) -> Timestamp | None:
    """Have the newest checkpoint stamped; None where it is, or another was a minute ago.

    What is stamped is the checkpoint's text, so that the stamp holds whoever signs or cosigns it.

    Raises:
        OutboundError, InvalidInputError, TimestampError: see ``stamp``.
    """
    checkpoint = checkpoint_latest()
    if checkpoint is None or Timestamp.objects.filter(checkpoint=checkpoint).exists():
        return None
    if Timestamp.objects.filter(received_at__gt=Now() - PAUSE).exists():
        return None
    found = stamp(authority, checkpoint_text(checkpoint))
    made, _ = Timestamp.objects.get_or_create(
        checkpoint=checkpoint,
        defaults={"authority": authority.url, "at": found.at, "response": found.response},
    )
    return made


def checkpoint_text(checkpoint: Checkpoint) -> bytes:
    """What a stamp is over: origin, size and root, without any signature."""
    return parse_checkpoint(checkpoint.note.encode()).checkpoint.text.encode()
