"""What a grant opens, and that nothing else of the record can be seen, counted or guessed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db.models import QuerySet
from django.utils import timezone

from compliance.accounts.models import Grant
from compliance.accounts.selectors import Viewer, grants_held, organization_list
from compliance.accounts.services import GrantScope, grant_end, grant_give
from compliance.alerts.selectors import alert_list, window_list
from compliance.alerts.services import alert_answer, alert_resolve, window_open
from compliance.audits.budget import error_budget_list
from compliance.audits.matrix import matrix_of
from compliance.audits.models import Run, Subscription, WebhookCall
from compliance.audits.recent import verdict_change_list
from compliance.audits.selectors import (
    delivery_list,
    firing_list,
    result_list,
    result_rows,
    run_list,
    schedule_list,
    score_list,
    subscription_list,
)
from compliance.audits.services import (
    battery_resolve,
    bundle_take,
    schedule_create,
    schedule_fire_due,
    subscription_create,
)
from compliance.domain.errors import InvalidInputError, NotAllowedError, NotFoundError
from compliance.domain.events import EventType
from compliance.domain.lineage import DeclaredParent
from compliance.domain.schedules import Rule
from compliance.domain.subscriptions import StartRun
from compliance.domain.vocabulary import Access, GrantKind, LineageRelation, Role
from compliance.events.models import Event
from compliance.events.selectors import event_list
from compliance.ledger.selectors import entry_list
from compliance.ledger.services import entries_sequence
from compliance.obligations.selectors import obligation_list, summary_list
from compliance.obligations.services import summary_issue
from compliance.questions.selectors import question_list
from compliance.questions.services import question_ask
from compliance.registry.models import Model, Version
from compliance.registry.selectors import (
    endpoint_limit_list,
    model_list,
    version_get,
    version_list,
    version_newest_list,
)
from compliance.registry.services import (
    Declarations,
    model_offer,
    model_register,
    version_register,
)
from tests.browser import record
from tests.cast import Cast
from tests.policy import adopted

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Two:
    """Two models of Northwind's with the same record each; the second descends from the first."""

    administrator: Viewer
    first: Version
    second: Version
    runs: tuple[Run, Run]


@pytest.fixture
def two(cast: Cast, version: Version) -> Two:
    record.announce()
    administrator = cast.viewer(cast.appoint(Role.ADMINISTRATOR))
    other = model_register(
        viewer=administrator, organization_id=cast.northwind.id, slug="other", name="Other"
    )
    second = version_register(
        viewer=administrator,
        model=other,
        name="1.0",
        access=Access.WEIGHTS,
        location=version.location,
        declarations=Declarations(parents=(DeclaredParent(version.id, LineageRelation.FINE_TUNE),)),
    )
    asked = timezone.now() + timedelta(days=1)
    for one in (version, second):
        question_ask(
            viewer=cast.viewer(cast.regulator),
            organization_id=cast.authority.id,
            model=one.model,
            text="Why?",
            due_at=asked,
        )
    adoption = adopted(administrator)
    for one in (version, second):
        summary_issue(viewer=administrator, version=one, pack=adoption.pack, now=timezone.now())
    runs = tuple(_history(administrator, one) for one in (version, second))
    entries_sequence()
    Grant.objects.all().delete()
    return Two(administrator, version, second, runs)  # type: ignore[arg-type]


def _history(viewer: Viewer, version: Version) -> Run:
    run = record.request(viewer, version, ["safety.refusal"])
    record.work(run, {"safety.refusal": record.VIOLATING})
    record.alert_of(run)
    battery = battery_resolve(battery=["safety.refusal"])
    now = timezone.now()
    rule = Rule(cron="", interval_seconds=60, time_zone="UTC", anchor=now - timedelta(minutes=1))
    schedule_create(viewer=viewer, model=version.model, name="often", battery=battery, rule=rule)
    schedule_fire_due(now=now + timedelta(seconds=1))
    subscription_create(
        viewer=viewer,
        organization_id=version.model.organization_id,
        event_type=EventType.VERSION_REGISTERED,
        consequence=StartRun(tuple(battery)),
        model=version.model,
    )
    return run


def _changed(*, viewer: Viewer) -> QuerySet[Any]:
    return verdict_change_list(viewer=viewer, since=timezone.now() - timedelta(days=1))


# The operator's own events are about no model, and everybody's.
def _events(*, viewer: Viewer) -> QuerySet[Any]:
    return event_list(viewer=viewer).filter(organization__isnull=False)


def _entries(*, viewer: Viewer) -> QuerySet[Any]:
    return entry_list(viewer=viewer).filter(event__organization__isnull=False)


ROOTS: dict[str, tuple[Callable[..., QuerySet[Any]], str]] = {
    "models": (model_list, "id"),
    "versions": (version_list, "model"),
    "schedules": (schedule_list, "model"),
    "subscriptions": (subscription_list, "model"),
    "runs": (run_list, "version__model"),
    "results": (result_list, "version__model"),
    "alerts": (alert_list, "event__model"),
    "events": (_events, "model"),
    "entries": (_entries, "event__model"),
    "questions": (question_list, "model"),
    "obligations": (obligation_list, "version__model"),
    "summaries": (summary_list, "version__model"),
    "newest versions": (version_newest_list, "model"),
    "changed verdicts": (_changed, "version__model"),
}


