"""What every step of a dispute has in common: its place, its lock, its move, its events."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from compliance.accounts.models import Organization, User
from compliance.accounts.services import dispute_grant_give, dispute_grants_end
from compliance.alerts.services import alert_open
from compliance.disputes.models import Dispute, DisputeTransition
from compliance.disputes.selectors import Seat, seats_of
from compliance.domain.canonical import Json
from compliance.domain.dispute_words import DisputeState, Side
from compliance.domain.disputes import DISPUTE_MOVES, MAX_TEXT, dispute_move_check
from compliance.domain.errors import InvalidInputError
from compliance.domain.events import EventType
from compliance.events.selectors import event_by_id
from compliance.events.services import event_record
from compliance.registry.models import Model

HOUSE = "assay"
"""Who acts where nobody does."""


def dispute_held(dispute: Dispute) -> Dispute:
    """The dispute as it is now, held against every change until the transaction ends."""
    return (
        Dispute.objects.select_for_update(of=("self",))
        .select_related(
            "claimant",
            "respondent",
            "court",
            "claimant_version__model__organization",
            "respondent_version__model__organization",
        )
        .get(id=dispute.id)
    )


def dispute_move(*, dispute: Dispute, new: DisputeState, who: str, why: str) -> None:
    """Move a dispute that is held, note the transition, and end its grants where it ends."""
    old = DisputeState(dispute.state)
    dispute_move_check(old, new)
    dispute.state = new.value
    dispute.save(update_fields=["state"])
    DisputeTransition.objects.create(
        dispute=dispute, old=old.value, new=new.value, who=who, why=why[:500]
    )
    if not DISPUTE_MOVES[new]:
        dispute_grants_end(dispute=dispute.id, now=timezone.now(), actor=None)


def dispute_tell(
    *,
    event_type: EventType,
    dispute: Dispute,
    seat: Seat | None,
    actor: User | None,
    payload: Mapping[str, Json],
) -> None:
    """Say in an event of each party and of the court what happened.

    Each has it in its own chain, so that none can be shown a history without it.

    Args:
        seat: from which it was done; None: by Assay itself, as when a run ends.
        payload: with its ``statement``; what all have in common is added.
    """
    told: dict[str, Json] = {
        "dispute": str(dispute.id),
        "by": str(seat.organization.id) if seat else "",
        "side": seat.side.value if seat else HOUSE,
        "label": str(dispute),
        "path": f"/disputes/{dispute.id}/",
        "alarm": False,
        **payload,
    }
    for organization, model in _records(dispute):
        event_record(
            event_type=event_type,
            organization_id=organization.id,
            subject=f"dispute/{dispute.id}",
            payload=told,
            actor=actor,
            model_id=model.id if model else None,
        )


def models_open(*, dispute: Dispute, model: Model, actor: User | None) -> None:
    """Open a model's record to the court and every reviewer, until the dispute ends."""
    for seat in seats_of(dispute=dispute):
        if seat.side in {Side.COURT, Side.REVIEWER}:
            dispute_grant_give(
                dispute=dispute.id, organization=seat.organization, model=model, actor=actor
            )


def run_open(*, dispute: Dispute, run_id: UUID, actor: User | None) -> None:
    """Open the battery's run to the claimant, and nothing else of the respondent's record."""
    dispute_grant_give(
        dispute=dispute.id,
        organization=dispute.claimant,
        model=dispute.respondent_version.model,
        runs=[run_id],
        actor=actor,
    )


def dispute_alert(*, event_id: UUID) -> None:
    """Open the alert that a step calls for, unless the organization took that step itself."""
    event = event_by_id(event_id=event_id)
    if event.payload.get("by") != str(event.organization_id):
        alert_open(event_id=event_id)


def text_check(field: str, text: str, *, most: int = MAX_TEXT) -> None:
    """Refuse a text that is empty or too long.

    Raises:
        InvalidInputError: naming ``field``.
    """
    if not text.strip() or len(text) > most:
        problem = "there is no text" if not text.strip() else f"it has more than {most} characters"
        raise InvalidInputError(
            field=field, problem=problem, fix=f"Write at least a word, and at most {most:,}"
        )


def deadline_check(field: str, moment: datetime) -> None:
    """Refuse a deadline that has passed.

    Raises:
        InvalidInputError: naming ``field``.
    """
    if moment <= timezone.now():
        raise InvalidInputError(
            field=field, problem="the deadline has passed", fix="Choose a later moment"
        )


def _records(dispute: Dispute) -> list[tuple[Organization, Model | None]]:
    return [
        (dispute.court, None),
        (dispute.claimant, dispute.claimant_version.model),
        (dispute.respondent, dispute.respondent_version.model),
    ]
