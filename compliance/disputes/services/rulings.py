"""Ruling, and dissenting from a ruling."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from compliance.accounts.selectors import Viewer
from compliance.disputes.findings import findings_of
from compliance.disputes.models import Dispute, Dissent, Ruling
from compliance.disputes.selectors import acting
from compliance.disputes.services.telling import (
    dispute_held,
    dispute_move,
    dispute_tell,
    text_check,
)
from compliance.domain.canonical import Json
from compliance.domain.dispute_words import DisputeState, RulingOutcome
from compliance.domain.disputes import Act, ruling_check
from compliance.domain.errors import TransitionError
from compliance.domain.events import EventType


@transaction.atomic
def dispute_rule(
    *, viewer: Viewer, dispute: Dispute, outcome: RulingOutcome, operative: str, reasons: str
) -> Ruling:
    """Rule, once and for good; every result of the battery is quoted as it was told.

    Raises:
        InvalidInputError: naming operative, reasons, or outcome: it says more than the results.
        NotAllowedError, TransitionError: see ``acting``.
    """
    held = dispute_held(dispute)
    seat = acting(viewer=viewer, dispute=held, act=Act.RULE)
    text_check("operative", operative)
    text_check("reasons", reasons)
    found = findings_of(dispute=held)
    ruling_check(outcome, found)
    findings: list[Json] = [one.to_json() for one in found]
    ruling = Ruling.objects.create(
        dispute=held,
        outcome=outcome.value,
        operative=operative,
        reasons=reasons,
        findings=findings,
        ruled_by=viewer.user,
    )
    rests = " ".join(one.statement for one in found) or "Nothing was tested."
    dispute_tell(
        event_type=EventType.DISPUTE_RULED,
        dispute=held,
        seat=seat,
        actor=viewer.user,
        payload={
            "outcome": outcome.value,
            "operative": operative,
            "reasons": reasons,
            "findings": findings,
            "statement": f"{held.court} rules: {outcome.value.replace('_', ' ')}. {rests} "
            f"It orders: {operative}",
        },
    )
    why = f"ruled: {outcome.value}"
    dispute_move(dispute=held, new=DisputeState.RULED, who=viewer.user.email, why=why)
    return ruling


@transaction.atomic
def ruling_dissent(*, viewer: Viewer, dispute: Dispute, text: str) -> Dissent:
    """Say, for a reviewer, what speaks against the ruling; the ruling stands.

    Raises:
        InvalidInputError: naming text.
        NotAllowedError, TransitionError: see ``acting``; or the reviewer has dissented already.
    """
    held = dispute_held(dispute)
    seat = acting(viewer=viewer, dispute=held, act=Act.DISSENT)
    text_check("text", text)
    try:
        with transaction.atomic():
            dissent = Dissent.objects.create(
                ruling=held.ruling,
                organization=seat.organization,
                text=text,
                dissented_by=viewer.user,
            )
    except IntegrityError as error:
        raise TransitionError(f"{seat.organization} has dissented already") from error
    dispute_tell(
        event_type=EventType.DISPUTE_DISSENTED,
        dispute=held,
        seat=seat,
        actor=viewer.user,
        payload={"text": text, "statement": f"{seat.organization} dissents: {text}"},
    )
    return dissent