def seen(viewer: Viewer) -> dict[str, set[object]]:
    """Which models the rows of every root are about."""
    return {
        name: set(rows(viewer=viewer).order_by().values_list(model, flat=True))
        for name, (rows, model) in ROOTS.items()
    }


def regulator(cast: Cast, two: Two, scope: GrantScope) -> Viewer:
    grant_give(
        viewer=two.administrator,
        organization=cast.authority,
        provider=cast.northwind,
        scope=scope,
    )
    return cast.viewer(cast.regulator)


def _only(model: Model) -> dict[str, set[object]]:
    return {name: {model.id} for name in ROOTS}


@pytest.mark.parametrize("kind", [GrantKind.MODELS, GrantKind.JURISDICTION])
def test_a_narrow_grant_opens_one_model_from_every_side(
    cast: Cast, two: Two, kind: GrantKind
) -> None:
    model_offer(viewer=two.administrator, model=two.first.model, jurisdictions=["DE", "EU"])
    scope = GrantScope(kind=GrantKind.MODELS, models=[two.first.model])
    if kind is GrantKind.JURISDICTION:
        scope = GrantScope(kind=GrantKind.JURISDICTION, jurisdiction="EU")
    viewer = regulator(cast, two, scope)
    assert seen(viewer) == _only(two.first.model)
    whole = seen(two.administrator)
    assert all({two.first.model_id, two.second.model_id} <= rows for rows in whole.values())
    for run, opened in zip(two.runs, (True, False), strict=True):
        shard, schedule = run.shards.get(), run.version.model.schedules.get()
        assert score_list(viewer=viewer, shard=shard).exists() is opened
        assert firing_list(viewer=viewer, schedule=schedule).exists() is opened
    with pytest.raises(NotFoundError, match="no result"):
        bundle_take(viewer=viewer, result_id=two.runs[1].shards.get().result.id)
    assert error_budget_list(viewer=viewer) == []
    assert _exported(viewer) == {two.first.id}
    assert _tested(viewer, two) == {two.first.id}
    assert not window_list(viewer=viewer).exists()
    assert not endpoint_limit_list(viewer=viewer).exists()
    assert organization_list(viewer=viewer).filter(id=cast.northwind.id).exists()


def _exported(viewer: Viewer) -> set[UUID]:
    return {UUID(row["version_id"]) for rows in result_rows(viewer=viewer) for row in rows}


def _tested(viewer: Viewer, two: Two) -> set[UUID]:
    matrix = matrix_of(viewer=viewer, versions=[two.first, two.second])
    return {version.id for version, cells in matrix.rows if cells}


def test_an_act_on_an_alert_is_about_the_model_of_the_alert(cast: Cast, two: Two) -> None:
    (alert,) = alert_list(viewer=two.administrator).filter(
        event__model=two.first.model, event__type="verdict.violating"
    )
    alert_answer(viewer=two.administrator, alert=alert, text="We look.")
    alert_resolve(viewer=two.administrator, alert=alert, reason="Looked.")
    told = Event.objects.filter(subject=f"alert/{alert.id}")
    assert {event.type for event in told} >= {"alert.opened", "alert.answered", "alert.resolved"}
    assert set(told.values_list("model", flat=True)) == {two.first.model_id}


def test_a_call_of_a_webhook_is_read_by_whoever_reads_its_event(cast: Cast, two: Two) -> None:
    subscription = Subscription.objects.get(model=two.first.model)
    read = ("run.requested", "grant.given")
    grant_give(viewer=two.administrator, organization=cast.authority, provider=cast.northwind)
    for event in Event.objects.filter(type__in=read, organization=cast.northwind).order_by("id"):
        WebhookCall.objects.create(subscription=subscription, event=event)

    def seen_by(viewer: Viewer) -> set[tuple[str, UUID | None]]:
        calls = delivery_list(viewer=viewer, subscription=subscription)
        return set(calls.values_list("event__type", "event__model"))

    first, second = (("run.requested", one.model_id) for one in (two.first, two.second))
    assert seen_by(two.administrator) == {first, second, ("grant.given", None)}
    assert seen_by(cast.viewer(cast.regulator)) == {first, second}
    Grant.objects.all().delete()
    scope = GrantScope(kind=GrantKind.MODELS, models=[two.first.model])
    assert seen_by(regulator(cast, two, scope)) == {first}


def test_a_window_of_maintenance_is_about_no_single_model(cast: Cast, two: Two) -> None:
    now = timezone.now()
    window_open(
        viewer=two.administrator,
        organization_id=cast.northwind.id,
        reason="move",
        starts_at=now,
        ends_at=now + timedelta(hours=1),
    )
    scope = GrantScope(kind=GrantKind.MODELS, models=[two.first.model])
    assert not window_list(viewer=regulator(cast, two, scope)).exists()
    assert not window_list(viewer=regulator(cast, two, GrantScope(record_to=now))).exists()
    assert window_list(viewer=regulator(cast, two, GrantScope())).count() == 1


