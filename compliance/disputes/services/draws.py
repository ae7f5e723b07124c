"""The seed: committed to, revealed and drawn by the parties; the run that it begins, its end."""

from __future__ import annotations

from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from compliance.accounts.models import User
from compliance.accounts.selectors import Viewer
from compliance.audits.services import Cause, run_request
from compliance.disputes.findings import findings_by_battery
from compliance.disputes.models import Battery, Commitment, Dispute, Draw, Reveal
from compliance.disputes.selectors import Seat, acting, dispute_of_run
from compliance.disputes.services.telling import (
    HOUSE,
    dispute_held,
    dispute_move,
    dispute_tell,
    run_open,
)
from compliance.domain.dispute_words import DisputeState, Side
from compliance.domain.disputes import Act
from compliance.domain.drawing import hex_check, seed_drawn, share_commitment
from compliance.domain.errors import InvalidInputError, TransitionError
from compliance.domain.events import EventType
from compliance.domain.specs import StressTestSpec
from compliance.domain.vocabulary import Trigger
from compliance.events.selectors import event_by_id

_PARTIES = (Side.CLAIMANT, Side.RESPONDENT)


@transaction.atomic
def share_commit(*, viewer: Viewer, dispute: Dispute, commitment: str) -> Commitment:
    """Commit a party to its share of the seed.

    Args:
        commitment: lowercase hex SHA-256 of 32 bytes that the party keeps to itself.

    Raises:
        InvalidInputError: naming commitment.
        NotAllowedError, TransitionError: see ``acting``; or the party has committed already.
    """
    held = dispute_held(dispute)
    seat = acting(viewer=viewer, dispute=held, act=Act.COMMIT)
    hex_check("commitment", commitment)
    battery = _battery(held)
    if commitment in _commitments(held):
        raise _refusal("commitment", "another committed to the same", "Choose bytes of your own")
    try:
        with transaction.atomic():
            made = Commitment.objects.create(
                battery=battery, side=seat.side.value, sha256=commitment, committed_by=viewer.user
            )
    except IntegrityError as error:
        raise TransitionError(f"the {seat.side.value} has committed, and that stands") from error
    dispute_tell(
        event_type=EventType.DISPUTE_COMMITTED,
        dispute=held,
        seat=seat,
        actor=viewer.user,
        payload={
            "commitment": commitment,
            "statement": f"The {seat.side.value} commits to a share of the seed: {commitment}.",
        },
    )
    return made


@transaction.atomic
def share_reveal(*, viewer: Viewer, dispute: Dispute, share: str) -> Reveal:
    """Reveal a party's share, once both have committed; the second reveal draws the seed.

    Raises:
        InvalidInputError: naming share: it is not what was committed to.
        NotAllowedError, TransitionError: see ``acting``; or not both have committed, or it is done.
    """
    held = dispute_held(dispute)
    seat = acting(viewer=viewer, dispute=held, act=Act.REVEAL)
    battery = _battery(held)
    committed = {one.side: one for one in battery.commitments.all()}
    if len(committed) < len(_PARTIES):
        raise TransitionError("nobody may reveal before both parties have committed")
    own = committed[seat.side.value]
    if share_commitment(share) != own.sha256:
        raise _refusal("share", "it is not what was committed to", "Give the bytes you kept")
    try:
        with transaction.atomic():
            made = Reveal.objects.create(commitment=own, share=share, revealed_by=viewer.user)
    except IntegrityError as error:
        raise TransitionError(f"the {seat.side.value} has revealed already") from error
    dispute_tell(
        event_type=EventType.DISPUTE_REVEALED,
        dispute=held,
        seat=seat,
        actor=viewer.user,
        payload={
            "share": share,
            "statement": f"The {seat.side.value} reveals its share of the seed: {share}.",
        },
    )
    if len(_shares(battery)) == len(_PARTIES) + 1:
        _draw(held, seat, viewer.user)
    return made


