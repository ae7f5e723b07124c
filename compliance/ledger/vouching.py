"""Which checkpoint a proof ends in: the one that convinces most, found without reading them all."""

from __future__ import annotations

from django.db.models import BooleanField, Count, ExpressionWrapper, Q

from compliance.ledger.models import Checkpoint, Cosignature, LogSetup, Timestamp, Witness

NEWEST = 64
"""Checkpoints that are looked at: the newest, and the newest cosignatures of each witness."""
STAMPED = 4
"""Checkpoints with a time stamp that are looked at; there is at most one a minute."""


def vouched_for(index: int) -> Checkpoint | None:
    """The checkpoint that a proof of this entry ends in; None where none covers it yet.

    Preferred are, in this order, one that more witnesses of today's policy cosigned, one that the
    log's keys of today signed, one with a time stamp, a newer one. Looked at are the newest, the
    newest with a stamp and the newest that each witness cosigned: the same work for any number of
    checkpoints, and a quorum that was reached before a witness fell silent is found again.
    """
    witnesses = [*Witness.objects.values_list("name", flat=True)]
    found = Checkpoint.objects.filter(size__in=_candidates(index, witnesses)).annotate(
        vouchers=Count(
            "cosignatures__witness", filter=Q(cosignatures__witness__in=witnesses), distinct=True
        ),
        current=_holds(Q(size__gt=_keys_since())),
        stamped=_holds(Q(timestamp__isnull=False)),
    )
    return found.order_by("-vouchers", "-current", "-stamped", "-size").first()


def _candidates(index: int, witnesses: list[str]) -> set[int]:
    """Sizes of checkpoints that cover the entry, by one query."""
    newest = Checkpoint.objects.filter(size__gt=index).order_by("-size")
    stamped = Timestamp.objects.filter(checkpoint__gt=index).order_by("-checkpoint_id")
    cosigned = Cosignature.objects.filter(checkpoint__gt=index).order_by("-checkpoint_id")
    parts = [
        newest.values_list("size")[:NEWEST],
        stamped.values_list("checkpoint_id")[:STAMPED],
        *(cosigned.filter(witness=one).values_list("checkpoint_id")[:NEWEST] for one in witnesses),
    ]
    return {size for (size,) in parts[0].union(*parts[1:], all=True)}


def _keys_since() -> int:
    """The size of the log when the keys of today first signed it."""
    today: tuple[str, list[str]] | None = None
    since = 0
    setups = LogSetup.objects.order_by("-id")
    for origin, keys, size in setups.values_list("origin", "verifier_keys", "since_size"):
        today = today or (origin, keys)
        if (origin, keys) != today:
            break
        since = size
    return since


def _holds(condition: Q) -> ExpressionWrapper[Q]:
    return ExpressionWrapper(condition, output_field=BooleanField())