def test_who_reads_the_child_alone_learns_that_it_has_a_parent_and_not_which(
    cast: Cast, two: Two
) -> None:
    scope = GrantScope(kind=GrantKind.MODELS, models=[two.second.model])
    child = version_get(viewer=regulator(cast, two, scope), version_id=two.second.id)
    assert (list(child.parents.all()), child.hides_parents) == ([], True)  # type: ignore[attr-defined]
    child = version_get(viewer=two.administrator, version_id=two.second.id)
    assert ([one.parent for one in child.parents.all()], child.hides_parents) == (  # type: ignore[attr-defined]
        [two.first],
        False,
    )


def test_a_window_opens_what_happened_in_it_and_what_stood_by_its_end(cast: Cast, two: Two) -> None:
    began = two.runs[1].requested_at
    before = regulator(cast, two, GrantScope(record_to=began))
    assert set(run_list(viewer=before).values_list("id", flat=True)) == {
        run.id for run in Run.objects.filter(requested_at__lt=began)
    }
    assert not result_list(viewer=before).filter(version=two.second).exists()
    runs = alert_list(viewer=before).filter(event__type="verdict.violating")
    assert not runs.filter(event__model=two.second.model).exists()
    assert _exported(before) == _tested(before, two) == {two.first.id}
    assert not event_list(viewer=before).filter(occurred_at__gte=began, organization__isnull=False)
    assert version_list(viewer=before).count() == 2  # both were registered by then
    Grant.objects.all().delete()
    after = regulator(cast, two, GrantScope(record_from=timezone.now()))
    assert not run_list(viewer=after).exists()
    assert version_list(viewer=after).count() == 2
    Grant.objects.all().delete()
    early = regulator(cast, two, GrantScope(record_to=two.first.registered_at))
    assert not version_list(viewer=early).exists()


def test_two_grants_open_the_sum_of_both(cast: Cast, two: Two) -> None:
    regulator(cast, two, GrantScope(kind=GrantKind.MODELS, models=[two.first.model]))
    viewer = regulator(cast, two, GrantScope(kind=GrantKind.MODELS, models=[two.second.model]))
    assert model_list(viewer=viewer).count() == 2
    assert not error_budget_list(viewer=viewer)
    whole = regulator(cast, two, GrantScope())
    assert len(error_budget_list(viewer=whole)) == 1


def test_a_grant_is_given_and_ended_as_events_that_no_other_grantee_reads(
    cast: Cast, two: Two
) -> None:
    viewer = regulator(cast, two, GrantScope(kind=GrantKind.MODELS, models=[two.first.model]))
    (grant,) = grants_held(viewer=viewer, now=timezone.now())
    grant_end(viewer=two.administrator, grant=grant, now=timezone.now())
    assert not model_list(viewer=cast.viewer(cast.regulator)).exists()
    told = event_list(viewer=two.administrator).filter(type__startswith="grant.")
    assert [event.type for event in told.order_by("occurred_at")] == ["grant.given", "grant.ended"]
    given = Event.objects.get(type="grant.given").payload
    assert given["scope"]["models"] == [str(two.first.model_id)]
    grant_give(viewer=two.administrator, organization=cast.authority, provider=cast.northwind)
    whole = event_list(viewer=cast.viewer(cast.regulator))
    assert whole.exists()
    assert not whole.filter(type__startswith="grant.").exists()


def test_only_an_administrator_of_the_provider_gives_and_ends(cast: Cast, two: Two) -> None:
    grant = grant_give(
        viewer=two.administrator, organization=cast.authority, provider=cast.northwind
    )
    for user, refused in (
        (cast.officer, NotAllowedError),
        (cast.regulator, NotAllowedError),
        (cast.outsider, NotFoundError),
    ):
        viewer = cast.viewer(user)
        with pytest.raises(refused):
            grant_give(viewer=viewer, organization=cast.authority, provider=cast.northwind)
        with pytest.raises(refused):
            grant_end(viewer=viewer, grant=grant, now=timezone.now())


def test_a_scope_that_says_nothing_is_refused(cast: Cast, two: Two, models_root: object) -> None:
    foreign = model_register(
        viewer=cast.viewer(cast.rival_engineer),
        organization_id=cast.rival.id,
        slug="theirs",
        name="Theirs",
    )
    now = timezone.now()
    for scope, field in (
        (GrantScope(kind=GrantKind.MODELS), "models"),
        (GrantScope(models=[two.first.model]), "models"),
        (GrantScope(kind=GrantKind.MODELS, models=[foreign]), "models"),
        (GrantScope(kind=GrantKind.JURISDICTION), "jurisdiction"),
        (GrantScope(kind=GrantKind.JURISDICTION, jurisdiction="Europe"), "jurisdictions"),
        (GrantScope(record_from=now, record_to=now), "record_to"),
    ):
        with pytest.raises(InvalidInputError) as caught:
            regulator(cast, two, scope)
        assert caught.value.field == field
    assert not Grant.objects.exists()
