"""What staff read in the admin is told of; clients of machines are seen there, secrets apart."""

from __future__ import annotations

import pytest
from django.test import Client as Browser
from django.urls import reverse

from compliance.accounts.models import User
from compliance.accounts.services import client_issue, machine_add
from compliance.audits.models import Result, Run, Score, Shard
from compliance.domain.rights import TokenScope
from compliance.domain.vocabulary import Role
from compliance.events.models import Event
from compliance.registry.models import Model, Version
from tests.browser.record import VIOLATING, announce, request, work
from tests.cast import Cast, administrator_of
from tests.second_factors import sign_in, totp_give

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(cast: Cast, version: Version) -> Run:
    announce()
    run = request(cast.viewer(cast.officer), version, ["safety.refusal"])
    work(run, {"safety.refusal": VIOLATING})
    return run


@pytest.fixture
def room(cast: Cast) -> Browser:
    operator = User.objects.create_superuser("operator@assay.example", "correct-horse", name="Op")
    browser = Browser()
    sign_in(browser, totp_give(operator))
    return browser


def told() -> list[tuple[str, str, str]]:
    events = Event.objects.filter(type__in=["record.read", "evidence.read"]).order_by("occurred_at")
    return [(one.type, one.payload["what"], one.subject) for one in events]


def test_each_page_of_a_record_is_told_of_once_a_day(room: Browser, run: Run) -> None:
    shard: Shard = run.shards.get()
    rows = {
        (Model, run.version.model_id): ("record.read", "model", f"model/{run.version.model_id}"),
        (Version, run.version_id): ("record.read", "version", f"version/{run.version_id}"),
        (Run, run.id): ("record.read", "run", f"run/{run.id}"),
        (Result, shard.result.id): ("record.read", "result", f"result/{shard.result.id}"),
        (Score, shard.scores.all()[0].pk): ("evidence.read", "items", f"run/{run.id}"),
    }
    for (kind, key), expected in rows.items():
        options = kind._meta
        path = reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[key])
        for _ in range(2):
            assert room.get(path).status_code == 200, path
        assert told().count(expected) == 1, path
    assert len(told()) == len(rows)
    readers = Event.objects.filter(type="record.read").values_list("organization__slug", "actor")
    operator = User.objects.get(is_superuser=True)
    assert set(readers) == {("northwind", operator.pk)}


def test_a_list_is_told_of_once_a_day_to_whoever_has_rows_in_it(room: Browser, run: Run) -> None:
    subject = f"organization/{run.version.model.organization_id}"
    room.get(reverse("admin:questions_question_changelist"))
    assert told() == []  # there is none
    lists = {"audits_result": "results", "audits_run": "runs", "registry_model": "models"}
    for name in [*lists, *lists]:
        room.get(reverse(f"admin:{name}_changelist"))
    assert told() == [("record.read", what, subject) for what in lists.values()]
    room.get(reverse("admin:audits_score_changelist"))
    assert told()[3:] == [("evidence.read", "items", subject)]


def test_clients_of_machines_are_listed_without_their_secrets(room: Browser, cast: Cast) -> None:
    viewer = cast.viewer(administrator_of(cast.northwind))
    machine = machine_add(
        viewer=viewer, organization_id=cast.northwind.id, name="nightly", role=Role.READER
    )
    issued = client_issue(
        viewer=viewer, machine_id=machine.user_id, scopes=[TokenScope.MODELS_READ]
    )
    listed = room.get(reverse("admin:allauth_idp_oidc_client_changelist"), {"q": "northwind"})
    assert listed.context["cl"].result_count == 1
    page = room.get(reverse("admin:allauth_idp_oidc_client_change", args=[issued.client_id]))
    shown = page.content.decode()
    assert "models:read" in shown
    assert issued.secret not in shown
    assert "secret" not in shown.lower()
    for path in ("change", "delete"):
        address = reverse(f"admin:allauth_idp_oidc_client_{path}", args=[issued.client_id])
        assert room.post(address, {"post": "yes"}).status_code == 403
    assert room.get(reverse("admin:allauth_idp_oidc_client_add")).status_code == 403
