"""Reading disputes: they are their parties', their court's and their reviewers' alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from compliance.accounts.models import Organization
from compliance.accounts.selectors import Viewer
from compliance.audits.models import Run, StressTest
from compliance.disputes.models import Dispute, Draw, Filing, FilingFile
from compliance.disputes.proposals import acts_untimely
from compliance.domain.dispute_words import DisputeState, Side
from compliance.domain.disputes import (
    READS_CONFIDENTIAL,
    RIGHT_OF,
    TO_DRAW,
    TO_ORDER,
    Act,
    act_check,
    acts_open,
    sides_of,
)
from compliance.domain.errors import NotAllowedError, NotFoundError
from compliance.domain.rights import Action
from compliance.domain.vocabulary import Kind, OrganizationKind, Trigger
from compliance.registry.models import Model


@dataclass(frozen=True, slots=True)
class Seat:
    """An organization that sits in a dispute."""

    side: Side
    organization: Organization


def dispute_list(*, viewer: Viewer) -> QuerySet[Dispute]:
    """Disputes in which an organization of the viewer sits, newest first.

    No grant opens one: whoever reads a provider's record learns from its events that there is one.
    """
    own = Q()
    for seat in ("claimant", "respondent", "court"):
        own |= Q(**{f"{seat}__in": viewer.roles})
    reviewed = Dispute.objects.filter(appointments__organization__in=viewer.roles).values("id")
    return Dispute.objects.filter(own | Q(id__in=reviewed)).select_related(
        "claimant",
        "respondent",
        "court",
        "claimant_version__model__organization",
        "respondent_version__model__organization",
    )


def disputes_about(*, viewer: Viewer, model: Model) -> QuerySet[Dispute]:
    """Those about a version of a model, as the one that claims or the one that is accused."""
    about = Q(claimant_version__model=model) | Q(respondent_version__model=model)
    return dispute_list(viewer=viewer).select_related("ruling").filter(about)


def dispute_list_whole(*, viewer: Viewer) -> QuerySet[Dispute]:
    """The same, with all that became of each."""
    return (
        dispute_list(viewer=viewer)
        .select_related("opened_by", "ruling__ruled_by")
        .prefetch_related(
            "transitions",
            "appointments__organization",
            "filings__organization",
            "filings__files",
            "proposals__objection",
            "proposals__battery",
            "batteries__draw",
            "batteries__commitments__reveal",
            "ruling__dissents__organization",
        )
    )


def dispute_get(*, viewer: Viewer, dispute_id: UUID) -> Dispute:
    """One dispute, with all that became of it.

    Raises:
        NotFoundError: no such dispute, or none in which the viewer's organizations sit.
    """
    dispute = dispute_list_whole(viewer=viewer).filter(id=dispute_id).first()
    if dispute is None:
        raise NotFoundError(f"no dispute {dispute_id} that you may see")
    return dispute


def seats_of(*, dispute: Dispute) -> list[Seat]:
    """Who sits in a dispute."""
    return [
        Seat(Side.CLAIMANT, dispute.claimant),
        Seat(Side.RESPONDENT, dispute.respondent),
        Seat(Side.COURT, dispute.court),
        *(Seat(Side.REVIEWER, one.organization) for one in dispute.appointments.all()),
    ]


def acting(*, viewer: Viewer, dispute: Dispute, act: Act) -> Seat:
    """The seat from which the viewer may do something now.

    Raises:
        NotAllowedError: they sit where nobody does that, or their role does not include it.
        TransitionError: it is not the time for it.
    """
    for seat in seats_of(dispute=dispute):
        inside = seat.organization.id in viewer.roles
        if seat.side in sides_of(act) and inside:
            viewer.require(RIGHT_OF[seat.side], seat.organization.id)
            act_check(act, DisputeState(dispute.state))
            return seat
    raise NotAllowedError(f"it is not yours to {act.value} in this dispute")


def acts_of(*, viewer: Viewer, dispute: Dispute, now: datetime) -> frozenset[Act]:
    """What the viewer may do now, for whoever draws the forms."""
    state, found = DisputeState(dispute.state), set[Act]()
    for seat in seats_of(dispute=dispute):
        inside = seat.organization.id in viewer.roles
        if inside and viewer.may(RIGHT_OF[seat.side], seat.organization.id):
            found |= acts_open(seat.side, state) - _untimely(dispute, seat, now)
    return frozenset(found)


def _untimely(dispute: Dispute, seat: Seat, now: datetime) -> set[Act]:
    """What would be refused though the state allows it: too early, or done already."""
    found = set[Act]()
    if DisputeState(dispute.state) in TO_ORDER:
        found |= acts_untimely(dispute, seat.side, now)
    if DisputeState(dispute.state) in TO_DRAW and (battery := dispute.battery):
        committed = {one.side: one for one in battery.commitments.all()}
        own = committed.get(seat.side.value)
        found |= {Act.DRAW} if now < battery.draw_by else set()
        found |= {Act.COMMIT} if own else set()
        found |= {Act.REVEAL} if len(committed) < 2 or hasattr(own, "reveal") else set()
    if dispute.state == DisputeState.RULED.value:
        dissents = dispute.ruling.dissents.all()
        found |= {Act.DISSENT for one in dissents if one.organization == seat.organization}
    return found


def filing_get(*, viewer: Viewer, dispute_id: UUID, number: int) -> Filing:
    """One filing, for whoever may read its content.

    Raises:
        NotFoundError: no such dispute or filing, or the viewer may not know of it.
        NotAllowedError: it is confidential, and the viewer is neither party nor court.
    """
    dispute = dispute_get(viewer=viewer, dispute_id=dispute_id)
    found = dispute.filings.select_related("organization", "filed_by", "dispute")
    filing = found.prefetch_related("files").filter(number=number).first()
    if filing is None:
        raise NotFoundError(f"this dispute has no filing {number}")
    if filing.confidential and not _in_confidence(viewer, dispute):
        raise NotAllowedError("confidential filings are for the parties and the court alone")
    return filing


def filing_file_get(*, filing: Filing, number: int) -> FilingFile:
    """One file of a filing that the viewer may read.

    Raises:
        NotFoundError: the filing has no such file.
    """
    found = filing.files.filter(number=number).first()
    if found is None:
        raise NotFoundError(f"this filing has no file {number}")
    return found


def courts() -> QuerySet[Organization]:
    """Organizations that can hear a dispute."""
    return Organization.objects.filter(kind=OrganizationKind.REGULATOR.value)


def reviewers_for(*, dispute: Dispute) -> QuerySet[Organization]:
    """Academic organizations that the court may still appoint."""
    academic = Organization.objects.filter(kind=OrganizationKind.ACADEMIC.value)
    seated = [seat.organization.id for seat in seats_of(dispute=dispute)]
    return academic.exclude(id__in=seated)


def claimants_of(*, viewer: Viewer) -> list[UUID]:
    """Organizations for which the viewer may open a dispute."""
    return [one for one in viewer.roles if viewer.may(Action.DISPUTE, one)]


def orderable_tests() -> QuerySet[StressTest]:
    """Announced stress tests that compare a version with another and have a validity report.

    Not those that rank an accused among controls: a dispute has two versions and no control.
    """
    comparing = StressTest.objects.filter(
        kind=Kind.PROVENANCE.value, parameters__has_key="references", validity__isnull=False
    )
    return comparing.exclude(parameters__has_key="accused").order_by("name", "-version")


def dispute_ordering(*, viewer: Viewer, run: Run) -> Dispute | None:
    """The dispute that asked for a run, for whoever sits in it; others are not told which."""
    if run.trigger != Trigger.DISPUTE.value:
        return None
    return dispute_list(viewer=viewer).filter(batteries__draw__run=run.id).first()


def dispute_of_run(*, run_id: UUID) -> Dispute | None:
    """The dispute that asked for a run, for services only (no viewer)."""
    draw = Draw.objects.filter(run=run_id).select_related("battery__dispute").first()
    return draw.battery.dispute if draw else None


def _in_confidence(viewer: Viewer, dispute: Dispute) -> bool:
    return any(
        seat.side in READS_CONFIDENTIAL and seat.organization.id in viewer.roles
        for seat in seats_of(dispute=dispute)
    )
