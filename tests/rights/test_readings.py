"""Reading is told of: by whom, of what, once a day; and the provider sees it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from compliance.accounts.models import Grant, User
from compliance.accounts.selectors import reading_list
from compliance.accounts.services import list_reading_tell
from compliance.audits.models import Run
from compliance.audits.services import dossier_take
from compliance.disputes.models import Dispute
from compliance.domain.readings import Seen
from compliance.events.models import Event, PendingEvent
from compliance.events.selectors import event_list
from compliance.ledger.services import entries_sequence
from compliance.questions.services import question_ask
from compliance.registry.models import Version
from tests.browser import record
from tests.cast import Cast
from tests.rights.addresses import path_of
from tests.rights.needs import Answer
from tests.rights.people import World
from tests.rights.table import API, PORTAL
from tests.second_factors import sign_in

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
    whole = f"organization/{version.model.organization_id}"
    every = ("record.read", "results", whole)
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
        "/": ("record.read", "today", whole),
        "/models/": ("record.read", "models", whole),
        "/portfolio/": ("record.read", "portfolio", whole),
        "/matrix/": ("record.read", "compliance matrix", whole),
        f"{api}/versions": ("record.read", "versions", whole),
        f"{api}/events": ("record.read", "events", whole),
        f"/models/{version.model_id}/dossier/": dossier,
        f"/models/{version.model_id}/dossier/results/": dossier,
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


def test_an_export_is_told_of_each_time(cast: Cast, ended: Run) -> None:
    look(cast.regulator, *["/api/v1/export/results.ndjson"] * 2)
    whole = f"organization/{cast.northwind.id}"
    assert told() == [("record.read", "export of results", whole)] * 2


def test_a_file_of_a_dossier_is_told_of_each_time(cast: Cast, ended: Run) -> None:
    model = ended.version.model_id
    for _ in range(2):
        dossier_take(viewer=cast.viewer(cast.regulator), model=ended.version.model)
    assert told() == [("record.read", "dossier file", f"model/{model}")] * 2


UNTOLD = {
    **dict.fromkeys(("portal:verify", "portal:question-ask"), "a form"),
    **dict.fromkeys(("api:policy-packs", "api:policy-pack"), "packs are open to all"),
    **dict.fromkeys(("api:ledger", "api:ledger-consistency", "api:stress-tests"), "open to all"),
    **dict.fromkeys(("portal:access", "portal:tokens", "portal:people"), "one's own"),
    **dict.fromkeys(("api:grants", "api:readings", "api:tokens"), "one's own"),
    **dict.fromkeys(("portal:alert-routes", "api:alert-routes"), "one's own"),
    "portal:schedule-preview": "a form's own dates",
}
"""What shows a regulator nothing of a provider's record, and why."""


def test_no_address_shows_a_regulator_a_record_without_an_entry(world: World) -> None:
    caller = world.callers["regulator by grant"]
    assert caller.user
    faces = {"portal": Client(), "api": APIClient()}
    for face in faces.values():
        sign_in(face, caller.user)
    untold = set()
    for name, row in {**PORTAL, **API}.items():
        if (
            "get" in row
            and row["get"].answer(caller) is Answer.OK
            and not _told_by(world, faces, name)
        ):
            untold.add(name)
    assert untold == set(UNTOLD)


def _told_by(world: World, faces: dict[str, Client], name: str) -> bool:
    before = len(told())
    with transaction.atomic():
        answer = faces[name.partition(":")[0]].get(path_of(world, name))
        assert answer.status_code < 400, name
        found = len(told()) > before
        transaction.set_rollback(True)
    return found


def test_a_list_is_told_of_once_a_day_in_one_query_for_all_providers(
    cast: Cast, version: Version
) -> None:
    Grant.objects.create(organization=cast.authority, provider=cast.rival)
    viewer = cast.viewer(cast.regulator)
    list_reading_tell(viewer=viewer, what=Seen.MODELS)
    assert sorted(subject for _, _, subject in told()) == sorted(
        f"organization/{one.id}" for one in (cast.northwind, cast.rival)
    )
    with CaptureQueriesContext(connection) as asked:
        list_reading_tell(viewer=viewer, what=Seen.MODELS)
    assert (len(asked), len(told())) == (1, 2)
    inside = cast.viewer(cast.engineer)
    with CaptureQueriesContext(connection) as asked:
        list_reading_tell(viewer=inside, what=Seen.MODELS)
    assert (len(asked), len(told())) == (0, 2)


def test_both_parties_learn_that_a_dispute_is_read_and_no_party_tells(world: World) -> None:
    dispute = Dispute.objects.order_by("opened_at")[0]
    path = f"/disputes/{dispute.id}/"
    for who in ("northwind reader", "rival"):
        caller = world.callers[who].user
        assert caller
        look(caller, path, "/disputes/")
    assert told() == []
    court = world.callers["regulator by grant"].user
    assert court
    look(court, path, path, "/disputes/")
    told_to = Event.objects.filter(type="record.read").values_list(
        "organization__slug", "payload__what"
    )
    assert sorted(told_to) == [
        (party, what) for party in ("northwind", "rival") for what in ("dispute", "disputes")
    ]


def test_refusals_are_not_told_of(cast: Cast, ended: Run) -> None:
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
