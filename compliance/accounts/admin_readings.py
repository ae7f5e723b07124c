"""What staff read in the admin is told of, as anybody's reading from outside is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from typing import Any

from django.utils import timezone

from compliance.accounts.models import User
from compliance.accounts.selectors import viewer_get
from compliance.accounts.services import reading_tell
from compliance.domain.vocabulary import Seen


@dataclass(frozen=True, slots=True)
class Told:
    """What of a record a page of the admin shows.

    Attributes:
        subject: dotted path from a row to what is read by it; empty: the row itself.
        model: dotted path from there to the model that it is about; empty: itself.
        in_lists: whether lists show it too, and not its title alone.
    """

    what: Seen
    subject: str = ""
    model: str = "model"
    in_lists: bool = False


def admin_reading_tell(*, user: User, told: Told, row: Any) -> None:
    """Tell the organization whose record it is that a member of staff reads a row.

    In the admin they act as everybody's administrator; what they read counts as what they are,
    which is from outside wherever they do not belong.
    """
    viewer = viewer_get(user=user, now=timezone.now())
    about = _at(row, told.subject)
    model = _at(about, told.model)
    reading_tell(
        viewer=viewer,
        what=told.what,
        organization_id=about.organization_id if model is None else model.organization_id,
        subject=_subject(about),
        model_id=None if model is None else model.id,
    )


def admin_list_tell(*, user: User, told: Told, rows: Iterable[Any]) -> None:
    """Tell the organizations whose rows a list shows, as ``list_reading_tell`` does: once a day."""
    viewer = viewer_get(user=user, now=timezone.now())
    models = (_at(_at(row, told.subject), told.model) for row in rows)
    for organization_id in sorted({model.organization_id for model in models}):
        reading_tell(
            viewer=viewer,
            what=told.what,
            organization_id=organization_id,
            subject=f"organization/{organization_id}",
        )


def _subject(about: Any) -> str:
    """As events name it; an event stands for what it tells of."""
    kind = about._meta.model_name  # noqa: SLF001 - documented API in spite of its name
    said: str = getattr(about, "subject", "") or f"{kind}/{about.pk}"
    return said


def _at(row: Any, path: str) -> Any:
    return reduce(getattr, path.split("."), row) if path else row
