"""Everything that a regulator wants to know of one model, gathered once for page, report and proof.

Each figure comes with the index of the ledger entry that it can be checked against.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from compliance.accounts.selectors import Viewer
from compliance.alerts.selectors import alert_list
from compliance.audits.kinship import Family, family_get
from compliance.audits.selectors import result_entries, result_history, stress_test_titles
from compliance.domain.events import EventType
from compliance.dossiers.history import Series, series_of
from compliance.ledger.selectors import entries_about
from compliance.questions.selectors import question_list
from compliance.registry.selectors import version_list

if TYPE_CHECKING:
    from compliance.alerts.models import Alert
    from compliance.audits.models import Result
    from compliance.ledger.models import Entry
    from compliance.questions.models import Question
    from compliance.registry.models import Model, Version

NEWEST = 200
"""Results of a dossier at most, the newest; the model's own page has them all."""
_TOLD = (EventType.VERSION_REGISTERED, EventType.ALERT_OPENED, EventType.QUESTION_ASKED)


@dataclass(frozen=True, slots=True)
class Period:
    """From a moment up to and without another."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Dossier:
    """What is known of a model.

    Attributes:
        results: newest first, of the period where there is one.
        more: how many further results there are.
        entries: ledger entries by what they tell of: ``version/<id>``, ``result/<id>``,
            ``alert/<id>``, ``question/<id>``; what was not sequenced yet is not there.
    """

    model: Model
    versions: Sequence[Version]
    family: Family
    results: Sequence[Result]
    more: int
    series: Sequence[Series]
    alerts: Sequence[Alert]
    questions: Sequence[Question]
    entries: Mapping[str, Entry]
    titles: Mapping[str, str]

    @property
    def newest(self) -> list[Result]:
        """The newest result of each stress test on each version, newest first."""
        seen: dict[tuple[UUID, str, bool], Result] = {}
        for one in self.results:
            seen.setdefault((one.version_id, one.test_name, one.shard.labelled_id is not None), one)
        return list(seen.values())


def dossier_of(*, viewer: Viewer, model: Model, period: Period | None = None) -> Dossier:
    """The dossier of a model that the viewer may read; results, alerts, questions of a period."""
    history = result_history(viewer=viewer, model=model).order_by("-recorded_at")
    alerts = alert_list(viewer=viewer).filter(event__payload__version__in=_ids(viewer, model))
    questions = question_list(viewer=viewer).filter(model=model)
    if period:
        inside = (period.start, period.end)
        history = history.filter(recorded_at__gte=inside[0], recorded_at__lt=inside[1])
        alerts = alerts.filter(opened_at__gte=inside[0], opened_at__lt=inside[1])
        questions = questions.filter(asked_at__gte=inside[0], asked_at__lt=inside[1])
    results, count = list(history[:NEWEST]), history.count()
    versions = list(version_list(viewer=viewer).filter(model=model))
    found = (list(alerts[:NEWEST]), list(questions[:NEWEST]))
    names = stress_test_titles()
    return Dossier(
        model=model,
        versions=versions,
        family=family_get(viewer=viewer, model=model),
        results=results,
        more=count - len(results),
        series=series_of(results, names),
        alerts=found[0],
        questions=found[1],
        entries=_entries(viewer, versions, results, found),
        titles=names,
    )


def _ids(viewer: Viewer, model: Model) -> list[str]:
    ids = version_list(viewer=viewer).filter(model=model).values_list("id", flat=True)
    return [str(one) for one in ids]


def _entries(
    viewer: Viewer,
    versions: Collection[Version],
    results: Collection[Result],
    told: tuple[Collection[Alert], Collection[Question]],
) -> dict[str, Entry]:
    subjects = {f"version/{one.id}" for one in versions}
    subjects |= {f"alert/{one.id}" for one in told[0]}
    subjects |= {f"question/{one.id}" for one in told[1]}
    found = {
        entry.event.subject: entry
        for entry in entries_about(viewer=viewer, subjects=subjects, types=_TOLD)
    }
    by_result = result_entries(viewer=viewer, results=results)
    return found | {f"result/{one}": entry for one, entry in by_result.items()}
