"""Every refusal is a problem (RFC 9457) that names the field and the fix."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from compliance.accounts.models import ApiToken
from compliance.accounts.services import token_issue
from compliance.audits.models import Schedule
from tests.api.conftest import Call, Record
from tests.cast import Cast


def refusal(answer: Any, status: int) -> dict[str, Any]:
    """The problem that an answer holds."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert (problem["type"], problem["status"]) == ("about:blank", status)
    assert problem["title"]
    assert problem["detail"].endswith(".")
    return problem


def fields(answer: Any, status: int = 400) -> list[str]:
    errors = refusal(answer, status)["errors"]
    assert all(error["problem"] and error["fix"] for error in errors)
    return [error["field"] for error in errors]


@pytest.mark.django_db
def test_nobody_is_let_in_without_a_token() -> None:
    answer = APIClient().get("/api/v1/models")
    refusal(answer, 401)
    assert answer["WWW-Authenticate"] == 'Bearer realm="assay"'


def test_an_unknown_expired_or_inactive_token_is_refused(cast: Cast) -> None:
    now = timezone.now()
    expired = token_issue(user=cast.officer, name="old", expires_at=now - timedelta(seconds=1))
    inactive = token_issue(user=cast.engineer, name="gone", expires_at=now + timedelta(hours=1))
    cast.engineer.is_active = False
    cast.engineer.save()
    for token in ("assay_guessed", "", expired, inactive):
        client = APIClient(HTTP_AUTHORIZATION=f"Bearer {token}")
        answer = client.get("/api/v1/models")
        refusal(answer, 401)
        assert answer["WWW-Authenticate"] == 'Bearer realm="assay"'


def test_only_a_digest_of_a_token_is_kept(cast: Cast) -> None:
    token = token_issue(user=cast.officer, name="x", expires_at=timezone.now())
    assert token not in str(ApiToken.objects.values().get())


def test_a_session_writes_only_with_its_csrf_token(cast: Cast) -> None:
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(cast.officer)
    assert client.get("/api/v1/models").status_code == 200
    refusal(client.post("/api/v1/models", {}, format="json"), 403)


@pytest.mark.parametrize(
    "path",
    [
        "models/not-a-uuid",
        "models/",
        "nothing",
        "runs/00000000-0000-0000-0000-000000000000",
        "runs/00000000-0000-0000-0000-000000000000/shards/first/items",
        "runs/00000000-0000-0000-0000-000000000000/shards/99999999999999999999/items",
    ],
)
def test_malformed_ids_and_unknown_addresses_are_not_found(
    cast: Cast, call: Call, path: str
) -> None:
    refusal(call(cast.officer).get(f"/api/v1/{path}"), 404)


def test_a_shard_that_a_run_lacks_is_not_found(cast: Cast, call: Call, record: Record) -> None:
    for position in (7, 99999999999999999999):
        address = f"/api/v1/runs/{record.run.id}/shards/{position}/items"
        refusal(call(cast.officer).get(address), 404)


def test_a_wrong_method_names_the_right_ones(cast: Cast, call: Call) -> None:
    answer = call(cast.officer).delete("/api/v1/models")
    refusal(answer, 405)
    assert answer["Allow"] == "GET, POST, HEAD, OPTIONS"


@pytest.mark.parametrize(
    ("query", "field", "status"),
    [
        ("verdct=violating", "verdct", 400),
        ("verdict=passed", "verdict", 400),
        ("model=x", "model", 400),
        ("model=", "model", 400),
        ("version__model__organization=x", "version__model__organization", 400),
        ("page_size=1000", "page_size", 400),
        ("cursor=", "cursor", 400),
        ("cursor=nonsense", "cursor", 422),
        ("cursor=cD14", "cursor", 422),  # well formed, but its place is no time
        ("cursor=cD0lMDA%3D", "cursor", 422),  # its place is a NUL
    ],
)
def test_a_query_that_is_not_understood_is_refused(
    cast: Cast, call: Call, query: str, field: str, status: int
) -> None:
    assert fields(call(cast.officer).get(f"/api/v1/results?{query}"), status) == [field]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"slug": 5}, "slug"),
        ({"slug": " spaced"}, "slug"),
        ({"name": " " * 200 + "x"}, "name"),
        ({"name": "\u0000"}, "name"),
        ({"description": None}, "description"),
    ],
)
def test_what_json_says_is_taken_as_it_is(
    cast: Cast, call: Call, body: dict[str, Any], field: str
) -> None:
    whole = {"organization": "northwind", "slug": "other", "name": "Other"} | body
    assert fields(call(cast.officer).post("/api/v1/models", whole, format="json")) == [field]


