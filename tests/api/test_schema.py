"""What OpenAPI says of the API, and that the pages about it ask nobody else for anything."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import URLPattern

from compliance.api.urls import _v1

pytestmark = pytest.mark.django_db
FILES = {
    "{file}": "application/octet-stream",
    "bundle": "application/zip",
    "{period}": "application/pdf",
    "{summary_id}": "application/octet-stream",
    "docket": "application/zip",
    "results.ndjson": "application/x-ndjson",
    "results.parquet": "application/vnd.apache.parquet",
}

NATURAL = {
    *("organization", "model", "version", "kind", "state", "verdict", "severity", "trigger"),
    *("access", "licence", "tier", "test", "type", "subject", "channel", "effect"),
}
"""Columns by which people narrow a list that has them."""
UNNARROWED = {
    ("stress_test_list", "version"),  # each once, its newest
    ("subscription_list", "severity"),  # of one effect alone
    ("maintenance_window_list", "model"),  # text, which may be empty for all
    ("obligation_list", "state"),  # follows from time and results; `lapsed` picks what is late
    ("policy_pack_list", "version"),  # few, and told with their packs
    ("summary_list", "version"),  # of one version alone
}


@pytest.fixture
def schema(client: Client) -> dict[str, Any]:
    answer = client.get("/api/schema/?format=json")
    assert answer.status_code == 200
    described: dict[str, Any] = json.loads(answer.content)
    return described


def operations(schema: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        f"{method.upper()} {path}": operation
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    }


def test_the_schema_is_valid_openapi_without_a_warning(tmp_path: Any) -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "x"))


def test_every_address_and_method_is_described(schema: dict[str, Any]) -> None:
    assert schema["openapi"].startswith("3.1")
    described = {re.sub(r"\{\w+\}", "{}", name) for name in operations(schema)}
    served = {
        f"{method.upper()} /api/v1/{re.sub('<.*?>', '{}', str(pattern.pattern))}"
        for pattern in _v1
        if isinstance(pattern, URLPattern) and pattern.name != "unknown"
        for method in ("get", "post", "put", "patch", "delete")
        if hasattr(pattern.callback.cls, method)  # type: ignore[attr-defined]
    }
    assert described == served


def test_every_operation_has_an_id_a_summary_and_its_refusals(schema: dict[str, Any]) -> None:
    ids = [operation["operationId"] for operation in operations(schema).values()]
    assert len(set(ids)) == len(ids)
    for name, operation in operations(schema).items():
        assert operation["summary"], name
        assert {"bearerAuth": []} in operation["security"], name
        answers = operation["responses"]
        assert "401" in answers, name
        for status, answer in answers.items():
            granted = FILES.get(name.rpartition("/")[2], "application/json")
            media = granted if status < "400" else "application/problem+json"
            # The first has no body, the second is the server's in front of the application.
            wanted = {"304": [], "414": ["text/html"]}.get(status, [media])
            assert list(answer.get("content", ())) == wanted, name


def test_every_list_is_paged_and_narrowed_by_what_it_tells(schema: dict[str, Any]) -> None:
    shapes = schema["components"]["schemas"]
    lists = [one for one in operations(schema).values() if one["operationId"].endswith("_list")]
    assert len(lists) > 20
    for operation in lists:
        name = operation["operationId"]
        asked = {one["name"] for one in operation["parameters"] if one["in"] == "query"}
        answered = operation["responses"]["200"]["content"]["application/json"]["schema"]
        page = shapes[answered["$ref"].rpartition("/")[2]]["properties"]
        row = shapes[page["rows"]["items"]["$ref"].rpartition("/")[2]]["properties"]
        assert {"next", "previous", "rows"} == set(page), name
        assert {"cursor", "page_size"} <= asked, name
        beneath = any(one["in"] == "path" for one in operation["parameters"])
        assert beneath or len(asked) > 2, name  # of one thing alone, or narrowed
        missing = {(name, column) for column in NATURAL & set(row) - asked}
        assert missing <= UNNARROWED, name


def test_every_read_may_be_asked_for_what_changed(schema: dict[str, Any]) -> None:
    for name, operation in operations(schema).items():
        if name.startswith("GET "):
            headers = {one["name"] for one in operation["parameters"] if one["in"] == "header"}
            tagged = not name.startswith("GET /api/v1/export/")  # sent while it is written
            assert ("If-None-Match" in headers) is tagged, name
            assert ("304" in operation["responses"]) is tagged, name


def test_the_guide_names_operations_that_exist(schema: dict[str, Any]) -> None:
    guide = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
    described = {re.sub(r"\{\w+\}", "{}", name) for name in operations(schema)}
    named = set(re.findall(r"`((?:GET|POST|PUT|DELETE) /api/v1/[\w/<>.-]+)", guide))
    assert named
    assert {re.sub(r"<\w+>", "{}", name) for name in named} == described
    assert f"each of the {len(operations(schema))} operations" in guide


def test_the_docs_page_asks_no_third_party(client: Client) -> None:
    page = client.get("/api/docs/").content.decode()
    assert "swagger-ui" in page
    loaded = re.findall(r"""(?:src|href)=["']([^"']+)["']""", page)
    assert loaded
    assert all(address.startswith(("/static/", "/api/")) for address in loaded), loaded
