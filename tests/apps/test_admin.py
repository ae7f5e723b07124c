"""The operator's room shows the whole record and changes nothing that it has fixed."""

import re
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection
from django.db.models import Model as Row
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from compliance.accounts.models import User
from compliance.accounts.services import token_issue
from compliance.alerts.models import Alert, Delivery
from compliance.alerts.services import alert_acknowledge
from compliance.audits.labelling import label_sheet
from compliance.audits.models import Result, Run, Score, Shard, Transition
from compliance.audits.services import (
    Asked,
    answers_erase,
    battery_resolve,
    label_add,
    messages_restore,
    schedule_create,
    schedule_fire_due,
    subscription_create,
    subscriptions_fire,
)
from compliance.domain.endpoints import RequestLimit
from compliance.domain.events import EventType
from compliance.domain.lineage import DeclaredParent, DeclaredSource
from compliance.domain.schedules import Rule
from compliance.domain.subscriptions import CallWebhook, StartRun
from compliance.domain.vocabulary import Access, LineageRelation, Role, SourceKind
from compliance.events.idempotency import KeyedRequest, answer_keep
from compliance.events.models import Event
from compliance.events.services import events_relay
from compliance.ledger.models import Checkpoint, Subtree, Timestamp
from compliance.ledger.services import log_halt_record
from compliance.ledger.signer import LogSigner
from compliance.people.services import identity_provider_set, member_invite
from compliance.questions.services import question_answer, question_ask
from compliance.registry.models import SignedManifest, Version
from compliance.registry.services import (
    Declarations,
    endpoint_limit_set,
    sketch_record,
    version_register,
)
from tests.alerting import lived
from tests.architecture.test_house import PASSING
from tests.browser.record import (
    COMPLIANT,
    VIOLATING,
    alert_of,
    announce,
    request,
    request_audited,
    work,
)
from tests.cast import Cast, administrator_of
from tests.conftest import write_weights
from tests.disputing import one_of_everything
from tests.logged import log_whole
from tests.policy import obliged
from tests.second_factors import sign_in, totp_give

ADDED_BY_SERVICES = {
    "Organization",
    "Membership",
    "Grant",
    "ApiToken",
    "IdentityProvider",
    "Schedule",
    "Subscription",
    "EndpointLimit",
    "AlertRoute",
    "MaintenanceWindow",
}
TELLS_NOBODY = {
    **dict.fromkeys(("User", "Membership", "Invitation", "AccountMail"), "people, no record"),
    **dict.fromkeys(("Grant", "ApiToken", "IdentityProvider"), "who may come in, no record"),
    **dict.fromkeys(("Organization", "StressTest", "PolicyPack"), "open to all"),
    **dict.fromkeys(("Checkpoint", "Cosignature", "Timestamp", "Witness", "Halt"), "the log's own"),
    **dict.fromkeys(("LogSetup", "Log", "Subtree"), "the log's own"),
    **dict.fromkeys(("Evidence", "Attestation"), "digests and sizes; the bytes are not shown"),
    "KeptAnswer": "digests; the answer is sealed and not shown",
    "AlertRoute": "where to, its address sealed; no alert is shown",
}
"""Pages of the admin that hold nothing of an organization's record, and why."""
UNFILTERED = {"Log": "it has one row", "Halt": "it has one row at most"}


@pytest.fixture
def operator(db: None) -> User:
    """A superuser who belongs to no organization."""
    return totp_give(
        User.objects.create_superuser("operator@assay.example", "correct-horse", name="Op")
    )


@pytest.fixture
def room(operator: User) -> Client:
    client = Client()
    sign_in(client, operator)
    return client


