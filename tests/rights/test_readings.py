"""Reading is told of: by whom, of what, once a day; and the provider sees it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from compliance.accounts.models import User
from compliance.accounts.selectors import reading_list
from compliance.audits.models import Run
from compliance.audits.services import dossier_take
from compliance.events.models import Event, PendingEvent
from compliance.events.selectors import event_list
from compliance.ledger.services import entries_sequence
from compliance.questions.services import question_ask
from compliance.registry.models import Version
from tests.browser import record
from tests.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def ended(cast: Cast, version: Version) -> Run:
    record.announce()
    run = record.request(cast.viewer(cast.officer), version, ["safety.refusal"])
    record.work(run, {"safety.refusal": record.VIOLATING})
    return run


def look(user: User, *paths: str) -> None:
    client = Client()
    client.force_login(user)
    for path in paths:
        assert client.get(path).status_code == 200, path


def told() -> list[tuple[str, str, str]]:
    events = Event.objects.filter(type__in=["record.read", "evidence.read"]).order_by("occurred_at")
    return [(one.type, one.payload["what"], one.subject) for one in events]


def pages(run: Run) -> dict[str, tuple[str, str, str]]:
    """Every page and operation that shows one thing, and what is told of it."""
    shard, version = run.shards.get(), run.version
    subject, api = f"run/{run.id}", "/api/v1"
    model, one = f"model/{version.model_id}", f"version/{version.id}"
    result = f"result/{shard.result.id}"
    items = ("evidence.read", "items", subject)
    dossier = ("record.read", "dossier", model)
    history = f"/models/{version.model_id}/history/safety.refusal/"
    every = ("record.read", "results", f"organization/{version.model.organization_id}")
    return {
        f"/models/{version.model_id}/": ("record.read", "model", model),
        f"/versions/{version.id}/": ("record.read", "version", one),
        f"/runs/{run.id}/": ("record.read", "run", subject),
        f"/runs/{run.id}/items/{shard.id}/": items,
        f"{api}/models/{version.model_id}": ("record.read", "model", model),
        f"{api}/versions/{version.id}": ("record.read", "version", one),
        f"{api}/runs/{run.id}": ("record.read", "run", subject),
        f"{api}/results/{shard.result.id}": ("record.read", "result", result),
        f"{api}/runs/{run.id}/shards/0/items": items,
        f"{api}/results": every,
        f"{api}/export/results.ndjson": every,
        f"/models/{version.model_id}/dossier/": dossier,
        f"/models/{version.model_id}/dossier/verify/": dossier,
        history: ("record.read", "results", model),
        f"/results/{shard.result.id}/beside/?other={shard.result.id}": items,
    }


def test_whatever_a_regulator_reads_is_told_of_once_a_day(cast: Cast, ended: Run) -> None:
    for path, expected in pages(ended).items():
        before = len(told())
        look(cast.regulator, path)
        assert expected in told(), path
        look(cast.regulator, path)
        assert len(told()) <= before + 1, path
    look(cast.reviewer, f"/runs/{ended.id}/")  # another reader is another reading
    assert told().count(("record.read", "run", f"run/{ended.id}")) == 2


def test_of_ones_own_people_only_the_reading_of_answers_is_told(cast: Cast, ended: Run) -> None:
    look(cast.engineer, *pages(ended))
    assert told() == [("evidence.read", "items", f"run/{ended.id}")]


def test_a_question_is_a_subject_like_any_other(cast: Cast, version: Version) -> None:
    question = question_ask(
        viewer=cast.viewer(cast.regulator),
        organization_id=cast.authority.id,
        model=version.model,
        text="Why?",
        due_at=timezone.now() + timedelta(days=1),
    )
    look(cast.regulator, f"/questions/{question.id}/", f"/questions/{question.id}/")
    look(cast.officer, f"/questions/{question.id}/")
    assert told() == [("record.read", "question", f"question/{question.id}")]


def test_a_file_of_a_dossier_is_told_of_each_time(cast: Cast, ended: Run) -> None:
    model = ended.version.model_id
    for _ in range(2):
        dossier_take(viewer=cast.viewer(cast.regulator), model=ended.version.model)
    assert told() == [("record.read", "dossier file", f"model/{model}")] * 2


def test_lists_and_refusals_are_not_told_of(cast: Cast, ended: Run) -> None:
    look(
        cast.regulator, "/", "/models/", "/runs/", "/schedules/", "/alerts/", "/ledger/", "/matrix/"
    )
    look(cast.regulator, "/matrix/", "/questions/", "/alerts/windows/", "/subscriptions/")
    client = Client()
    client.force_login(cast.outsider)
    assert client.get(f"/runs/{ended.id}/").status_code == 404
    assert told() == []


def test_the_provider_sees_who_read_what_and_other_readers_do_not(cast: Cast, ended: Run) -> None:
    look(cast.regulator, f"/runs/{ended.id}/")
    (reading,) = reading_list(viewer=cast.viewer(cast.officer))
    assert (reading.actor, reading.model) == (cast.regulator, ended.version.model)
    assert PendingEvent.objects.filter(event=reading, reader="ledger").exists()
    entries_sequence()
    (reading,) = reading_list(viewer=cast.viewer(cast.officer))
    page = Client()
    page.force_login(cast.officer)
    shown = page.get("/access/readings/?q=regulator").content.decode()
    assert cast.regulator.email in shown
    assert f"/ledger/{reading.entry.index}/" in shown
    for user, sees in ((cast.officer, True), (cast.regulator, True), (cast.reviewer, False)):
        read = event_list(viewer=cast.viewer(user)).filter(id=reading.id)
        assert read.exists() is sees
    for user in (cast.engineer, cast.regulator, cast.outsider):
        assert not reading_list(viewer=cast.viewer(user)).exists()
