"""Whoever reads a dispute and is no party to it is told of to both, as reading a record is."""

from __future__ import annotations

from compliance.accounts.selectors import Viewer
from compliance.accounts.services import list_reading_tell, subject_reading_tell
from compliance.disputes.models import Dispute
from compliance.disputes.selectors import dispute_list
from compliance.domain.readings import Seen


def dispute_reading_tell(*, viewer: Viewer, dispute: Dispute) -> None:
    """Tell both parties that the court or a reviewer reads their dispute, once a day.

    Not that the other party does: what is filed in the open is for both to read.
    """
    parties = {dispute.claimant_id, dispute.respondent_id}
    if parties.isdisjoint(viewer.roles):
        subject = f"dispute/{dispute.id}"
        subject_reading_tell(viewer=viewer, what=Seen.DISPUTE, among=parties, subject=subject)


def disputes_reading_tell(*, viewer: Viewer) -> None:
    """Tell the parties of disputes that the viewer hears or reviews that their list is read."""
    heard = dispute_list(viewer=viewer).exclude(claimant__in=viewer.roles)
    pairs = heard.exclude(respondent__in=viewer.roles).values_list("claimant", "respondent")
    parties = {party for pair in pairs.order_by() for party in pair}
    list_reading_tell(viewer=viewer, what=Seen.DISPUTES, among=parties)