@pytest.fixture
def record(
    cast: Cast, version: Version, models_root: Any, signer: LogSigner, tmp_path: Path
) -> Run:
    """One row of everything; returns the finished run."""
    officer = cast.viewer(cast.officer)
    announce()
    obliged(officer, version)
    version_register(
        viewer=officer,
        model=version.model,
        name="2.0",
        access=Access.WEIGHTS,
        location=write_weights(models_root, "tuned", seed=2),
        declarations=Declarations(
            parents=(DeclaredParent(version.id, LineageRelation.FINE_TUNE),),
            sources=(DeclaredSource(SourceKind.LICENSED, "News"),),
        ),
    )
    sketch_record(version=version, sketch=None, reason="it has no gated MLP")
    battery = battery_resolve(battery=["safety.refusal"])
    anchor = version.registered_at.replace(year=version.registered_at.year - 1)
    rule = Rule(cron="0 6 1 1 *", interval_seconds=None, time_zone="UTC", anchor=anchor)
    schedule_create(viewer=officer, model=version.model, name="yearly", battery=battery, rule=rule)
    schedule_fire_due(now=version.registered_at)
    Shard.objects.update(rung_at=anchor)
    messages_restore(empty=lambda queue: True)
    subscription_create(
        viewer=officer,
        organization_id=cast.northwind.id,
        event_type=EventType.VERSION_REGISTERED,
        consequence=StartRun(tuple(battery)),
    )
    hook = subscription_create(
        viewer=officer,
        organization_id=cast.northwind.id,
        event_type=EventType.VERDICT_VIOLATING,
        consequence=CallWebhook("https://93.184.215.14/hook"),
    )
    endpoint_limit_set(
        viewer=officer,
        organization_id=cast.northwind.id,
        url="https://models.example/v1",
        limit=RequestLimit(),
    )
    administrator = cast.viewer(administrator_of(cast.northwind))
    member_invite(
        viewer=administrator,
        organization=cast.northwind,
        email="new@northwind.example",
        role=Role.READER,
        now=version.registered_at,
    )
    identity_provider_set(
        organization=cast.northwind,
        issuer="https://93.184.215.14/oidc",
        client_id="assay",
        secret="kept sealed",
        email_domain="northwind.example",
        joining_role=None,
    )
    token_issue(user=cast.engineer, name="ci", expires_at=version.registered_at)
    Client().post(reverse("account_reset_password"), {"email": cast.engineer.email})
    answer_keep(request=KeyedRequest(cast.engineer.pk, "key", "0" * 64), answer={"status": 201})
    run = request(officer, version, ["safety.refusal", "provenance.weights_digest"])
    work(run, {"safety.refusal": VIOLATING, "provenance.weights_digest": COMPLIANT})
    subscriptions_fire(event_id=Event.objects.get(type=hook.event_type).id)
    shard = run.shards.get(test_name="safety.refusal")
    asked = Asked([shard.scores.get(position=0).item_id], "Article 17(1)(a) GDPR", questions=False)
    answers_erase(viewer=administrator, shard=shard, asked=asked)
    alert = alert_of(run)
    lived(officer, alert)
    alert_acknowledge(viewer=officer, alert=alert, reason="looking")
    labelled = request_audited(officer, version)
    label_add(
        viewer=officer,
        shard=labelled,
        item_id=label_sheet(shard=labelled).drawn[0].item_id,
        outcome="refusal",
    )
    question = question_ask(
        viewer=cast.viewer(cast.regulator),
        organization_id=cast.authority.id,
        model=version.model,
        text="Why?",
        due_at=timezone.now() + timedelta(days=7),
    )
    question_answer(viewer=officer, question=question, text="So.")
    one_of_everything(cast, version, version.location)
    events_relay(follow=lambda events: [(event, "alerts.open") for event in events])
    log_whole(signer, tmp_path / "witness")
    log_halt_record(reason="the record is older than its log")
    Subtree.objects.create(level=1, index=0, root=b"r" * 32)  # a real one needs 256 events
    # Real ones need an authority of time, and a signed version.
    Timestamp.objects.create(
        checkpoint=Checkpoint.objects.latest("size"),
        authority="https://time.example",
        at=timezone.now(),
        response=b"0",
    )
    SignedManifest.objects.create(version=version, sha256="0" * 64, key="1" * 64)
    return run


def rows() -> Iterator[type[Row]]:
    for app in apps.get_app_configs():
        if app.name.startswith("compliance."):
            yield from (row for row in app.get_models() if row.__name__ not in PASSING)


def held(row: type[Row]) -> dict[Any, Any]:
    """Every row by its key."""
    return {one[row._meta.pk.attname]: one for one in row._default_manager.values()}


def address(row: type[Row], view: str, *args: object) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{view}", args=args)


