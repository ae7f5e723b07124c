"""Reading schedules, runs, results and scores, scoped to the viewer."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from uuid import UUID

from django.db.models import F, Prefetch, Q, QuerySet
from django.db.models.fields.json import KT

from compliance.accounts.selectors import Viewer
from compliance.audits.erasures import erasures_beside
from compliance.audits.forecast import Forecast, forecasts
from compliance.audits.history import Row, history
from compliance.audits.labelling import LabelSheet, label_sheet
from compliance.audits.models import (
    Firing,
    Result,
    Run,
    Schedule,
    Score,
    Shard,
    StressTest,
    Subscription,
    WebhookCall,
)
from compliance.domain.attestation import STATEMENT_PATH
from compliance.domain.errors import NotFoundError
from compliance.domain.events import EventType
from compliance.domain.schedules import Rule
from compliance.domain.sending import MAX_ATTEMPTS
from compliance.domain.specs import StressTestSpec
from compliance.domain.vocabulary import CallState, CatchUp
from compliance.events.selectors import told as events_told
from compliance.ledger.models import Entry
from compliance.ledger.selectors import entries_about
from compliance.registry.models import Model, Version

WIDE = ("estimate", "spec", "environment")
"""Columns that a list of verdicts does not read."""
_HISTORY = (
    *("verdict", "value", "lower", "upper", "limit", "limit_source", "n", "planned"),
    *("test_name", "recorded_at", "statement_sha256", "version__name", "version__model_id"),
    *("shard__run_id", "shard__labelled_id"),
)
"""Columns that a history reads: it has hundreds of rows."""


def stress_test_list() -> QuerySet[StressTest]:
    """The newest announced version of each stress test, by name."""
    return StressTest.objects.order_by("name", "-version").distinct("name")


def stress_test_titles() -> dict[str, str]:
    """The title of each announced stress test, by name."""
    return dict(stress_test_list().values_list("name", "title"))


def schedule_list(*, viewer: Viewer) -> QuerySet[Schedule]:
    """Schedules of models the viewer may read, soonest first; those that have ended come last."""
    scope = viewer.scope(
        organization="model__organization", model="model__", stands_from="created_at"
    )
    living_first = F("ended_at").asc(nulls_first=True)
    rows = Schedule.objects.filter(scope).order_by(living_first, "next_due_at")
    return rows.select_related("model__organization", "created_by")


def schedule_get(*, viewer: Viewer, schedule_id: UUID, held: bool = False) -> Schedule:
    """One schedule.

    Args:
        held: against every change by others, until the transaction ends.

    Raises:
        NotFoundError: no such schedule, or the viewer may not know of it.
    """
    rows = schedule_list(viewer=viewer)
    schedule = (
        (rows.select_for_update(of=("self",)) if held else rows).filter(id=schedule_id).first()
    )
    if schedule is None:
        raise NotFoundError(f"no schedule {schedule_id} that you may see")
    return schedule


def schedule_rule(*, schedule: Schedule) -> Rule:
    """The schedule's rule as a domain value."""
    return Rule(
        cron=schedule.cron,
        interval_seconds=schedule.interval_seconds,
        time_zone=schedule.time_zone,
        anchor=schedule.anchor,
        catch_up=CatchUp(schedule.catch_up),
        jitter_seconds=schedule.jitter_seconds,
        salt=str(schedule.id),
    )


def firing_list(*, viewer: Viewer, schedule: Schedule) -> QuerySet[Firing]:
    """Firings of a schedule the viewer may read, newest first."""
    scope = viewer.scope(
        organization="schedule__model__organization", model="schedule__model__", moment="due_at"
    )
    return Firing.objects.filter(scope, schedule=schedule).select_related("run")


def subscription_list(*, viewer: Viewer) -> QuerySet[Subscription]:
    """Subscriptions that the viewer may read."""
    scope = viewer.scope(organization="organization", model="model__", stands_from="created_at")
    return Subscription.objects.filter(scope).select_related(
        "organization", "model__organization", "created_by"
    )


def subscription_get(*, viewer: Viewer, subscription_id: UUID, held: bool = False) -> Subscription:
    """One subscription.

    Args:
        held: against every change by others, until the transaction ends.

    Raises:
        NotFoundError: no such subscription, or the viewer may not know of it.
    """
    rows = subscription_list(viewer=viewer)
    subscription = (
        (rows.select_for_update(of=("self",)) if held else rows).filter(id=subscription_id).first()
    )
    if subscription is None:
        raise NotFoundError(f"no subscription {subscription_id} that you may see")
    return subscription


def delivery_list(
    *, viewer: Viewer, subscription: Subscription, state: CallState | None = None
) -> QuerySet[WebhookCall]:
    """Calls of a subscription's webhook that the viewer may read, newest first."""
    scope = viewer.scope(
        organization="subscription__organization",
        model="subscription__model__",
        moment="created_at",
    )
    rows = WebhookCall.objects.filter(
        scope, events_told(viewer=viewer, event="event__"), subscription=subscription
    ).select_related("event", "subscription")
    unheard = Q(delivered_at__isnull=True)
    return (
        rows
        if state is None
        else rows.filter(
            {
                CallState.ARRIVED: ~unheard,
                CallState.GIVEN_UP: unheard & Q(attempts__gte=MAX_ATTEMPTS),
                CallState.WAITING: unheard & Q(attempts__lt=MAX_ATTEMPTS),
            }[state]
        )
    )


