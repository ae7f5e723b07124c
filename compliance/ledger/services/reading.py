"""Handing out entries; whoever takes one from outside is told of in the ledger."""

from __future__ import annotations

from compliance.accounts.selectors import Viewer
from compliance.accounts.services import reading_tell
from compliance.domain.readings import Seen
from compliance.ledger.selectors import Included, entry_included


def entry_take(*, viewer: Viewer, index: int) -> Included:
    """An entry with its proof, and its reading told of, if that is to be told.

    Raises:
        NotFoundError: see ``entry_included``.
    """
    included = entry_included(viewer=viewer, index=index)
    event = included.entry.event
    reading_tell(
        viewer=viewer,
        what=Seen.ENTRY,
        organization_id=event.organization_id,
        subject=event.subject,
        model_id=event.model_id,
    )
    return included
