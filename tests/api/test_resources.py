"""Training-data sources, reports, error budgets and leads by the API."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from compliance.accounts.models import Grant
from compliance.audits.models import Result
from compliance.domain.lineage import DeclaredSource
from compliance.domain.vocabulary import Access, SourceKind
from compliance.events.models import Event
from compliance.registry.selectors import version_get
from compliance.registry.services import (
    Declarations,
    training_source_declare,
    version_register,
)
from compliance.registry.sources import training_source_list
from tests.api.conftest import Call, Record
from tests.browser.record import UNSURE, request, work
from tests.cast import Cast

pytestmark = pytest.mark.django_db

SOURCES = (
    DeclaredSource(SourceKind.LICENSED, "News", licence="CC-BY-4.0"),
    DeclaredSource(SourceKind.PUBLIC_DATASET, "Crawl", url="https://crawl.example"),
)


@pytest.fixture
def declared(cast: Cast, record: Record) -> Record:
    version_register(
        viewer=cast.viewer(cast.engineer),
        model=record.model,
        name="2.0",
        access=Access.SEALED,
        location="vault",
        declarations=Declarations(sources=SOURCES),
    )
    return record


def test_training_data_sources_are_a_resource_of_their_own(
    cast: Cast, call: Call, declared: Record
) -> None:
    client = call(cast.regulator)
    rows = client.get("/api/v1/training-data-sources").json()["rows"]
    assert {row["name"] for row in rows} == {"News", "Crawl"}
    news = next(row for row in rows if row["name"] == "News")
    assert news["model"] == {"id": str(declared.model.id), "label": "northwind/assistant"}
    assert news["version"]["label"] == "northwind/assistant 2.0"
    assert client.get(f"/api/v1/training-data-sources/{news['id']}").json() == news
    counts = {
        "kind=licensed": 1,
        "licence=CC-BY-4.0": 1,
        "licence=MIT": 0,
        f"model={declared.model.id}": 2,
        f"version={declared.version.id}": 0,
        "organization=northwind": 2,
        "organization=rival": 0,
    }
    for query, count in counts.items():
        found = client.get(f"/api/v1/training-data-sources?{query}").json()["rows"]
        assert len(found) == count, query


def test_whoever_may_not_read_a_version_reads_no_source_of_it(
    cast: Cast, call: Call, declared: Record
) -> None:
    (first, _) = call(cast.officer).get("/api/v1/training-data-sources").json()["rows"]
    for who in (cast.outsider, cast.rival_engineer):
        assert call(who).get("/api/v1/training-data-sources").json()["rows"] == []
        assert call(who).get(f"/api/v1/training-data-sources/{first['id']}").status_code == 404


def test_a_source_declared_later_is_dated_told_of_and_declared_once(
    cast: Cast, call: Call, declared: Record
) -> None:
    body = {"version": str(declared.version.id), "kind": "licensed", "name": "Books"}
    client = call(cast.engineer)
    made = client.post("/api/v1/training-data-sources", body, format="json")
    assert made.status_code == 201, made.content
    assert call(cast.regulator).get(made["Location"]).json() == made.json()
    assert made.json()["declared_at"] > declared.version.registered_at.isoformat()
    (event,) = Event.objects.filter(type="model.training_source.declared")
    assert (event.payload["name"], event.model_id) == ("Books", declared.model.id)
    again = client.post("/api/v1/training-data-sources", body, format="json")
    assert (again.status_code, again.json()["errors"][0]["field"]) == (422, "name")
    version = client.get(f"/api/v1/versions/{declared.version.id}").json()
    assert [one["name"] for one in version["sources"]] == ["Books"]


def test_whoever_reads_an_earlier_time_reads_no_source_declared_later(
    cast: Cast, declared: Record
) -> None:
    viewer, version = cast.viewer(cast.engineer), declared.version
    before = timezone.now()
    Grant.objects.filter(organization=cast.authority).update(record_to=before)
    source = DeclaredSource(SourceKind.LICENSED, "Books")
    training_source_declare(viewer=viewer, version=version, source=source)
    court = cast.viewer(cast.regulator)
    assert {one.name for one in training_source_list(viewer=court)} == {"News", "Crawl"}
    assert not version_get(viewer=court, version_id=version.id).sources.all()
    assert version_get(viewer=viewer, version_id=version.id).sources.all()


def test_a_report_is_the_portals_to_the_byte_and_told_of(
    cast: Cast, call: Call, record: Record
) -> None:
    period = f"{timezone.now():%Y-%m}"
    answer = call(cast.regulator).get(f"/api/v1/models/{record.model.id}/reports/{period}")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer["ETag"]
    page = Client()
    page.force_login(cast.officer)
    assert page.get(f"/models/{record.model.id}/report/{period}/").content == answer.content
    told = Event.objects.get(type="record.read", actor=cast.regulator)
    assert (told.payload["what"], told.subject) == ("dossier file", f"model/{record.model.id}")
    for wrong in ("2026-13", "2026", "2026-Q5"):
        refused = call(cast.officer).get(f"/api/v1/models/{record.model.id}/reports/{wrong}")
        assert refused.status_code == 404, wrong
        assert refused["Content-Type"] == "application/problem+json"


def test_error_budgets_are_paged_and_so_are_their_streams(
    cast: Cast, call: Call, record: Record
) -> None:
    client = call(cast.officer)
    (budget,) = client.get("/api/v1/error-budgets").json()["rows"]
    assert (budget["organization"], budget["streams"]) == ("northwind", 2)
    assert budget["left"] == pytest.approx(budget["alpha"] - budget["spent"])
    assert client.get("/api/v1/error-budgets/northwind").json() == budget
    first = client.get("/api/v1/error-budgets/northwind/streams?page_size=1").json()
    second = client.get(first["next"]).json()
    streams = first["rows"] + second["rows"]
    assert ([one["order"] for one in streams], second["next"]) == ([1, 2], None)
    violating = next(one for one in streams if one["test"] == "safety.refusal")
    assert violating["tier"] == "alarm"
    for query, count in {"tier=alarm": 1, "tier=none": 1, "tier=suspected": 0}.items():
        rows = client.get(f"/api/v1/error-budgets/northwind/streams?{query}").json()["rows"]
        assert len(rows) == count, query
    for who in (cast.outsider, cast.rival_engineer):
        assert call(who).get("/api/v1/error-budgets/northwind").status_code == 404
        assert call(who).get("/api/v1/error-budgets/northwind/streams").status_code == 404


def test_leads_are_found_and_left_out(cast: Cast, call: Call, record: Record) -> None:
    run = request(cast.viewer(cast.engineer), record.version, ["safety.refusal"])
    work(run, {"safety.refusal": UNSURE})
    client = call(cast.officer)

    def found(query: str) -> set[Any]:
        return {row["id"] for row in client.get(f"/api/v1/results?{query}").json()["rows"]}

    lead = str(Result.objects.get(shard__run=run).id)
    assert found("lead=true") == {lead}
    assert found("lead=false") == found("") - {lead}
    lines = b"".join(client.get("/api/v1/export/results.ndjson?lead=true").streaming_content)
    assert (lines.count(b"\n"), lead.encode() in lines) == (1, True)