def subscribed_types() -> frozenset[str]:
    """Types of events that anybody asked to hear of, for the relay only (no viewer)."""
    live = Subscription.objects.filter(paused_at__isnull=True).order_by()
    return frozenset(live.values_list("event_type", flat=True).distinct())


def run_list(*, viewer: Viewer) -> QuerySet[Run]:
    """Runs the viewer may read, newest first, with shards and results, these without ``WIDE``."""
    scope = viewer.scope(
        organization="version__model__organization",
        model="version__model__",
        run="",
        moment="requested_at",
    )
    return (
        Run.objects.filter(scope)
        .select_related("version__model__organization", "requested_by", "firing__schedule")
        .prefetch_related(Prefetch("shards__result", queryset=Result.objects.defer(*WIDE)))
    )


def run_get(*, viewer: Viewer, run_id: UUID) -> Run:
    """One run, with everything of its results.

    Raises:
        NotFoundError: no such run, or the viewer may not know of it.
    """
    runs = run_list(viewer=viewer).prefetch_related(None).prefetch_related("shards__result")
    run = runs.filter(id=run_id).first()
    if run is None:
        raise NotFoundError(f"no run {run_id} that you may see")
    return run


def shard_get(*, viewer: Viewer, run_id: UUID, position: int) -> Shard:
    """One shard of a run, by its position.

    Raises:
        NotFoundError: no such run or shard, or the viewer may not know of it.
    """
    shard = run_get(viewer=viewer, run_id=run_id).shards.filter(position=position).first()
    if shard is None:
        raise NotFoundError(f"run {run_id} has no shard {position}")
    return shard


def label_sheet_get(*, viewer: Viewer, run_id: UUID, position: int) -> LabelSheet:
    """The answers of a shard that people are to label, and their labels.

    Raises:
        NotFoundError: no such run or shard, the viewer may not know of it, or nothing is to label.
    """
    return label_sheet(shard=shard_get(viewer=viewer, run_id=run_id, position=position))


def result_list(*, viewer: Viewer) -> QuerySet[Result]:
    """Results the viewer may read, newest first; each is dated by its run, as its items are."""
    scope = viewer.scope(
        organization="version__model__organization",
        model="version__model__",
        run="shard__run__",
        moment="shard__run__requested_at",
    )
    return Result.objects.filter(scope).select_related("version__model__organization", "shard")


def result_rows(*, viewer: Viewer, **where: object) -> Iterator[list[Row]]:
    """The whole history of results that the viewer may read, oldest first, in chunks of flat rows.

    Args:
        where: lookups of results, as in a filter.
    """
    return history(result_list(viewer=viewer).filter(**where))


def result_get(*, viewer: Viewer, result_id: UUID) -> Result:
    """One result.

    Raises:
        NotFoundError: no such result, or the viewer may not know of it.
    """
    result = result_list(viewer=viewer).filter(id=result_id).first()
    if result is None:
        raise NotFoundError(f"no result {result_id} that you may see")
    return result


def result_history(*, viewer: Viewer, model: Model) -> QuerySet[Result]:
    """A model's compliance history, oldest first: ``_HISTORY``, and what each is about in words."""
    rows = result_list(viewer=viewer).filter(version__model=model)
    narrow = rows.select_related(None).select_related("version", "shard").only(*_HISTORY)
    return narrow.annotate(statistic=KT("estimate__claim__statistic")).order_by("recorded_at")


def result_entries(*, viewer: Viewer, results: Collection[Result]) -> dict[UUID, Entry]:
    """The ledger entry of each result, by the result's id; those not sequenced yet are left out."""
    by_statement = {one.statement_sha256: one.id for one in results if one.statement_sha256}
    told = entries_about(
        viewer=viewer,
        subjects={f"run/{one.shard.run_id}" for one in results},
        types=[EventType.VERDICT_REACHED],
    )
    named = ((str(entry.event.payload.get(STATEMENT_PATH)), entry) for entry in told)
    return {by_statement[sha256]: entry for sha256, entry in named if sha256 in by_statement}


def score_list(*, viewer: Viewer, shard: Shard) -> QuerySet[Score]:
    """Every item of a shard with the model's answer, or that it was erased, in the order asked."""
    scope = viewer.scope(
        organization="shard__run__version__model__organization",
        model="shard__run__version__model__",
        run="shard__run__",
        moment="shard__run__requested_at",
    )
    return erasures_beside(Score.objects.filter(scope, shard=shard)).order_by("position")


def forecast_list(
    *, viewer: Viewer, battery: Sequence[StressTestSpec], version: Version | None
) -> list[Forecast]:
    """What a run of the battery would come to, test by test, as far as the viewer may know."""
    results = result_list(viewer=viewer)
    return forecasts(battery=battery, results=results, version=version)
