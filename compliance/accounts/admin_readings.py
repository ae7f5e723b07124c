"""What staff read in the admin is told of, as anybody's reading from outside is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from typing import Any

from django.utils import timezone

from compliance.accounts.models import User
from compliance.accounts.selectors import viewer_get
from compliance.accounts.services import list_reading_tell, reading_tell
from compliance.domain.readings import Seen


@dataclass(frozen=True, slots=True)
class Told:
    """What of a record a page of the admin shows.

    Attributes:
        subject: dotted path from a row to what is read by it; empty: the row itself.
        model: dotted path from there to the model that it is about; empty: itself.
        listed: what a list of such rows is told of as.
    """

    what: Seen
    listed: Seen
    subject: str = ""
    model: str = "model"


def admin_reading_tell(*, user: User, told: Told, row: Any) -> None:
    """Tell the organization whose record it is that a member of staff reads a row.

    In the admin they act as everybody's administrator; what they read counts as what they are,
    which is from outside wherever they do not belong.
    """
    about, model = _about(told, row)
    reading_tell(
        viewer=viewer_get(user=user, now=timezone.now()),
        what=told.what,
        organization_id=about.organization_id if model is None else model.organization_id,
        subject=_subject(about),
        model_id=None if model is None else model.id,
    )


def admin_list_tell(*, user: User, told: Told, rows: Iterable[Any]) -> None:
    """Tell the organizations whose rows a list shows, as ``list_reading_tell`` does: once a day."""
    found = (_about(told, row) for row in rows)
    among = {
        about.organization_id if model is None else model.organization_id for about, model in found
    }
    list_reading_tell(
        viewer=viewer_get(user=user, now=timezone.now()),
        what=told.listed,
        among=among - {None},
    )


def _about(told: Told, row: Any) -> tuple[Any, Any]:
    """What a row shows, and the model that it is about; None: no single one."""
    about = _at(row, told.subject)
    return about, _at(about, told.model)


def _subject(about: Any) -> str:
    """As events name it; an event stands for what it tells of."""
    kind = about._meta.model_name  # noqa: SLF001 - documented API in spite of its name
    said: str = getattr(about, "subject", "") or f"{kind}/{about.pk}"
    return said


def _at(row: Any, path: str) -> Any:
    return reduce(getattr, path.split("."), row) if path else row