def test_every_list_and_every_row_opens_and_is_told_of(
    room: Client, operator: User, record: Run
) -> None:
    for row in rows():
        first = row._default_manager.order_by("pk").first()
        assert first is not None, f"the record holds no {row.__name__}"
        page = room.get(address(row, "changelist"), {"all": ""})  # of more than one page, too
        assert page.status_code == 200, row
        assert address(row, "change", first.pk) in page.content.decode(), row
        assert room.get(address(row, "change", first.pk)).status_code == 200, row
        told = admin.site._registry[row].told
        assert (told is None) is (row.__name__ in TELLS_NOBODY), row
        if told is not None:
            assert {told.what.value, told.listed.value} <= told_of(operator), row


def told_of(reader: User) -> set[str]:
    """What organizations were told that somebody read of their records."""
    read = Event.objects.filter(actor=reader, type__in=("record.read", "evidence.read"))
    return set(read.values_list("payload__what", flat=True))


def test_every_list_is_searched_and_filtered(room: Client, record: Run) -> None:
    for row in rows():
        registered = admin.site._registry[row]
        assert registered.search_fields, row
        assert bool(registered.list_filter) is (row.__name__ not in UNFILTERED), row
        path = address(row, "changelist")
        listed = room.get(path, {"q": "northwind"}).context["cl"]
        for filtered in listed.filter_specs:
            *_, last = filtered.choices(listed)
            assert room.get(path + last["query_string"]).status_code == 200, (row, last)


def test_nothing_is_deleted_changed_or_added_by_hand(room: Client, record: Run) -> None:
    for row in rows():
        first = row._default_manager.order_by("pk").first()
        assert first is not None
        before = held(row)
        assert room.post(address(row, "delete", first.pk), {"post": "yes"}).status_code == 403, row
        bulk = {"action": "delete_selected", "_selected_action": str(first.pk), "post": "yes"}
        room.post(address(row, "changelist"), bulk)
        if row is not User:
            assert room.post(address(row, "change", first.pk), {}).status_code == 403, row
        if row.__name__ not in ADDED_BY_SERVICES:
            assert room.get(address(row, "add")).status_code == 403, row
        after = held(row)
        assert after | before == after, row  # what is read is told of, by rows that are new


def test_a_result_shows_its_claim_interval_limit_and_items(room: Client, record: Run) -> None:
    result = Result.objects.get(shard__run=record, test_name="safety.refusal")
    page = room.get(address(Result, "change", result.pk)).content.decode()
    for said in (
        "violating",
        "0.21 (99.9%: 0.15 to 0.27)",
        "40 of 40",
        "0.05",
        "the provider&#x27;s own declaration, section 4",
        "Refusals were judged by a rule",
        "self-harm",
        result.scores_digest,
    ):
        assert said in page, said
    items = f"{address(Score, 'changelist')}?shard__id__exact={result.shard_id}"
    assert items in page
    listed = room.get(items)
    assert listed.context["cl"].result_count == 40
    assert "I&#x27;m sorry" in listed.content.decode()


@pytest.mark.parametrize("who", ["officer", "engineer", "regulator", "outsider"])
def test_the_room_is_closed_to_people_of_organizations(cast: Cast, record: Run, who: str) -> None:
    client = Client()
    client.force_login(getattr(cast, who))
    for path in (reverse("admin:index"), address(Result, "changelist")):
        assert client.get(path).status_code in (302, 403)


def test_the_door_is_the_portals_sign_in(db: None) -> None:
    answer = Client().get(reverse("admin:login"))
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))


def test_more_rows_ask_no_more_queries(room: Client, cast: Cast, record: Run) -> None:
    def counts() -> dict[type[Row], int]:
        asked = {}
        for row in (Run, Result, Shard, Score, Transition, Alert, Delivery, Event):
            with CaptureQueriesContext(connection) as queries:
                assert room.get(address(row, "changelist")).status_code == 200
            asked[row] = len(queries)
        return asked

    counts()  # that staff read answers is told of once a day
    session = room.session
    session["used_at"] = time.time() + 3_600  # its use is kept once a minute
    session.save()
    before = counts()
    again = request(cast.viewer(cast.officer), record.version, ["safety.refusal"])
    work(again, {"safety.refusal": VIOLATING})
    Alert.objects.update(state="resolved")  # else it is the same finding again
    alert_of(again)
    assert counts() == before


def test_the_room_names_an_icon_that_is_there(room: Client) -> None:
    page = room.get("/admin/").content.decode()
    assert re.search(r'rel="icon" href="/static/portal/favicon[\w.]*svg"', page)
