"""What staff read in the admin is told of, as anybody's reading from outside is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from typing import Any
from uuid import UUID

from django.utils import timezone

from compliance.accounts.models import User
from compliance.accounts.selectors import viewer_get
from compliance.accounts.services import list_reading_tell, subject_reading_tell
from compliance.domain.readings import Seen


@dataclass(frozen=True, slots=True)
class Told:
    """What of a record a page of the admin shows.

    Attributes:
        subject: dotted path from a row to what is read by it; empty: the row itself.
        model: dotted path from there to the model that it is about; empty: itself.
        among: what of it names the organizations whose record it is, where no model does.
        listed: what a list of such rows is told of as.
    """

    what: Seen
    listed: Seen
    subject: str = ""
    model: str = "model"
    among: tuple[str, ...] = ()


def admin_reading_tell(*, user: User, told: Told, row: Any) -> None:
    """Tell the organizations whose record it is that a member of staff reads a row.

    In the admin they act as everybody's administrator; what they read counts as what they are,
    which is from outside wherever they do not belong.
    """
    about = _at(row, told.subject)
    model = None if told.among else _at(about, told.model)
    subject_reading_tell(
        viewer=viewer_get(user=user, now=timezone.now()),
        what=told.what,
        among=_organizations(told, row),
        subject=_subject(about),
        model_id=None if model is None else model.id,
    )


def admin_list_tell(*, user: User, told: Told, rows: Iterable[Any]) -> None:
    """Tell the organizations whose rows a list shows, as ``list_reading_tell`` does: once a day."""
    list_reading_tell(
        viewer=viewer_get(user=user, now=timezone.now()),
        what=told.listed,
        among={one for row in rows for one in _organizations(told, row)},
    )


def _organizations(told: Told, row: Any) -> set[UUID]:
    """Whose record a row is of; nobody's where it is the operator's own."""
    about = _at(row, told.subject)
    if told.among:
        return {getattr(about, name) for name in told.among}
    model = _at(about, told.model)
    found = (about if model is None else model).organization_id
    return {found} - {None}


def _subject(about: Any) -> str:
    """As events name it; an event stands for what it tells of."""
    kind = about._meta.model_name  # noqa: SLF001 - documented API in spite of its name
    said: str = getattr(about, "subject", "") or f"{kind}/{about.pk}"
    return said


def _at(row: Any, path: str) -> Any:
    return reduce(getattr, path.split("."), row) if path else row
