"""What around a page its reader may open: the way back from a run, what an alert leads to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.urls import Resolver404, resolve, reverse

from compliance.accounts.selectors import Viewer
from compliance.audits.selectors import result_list, run_list
from compliance.disputes.selectors import dispute_list, dispute_ordering
from compliance.questions.selectors import question_list
from compliance.registry.selectors import model_readable

if TYPE_CHECKING:
    from compliance.alerts.models import Alert
    from compliance.audits.models import Run
    from compliance.disputes.models import Dispute


@dataclass(frozen=True, slots=True)
class Crumb:
    """One step of the way back."""

    label: str
    address: str


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What lies around a run.

    Attributes:
        opens_model: whether the reader may open its model, and with it version and history.
        dispute: that ordered it, where the reader sits in it.
    """

    opens_model: bool
    dispute: Dispute | None
    crumbs: tuple[Crumb, ...]


def surroundings(*, viewer: Viewer, run: Run) -> Surroundings:
    """What of a run's surroundings its reader may open."""
    opens_model = model_readable(viewer=viewer, model=run.version.model)
    dispute = dispute_ordering(viewer=viewer, run=run)
    return Surroundings(opens_model, dispute, tuple(_crumbs(run, opens_model, dispute)))


def _crumbs(run: Run, opens_model: bool, dispute: Dispute | None) -> list[Crumb]:
    version = run.version
    if opens_model:
        return [
            Crumb("Models", reverse("portal:models")),
            Crumb(str(version.model), reverse("portal:model", args=[version.model_id])),
            Crumb(version.name, reverse("portal:version", args=[version.id])),
        ]
    if dispute is not None:
        return [
            Crumb("Disputes", reverse("portal:disputes")),
            Crumb("Docket", reverse("portal:dispute", args=[dispute.id])),
        ]
    return [Crumb("Runs", reverse("portal:runs"))]


_ROWS: Mapping[str, Callable[..., QuerySet[Any]]] = {
    "run": run_list,
    "bundle": result_list,
    "dispute": dispute_list,
    "question": question_list,
}
"""What there is at the pages that alerts lead to, by the names of their addresses."""


def led_to(*, viewer: Viewer, alert: Alert, path: str) -> str:
    """The path that an alert leads to, or nothing where its reader may not open it.

    Whoever belongs to the organization that was alerted may; through a grant one may read of what
    began before it, or of a dispute in which one does not sit.
    """
    if not path or alert.organization_id in viewer.roles:
        return path
    try:
        found = resolve(path.partition("#")[0])
    except Resolver404:
        return ""
    rows = _ROWS.get(found.url_name or "")
    if rows is None:
        return path
    (key,) = found.kwargs.values()
    return path if rows(viewer=viewer).filter(id=key).exists() else ""
