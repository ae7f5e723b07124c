"""Making the schedules that an adopted pack asks for."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from compliance.accounts.selectors import Viewer
from compliance.audits.models import Schedule
from compliance.audits.services import schedule_create
from compliance.domain.errors import TransitionError
from compliance.domain.rights import Action
from compliance.obligations.scheduling import proposal_of
from compliance.policies.models import Adoption


@transaction.atomic
def pack_schedule(*, viewer: Viewer, adoption: Adoption, now: datetime) -> list[Schedule]:
    """Make the schedules that ``proposal_of`` shows; what is covered already is left alone.

    Raises:
        TransitionError: the pack was dropped.
        InvalidInputError: naming battery, where a model's newest version cannot be asked.
        NotAllowedError, NotFoundError: the viewer may not schedule for the organization.
    """
    viewer.require(Action.SCHEDULE, adoption.organization_id)
    held = Adoption.objects.select_for_update().get(id=adoption.id)
    if held.dropped_at is not None:
        raise TransitionError(f"{adoption.pack} was dropped")
    proposal = proposal_of(viewer=viewer, adoption=adoption, now=now)
    return [
        schedule_create(
            viewer=viewer,
            model=one.model,
            name=one.name,
            battery=one.battery,
            rule=one.rule,
        )
        for one in proposal.proposed
    ]
