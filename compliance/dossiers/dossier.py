"""Everything that a regulator wants to know of one model, gathered once for page, report and proof.

Each figure comes with the index of the ledger entry that it can be checked against.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q

from compliance.accounts.selectors import Viewer
from compliance.alerts.selectors import alert_list
from compliance.audits.kinship import Family, family_get
from compliance.audits.selectors import result_entries, result_history, stress_test_titles
from compliance.disputes.selectors import disputes_about
from compliance.domain.events import EventType
from compliance.dossiers.history import Series, series_of
from compliance.ledger.erasures import Erasure, evidence_erasures
from compliance.ledger.selectors import entries_about
from compliance.obligations.assessing import Assessed
from compliance.obligations.matrix import obligations_assessed
from compliance.questions.selectors import question_list
from compliance.registry.selectors import version_list

if TYPE_CHECKING:
    from compliance.alerts.models import Alert
    from compliance.audits.models import Result
    from compliance.disputes.models import Dispute
    from compliance.ledger.models import Entry
    from compliance.questions.models import Question
    from compliance.registry.models import Model, Version

NEWEST = 200
"""Results of a dossier at most, the newest; the model's own page has them all."""
SITTERS_ALONE = "Disputes are shown to those who sit in them alone."
_TOLD = (
    EventType.VERSION_REGISTERED,
    EventType.ALERT_OPENED,
    EventType.QUESTION_ASKED,
    EventType.DISPUTE_OPENED,
    EventType.DISPUTE_RULED,
)


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
        newest: of these, the newest of each stress test on each version, newest first.
        more: how many further results there are.
        obligations: where they stand now, of the versions that they bind.
        unsaid: why nothing is said of obligations; empty where it is.
        disputes: those in which the viewer's organizations sit, opened or ruled on in the period.
        entries: ledger entries by what they tell of: ``version/<id>``, ``result/<id>``,
            ``alert/<id>``, ``question/<id>``, ``dispute/<id>``, ``ruling/<id of its dispute>``;
            what was not sequenced yet is not there, nor are results that nobody asked for.
        erased: statements of the newest results that were erased, by digest: these have no bundle.
    """

    model: Model
    versions: Sequence[Version]
    family: Family
    results: Sequence[Result]
    newest: Sequence[Result]
    more: int
    series: Sequence[Series]
    alerts: Sequence[Alert]
    questions: Sequence[Question]
    obligations: Sequence[Assessed]
    unsaid: str
    disputes: Sequence[Dispute]
    entries: Mapping[str, Entry]
    erased: Mapping[str, Erasure]
    titles: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _About:
    """What there is of one model beside its results."""

    versions: list[Version]
    alerts: list[Alert]
    questions: list[Question]
    obligations: list[Assessed]
    disputes: list[Dispute]


def dossier_of(
    *, viewer: Viewer, model: Model, now: datetime, period: Period | None = None, whole: bool = True
) -> Dossier:
    """The dossier of a model that the viewer may read.

    Args:
        now: when it is asked where obligations stand.
        period: to which results, alerts, questions and disputes are cut.
        whole: with the entry of every result; else of the newest and of those behind the lineage.
    """
    results, more = dossier_results(viewer=viewer, model=model, period=period)
    newest = _newest(results)
    unsaid = _unsaid(viewer, now, period)
    about = _about(viewer, model, period, None if unsaid else now)
    family = family_get(viewer=viewer, model=model)
    names = stress_test_titles()
    return Dossier(
        model=model,
        versions=about.versions,
        family=family,
        results=results,
        newest=newest,
        more=more,
        series=series_of(results, names),
        alerts=about.alerts,
        questions=about.questions,
        obligations=about.obligations,
        unsaid=unsaid,
        disputes=about.disputes,
        entries=_entries(viewer, results if whole else _told_of(results, newest, family), about),
        erased=evidence_erasures(digests=[one.statement_sha256 for one in newest]),
        titles=names,
    )


def dossier_results(
    *, viewer: Viewer, model: Model, period: Period | None = None
) -> tuple[list[Result], int]:
    """The newest results of a model, newest first, and how many further ones there are."""
    history = result_history(viewer=viewer, model=model).order_by("-recorded_at")
    if period:
        history = history.filter(recorded_at__gte=period.start, recorded_at__lt=period.end)
    results = list(history[:NEWEST])
    return results, history.count() - len(results)


def _newest(results: Sequence[Result]) -> list[Result]:
    """The first of each stress test on each version; a judge's apart from people's."""
    seen: dict[tuple[UUID, str, bool], Result] = {}
    for one in results:
        seen.setdefault((one.version_id, one.test_name, one.shard.labelled_id is not None), one)
    return list(seen.values())


def _told_of(
    results: Sequence[Result], newest: Sequence[Result], family: Family
) -> Collection[Result]:
    """Results whose entry is told on the page itself: the newest, and those behind the lineage."""
    tested = {one.tested.result for one in family.kinships if one.tested}
    return {*newest, *(one for one in results if str(one.id) in tested)}


def _unsaid(viewer: Viewer, now: datetime, period: Period | None) -> str:
    if period and period.end <= now:
        return "Where obligations stand is said of now, and this period is over: see the dossier."
    if viewer.cut_by_time:
        return "A grant that is cut by time opens no obligation."
    return ""


def _about(viewer: Viewer, model: Model, period: Period | None, now: datetime | None) -> _About:
    versions = list(version_list(viewer=viewer).filter(model=model))
    ids = [str(one.id) for one in versions]
    alerts = alert_list(viewer=viewer).filter(event__payload__version__in=ids)
    questions = question_list(viewer=viewer).filter(model=model)
    disputes = disputes_about(viewer=viewer, model=model)
    if period:
        inside = (period.start, period.end)
        alerts = alerts.filter(opened_at__gte=inside[0], opened_at__lt=inside[1])
        questions = questions.filter(asked_at__gte=inside[0], asked_at__lt=inside[1])
        opened = Q(opened_at__gte=inside[0], opened_at__lt=inside[1])
        ruled = Q(ruling__ruled_at__gte=inside[0], ruling__ruled_at__lt=inside[1])
        disputes = disputes.filter(opened | ruled)
    return _About(
        versions=versions,
        alerts=list(alerts[:NEWEST]),
        questions=list(questions[:NEWEST]),
        obligations=obligations_assessed(viewer=viewer, versions=versions, now=now) if now else [],
        disputes=list(disputes[:NEWEST]),
    )


def _entries(viewer: Viewer, results: Collection[Result], about: _About) -> dict[str, Entry]:
    told = entries_about(viewer=viewer, subjects=set(_subjects(about)), types=_TOLD)
    found: dict[str, Entry] = {}
    for entry in told:  # a dispute is told of in every record whose people sit: the first will do
        subject = entry.event.subject
        if entry.event.type == EventType.DISPUTE_RULED:
            subject = subject.replace("dispute/", "ruling/")
        found.setdefault(subject, entry)
    answers = [one.result for one in about.obligations if one.result]
    by_result = result_entries(viewer=viewer, results={*results, *answers})
    return found | {f"result/{one}": entry for one, entry in by_result.items()}


def _subjects(about: _About) -> Iterator[str]:
    yield from (f"version/{one.id}" for one in about.versions)
    yield from (f"alert/{one.id}" for one in about.alerts)
    yield from (f"question/{one.id}" for one in about.questions)
    yield from (f"dispute/{one.id}" for one in about.disputes)
