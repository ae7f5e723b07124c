"""Opening a dispute, appointing its reviewers, withdrawing the claim."""

from __future__ import annotations

from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from compliance.accounts.models import Organization
from compliance.accounts.selectors import Viewer
from compliance.accounts.services import dispute_grant_give
from compliance.disputes.models import Appointment, Dispute
from compliance.disputes.selectors import Seat, acting, courts, reviewers_for
from compliance.disputes.services.telling import (
    dispute_held,
    dispute_move,
    dispute_tell,
    models_open,
    text_check,
)
from compliance.domain.canonical import Json
from compliance.domain.dispute_words import DisputeState, Side
from compliance.domain.disputes import Act, answer_due
from compliance.domain.errors import InvalidInputError
from compliance.domain.events import EventType
from compliance.domain.rights import Action
from compliance.registry.models import Version


@transaction.atomic
def dispute_open(
    *, viewer: Viewer, version: Version, accused: str, court: str, claim: str
) -> Dispute:
    """Claim before a court that another organization's version has one's own for an origin.

    Only what the claimant shows is opened by it: the court reads the claimant's model from now on,
    and nothing of the respondent's before it has ordered a battery.

    Args:
        version: the claimant's own.
        accused: the other version as people know it: ``provider/model name``.
        court: slug of a regulator.

    Raises:
        InvalidInputError: naming version, accused, court or claim.
        NotAllowedError, NotFoundError: the viewer may not open disputes for that organization.
    """
    claimant = version.model.organization
    viewer.require(Action.DISPUTE, claimant.id)
    text_check("claim", claim, most=5_000)
    other, judge = _accused(accused, claimant.id), _court(court)
    opened_at = timezone.now()
    dispute = Dispute(
        claimant=claimant,
        respondent=other.model.organization,
        court=judge,
        claimant_version=version,
        respondent_version=other,
        claim=claim,
        answer_by=answer_due(opened_at),
        opened_by=viewer.user,
    )
    try:
        with transaction.atomic():
            dispute.save(force_insert=True)
    except IntegrityError as error:
        raise _refusal("accused", "these two are in dispute already", "See that dispute") from error
    models_open(dispute=dispute, model=version.model, actor=viewer.user)
    dispute_tell(
        event_type=EventType.DISPUTE_OPENED,
        dispute=dispute,
        seat=Seat(Side.CLAIMANT, claimant),
        actor=viewer.user,
        payload=_opened(dispute),
    )
    return dispute


@transaction.atomic
def reviewer_appoint(*, viewer: Viewer, dispute: Dispute, organization: str) -> Appointment:
    """Ask an academic organization to review; it reads what the court reads.

    Args:
        organization: its slug.

    Raises:
        InvalidInputError: naming organization.
        NotAllowedError, TransitionError: see ``acting``.
    """
    held = dispute_held(dispute)
    seat = acting(viewer=viewer, dispute=held, act=Act.APPOINT)
    reviewer = reviewers_for(dispute=held).filter(slug=organization).first()
    if reviewer is None:
        raise _refusal(
            "organization", "no academic organization that may still be appointed", "Name another"
        )
    made = Appointment.objects.create(dispute=held, organization=reviewer, appointed_by=viewer.user)
    models = [held.claimant_version.model]
    if held.battery:
        models.append(held.respondent_version.model)
    for model in models:
        dispute_grant_give(dispute=held.id, organization=reviewer, model=model, actor=viewer.user)
    dispute_tell(
        event_type=EventType.DISPUTE_REVIEWER_APPOINTED,
        dispute=held,
        seat=seat,
        actor=viewer.user,
        payload={
            "reviewer": str(reviewer.id),
            "statement": f"{held.court} appoints {reviewer} to review.",
        },
    )
    return made


@transaction.atomic
def dispute_withdraw(*, viewer: Viewer, dispute: Dispute, reason: str) -> Dispute:
    """Withdraw the claim, while no seed is drawn: who asked for a test lives with its answer.

    Raises:
        InvalidInputError: naming reason.
        NotAllowedError, TransitionError: see ``acting``.
    """
    held = dispute_held(dispute)
    seat = acting(viewer=viewer, dispute=held, act=Act.WITHDRAW)
    text_check("reason", reason, most=500)
    dispute_tell(
        event_type=EventType.DISPUTE_WITHDRAWN,
        dispute=held,
        seat=seat,
        actor=viewer.user,
        payload={
            "reason": reason,
            "statement": f"{held.claimant} withdraws its claim. Nothing was found, either way.",
        },
    )
    dispute_move(dispute=held, new=DisputeState.WITHDRAWN, who=viewer.user.email, why=reason)
    return held


def _accused(label: str, claimant_id: UUID) -> Version:
    path, _, name = label.strip().rpartition(" ")
    organization, _, slug = path.partition("/")
    found = (
        Version.objects.filter(model__organization__slug=organization, model__slug=slug, name=name)
        .exclude(model__organization=claimant_id)
        .select_related("model__organization")
        .first()
    )
    if found is None:
        raise _refusal(
            "accused",
            "no other organization has a version by that name",
            "Write it as provider/model name, as results name it",
        )
    return found


def _court(slug: str) -> Organization:
    found = courts().filter(slug=slug).first()
    if found is None:
        raise _refusal("court", "no regulator by that name", "Name a regulator by its slug")
    return found


def _opened(dispute: Dispute) -> dict[str, Json]:
    """What the docket rests on: who sits where, and the two versions by digest."""
    return {
        "claimant": _party(dispute.claimant, dispute.claimant_version),
        "respondent": _party(dispute.respondent, dispute.respondent_version),
        "court": str(dispute.court_id),
        "answer_by": dispute.answer_by.isoformat(),
        "claim": dispute.claim,
        "statement": (
            f"{dispute.claimant} claims before {dispute.court} that "
            f"{dispute.respondent_version} has {dispute.claimant_version} for an origin: "
            f"{dispute.claim} {dispute.respondent} is to answer by "
            f"{dispute.answer_by:%Y-%m-%d %H:%M} UTC."
        ),
    }


def _party(organization: Organization, version: Version) -> dict[str, Json]:
    return {
        "organization": str(organization.id),
        "name": organization.name,
        "version": str(version.id),
        "label": str(version),
        "weights_digest": version.weights_digest,
    }


def _refusal(field: str, problem: str, fix: str) -> InvalidInputError:
    return InvalidInputError(field=field, problem=problem, fix=fix)