def test_a_cursor_of_another_list_is_refused(cast: Cast, call: Call, record: Record) -> None:
    client = call(cast.officer)
    names = client.get("/api/v1/stress-tests?page_size=1").json()["next"]
    assert fields(client.get(names.replace("stress-tests", "runs")), 422) == ["cursor"]


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"{", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b"[]", "application/json", 400),
        (b'{"\\ud800": 1}', "application/json", 400),
        (b'{"slug": "\\ud800"}', "application/json", 400),
        (b"name=x", "application/x-www-form-urlencoded", 415),
    ],
)
def test_a_body_that_is_no_json_object_is_refused(
    cast: Cast, call: Call, body: bytes, content_type: str, status: int
) -> None:
    client = call(cast.officer)
    refusal(client.generic("POST", "/api/v1/models", body, content_type=content_type), status)


def test_missing_unknown_and_nested_fields_are_named(
    cast: Cast, call: Call, record: Record
) -> None:
    client = call(cast.engineer)
    assert fields(client.post("/api/v1/models", {}, format="json")) == [
        "organization",
        "slug",
        "name",
    ]
    assert fields(client.post("/api/v1/models", {"slugg": 1}, format="json")) == ["slugg"]
    body = {
        "model": str(record.model.id),
        "name": "2.0",
        "access": "weights",
        "location": "tiny",
        "parents": [
            {"version": str(record.version.id), "relation": "fine_tune"},
            {"version": "x", "relation": "copy"},
        ],
    }
    assert fields(client.post("/api/v1/versions", body, format="json")) == [
        "parents.1.version",
        "parents.1.relation",
    ]


def test_a_wrong_rule_is_refused_at_its_field(cast: Cast, call: Call, record: Record) -> None:
    client = call(cast.officer)
    rules: list[tuple[dict[str, Any], str]] = [
        ({}, "cron"),
        ({"cron": "0 25 * * *"}, "cron"),
        ({"cron": "0 6 * * *", "interval_seconds": 3600}, "cron"),
        ({"interval_seconds": 5}, "interval_seconds"),
        ({"cron": "0 6 * * *", "time_zone": "Europe"}, "time_zone"),
        ({"cron": "0 6 * * *", "time_zone": "../../etc/passwd"}, "time_zone"),
    ]
    for rule, field in rules:
        answer = client.post("/api/v1/schedules/preview", rule, format="json")
        assert fields(answer, 422) == [field]
        body = {"model": str(record.model.id), "name": "x", "battery": ["safety.refusal"]} | rule
        assert fields(client.post("/api/v1/schedules", body, format="json"), 422) == [field]
    endless = client.post("/api/v1/schedules/preview", {"interval_seconds": 10**12}, format="json")
    assert fields(endless) == ["interval_seconds"]
    assert not Schedule.objects.exists()


def test_a_battery_that_no_worker_offers_is_refused(cast: Cast, call: Call, record: Record) -> None:
    client = call(cast.engineer)
    entries: list[Any] = [
        "safety.nonsense",
        7,
        {"name": "safety.refusal"},
        {"name": "safety.refusal", "version": 10**30},
        {"name": "safety.refusal\u0000", "version": 1},
        {"name": "safety.refusal", "version": 1, "parameters": {"beta": 1}},
        {"name": "safety.refusal", "version": 1, "parameters": {"alpha": "\u0000"}},
        {"name": "safety.refusal", "version": 1, "parameters": {"alpha": 10**20}},
    ]
    for entry in entries:
        body = {"version": str(record.version.id), "battery": [entry]}
        (field,) = fields(client.post("/api/v1/runs", body, format="json"), 422)
        assert field == "battery", entry


def test_text_that_utf_8_cannot_say_is_refused(cast: Cast, call: Call, record: Record) -> None:
    body = (
        f'{{"version": "{record.version.id}", "battery": [{{"name": "safety.refusal", '
        '"version": 1, "parameters": {"alpha": "\\ud800"}}]}'
    )
    client = call(cast.engineer)
    answer = client.generic("POST", "/api/v1/runs", body, content_type="application/json")
    assert fields(answer, 422) == ["battery"]


def test_weights_that_must_never_be_loaded_are_refused_at_the_field(
    cast: Cast, call: Call, record: Record, models_root: Any
) -> None:
    (models_root / "pickled").mkdir()
    (models_root / "pickled" / "pytorch_model.bin").write_bytes(b"\x80\x04.")
    for location in ("pickled", "nowhere", "../outside", "/etc"):
        body = {
            "model": str(record.model.id),
            "name": "2.0",
            "access": "weights",
            "location": location,
        }
        answer = call(cast.engineer).post("/api/v1/versions", body, format="json")
        assert fields(answer, 422) == ["location"], location


def test_an_answer_without_a_reason_is_refused(cast: Cast, call: Call, record: Record) -> None:
    address = f"/api/v1/alerts/{record.alert.id}/resolve"
    assert fields(call(cast.officer).post(address, {"reason": " "}, format="json")) == ["reason"]


def test_an_unforeseen_error_tells_nothing_of_its_cause(
    cast: Cast, call: Call, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    from compliance.api.v1 import models

    def fail(**_: object) -> None:
        raise RuntimeError("the password is swordfish")

    monkeypatch.setattr(models, "model_list", fail)
    answer = call(cast.officer).get("/api/v1/models")
    assert "swordfish" not in refusal(answer, 500)["detail"]