@transaction.atomic
def seed_draw(*, viewer: Viewer, dispute: Dispute) -> Draw:
    """Draw with what was revealed, once the time for it is over.

    Raises:
        NotAllowedError, TransitionError: see ``acting``; or the parties may still reveal.
    """
    held = dispute_held(dispute)
    seat = acting(viewer=viewer, dispute=held, act=Act.DRAW)
    if timezone.now() < _battery(held).draw_by:
        raise TransitionError("the parties may still commit and reveal")
    return _draw(held, seat, viewer.user)


@transaction.atomic
def dispute_hear(*, event_id: UUID) -> None:
    """Put what a battery found before the court, once its run has ended; again changes nothing."""
    run_id = UUID(str(event_by_id(event_id=event_id).payload["run"]))
    dispute = dispute_of_run(run_id=run_id)
    if dispute is None:
        return
    held = dispute_held(dispute)
    drawn = held.battery.drawn if held.battery else None
    if held.state != DisputeState.RUNNING.value or drawn is None or drawn.run_id != run_id:
        return
    *_, found = findings_by_battery(dispute=held)
    dispute_move(dispute=held, new=DisputeState.HEARD, who=HOUSE, why="the battery has ended")
    dispute_tell(
        event_type=EventType.DISPUTE_HEARD,
        dispute=held,
        seat=None,
        actor=None,
        payload={
            "run": str(run_id),
            "findings": [one.to_json() for one in found],
            "statement": " ".join(f"{one.statement} {one.measured}".strip() for one in found),
        },
    )


def _draw(dispute: Dispute, seat: Seat, actor: User) -> Draw:
    battery = _battery(dispute)
    shares = _shares(battery)
    seed = seed_drawn(dispute=str(dispute.id), plan_digest=battery.plan_digest, shares=shares)
    run = run_request(
        version=dispute.respondent_version,
        battery=[StressTestSpec.from_json(one) for one in battery.plan["battery"]],
        cause=Cause(trigger=Trigger.DISPUTE, person=actor, drawn=seed),
    )
    made = Draw.objects.create(battery=battery, seed=seed, run=run)
    withheld = [side.value for side in _PARTIES if side not in shares]
    missing = f" Not revealed by the {' nor the '.join(withheld)}." if withheld else ""
    run_open(dispute=dispute, run_id=run.id, actor=actor)
    dispute_tell(
        event_type=EventType.DISPUTE_SEED_DRAWN,
        dispute=dispute,
        seat=seat,
        actor=actor,
        payload={
            "shares": {side.value: share for side, share in shares.items()},
            "seed": seed,
            "run": str(run.id),
            "statement": f"The seed is {seed}, the hash of every share that was revealed.{missing}",
        },
    )
    why = "the seed was drawn, and the battery runs"
    dispute_move(dispute=dispute, new=DisputeState.RUNNING, who=actor.email, why=why)
    return made


def _battery(dispute: Dispute) -> Battery:
    """The one that is being drawn for; every state in which one draws has it."""
    battery = dispute.battery
    if battery is None:
        raise TransitionError("no battery is ordered")
    return battery


def _commitments(dispute: Dispute) -> set[str]:
    """Every one of the dispute: a share that an earlier battery revealed is no secret."""
    parties = Commitment.objects.filter(battery__dispute=dispute)
    courts = dispute.batteries.values_list("court_commitment", flat=True)
    return {*courts, *parties.values_list("sha256", flat=True)}


def _shares(battery: Battery) -> dict[Side, str]:
    revealed = Reveal.objects.filter(commitment__battery=battery).select_related("commitment")
    parties = {Side(one.commitment.side): one.share for one in revealed}
    return {Side.COURT: battery.court_share, **parties}


def _refusal(field: str, problem: str, fix: str) -> InvalidInputError:
    return InvalidInputError(field=field, problem=problem, fix=fix)
