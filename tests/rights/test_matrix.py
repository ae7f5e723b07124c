"""Every URL and every operation of the API, by every role and every scope, against the table."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from compliance.accounts.services import token_issue
from compliance.domain.rights import TokenScope
from tests.rights.accounts import ENTRANCES, OWN
from tests.rights.addresses import addresses, path_of
from tests.rights.bodies import BODIES
from tests.rights.needs import Answer, Caller, Need, SignedIn
from tests.rights.people import World
from tests.rights.table import (
    APART,
    API,
    EVERYBODY,
    HEAVY,
    PORTAL,
    READ_BY_POST,
    RESOURCES,
)
from tests.second_factors import sign_in

pytestmark = pytest.mark.django_db

METHODS = ("get", "post", "put", "patch", "delete")
NAMED = {
    ("api:models", "post"): "organization",
    ("api:endpoint-limits", "post"): "organization",
    ("api:subscriptions", "post"): "organization",
    ("api:alert-routes", "post"): "organization",
    ("api:maintenance-windows", "post"): "organization",
    ("api:policy-pack-adopt", "post"): "organization",
    ("api:policy-pack-drop", "post"): "organization",
    ("api:policy-pack-schedule", "post"): "organization",
    ("api:versions", "post"): "model",
    ("api:training-data-sources", "post"): "version",
    ("api:disputes", "post"): "version",
    ("api:schedules", "post"): "model",
    ("api:runs", "post"): "version",
    ("api:run-forecast", "post"): "version",
}
"""Where a body names what may be hidden: then its field is told of, as for what is not there."""
STREAMED = {"api:export-ndjson", "api:export-parquet"}
"""Sent while they are written, and a tag is of all bytes."""
DRAWN_FOR = {"northwind administrator", "regulator by grant", "grant on this model"}


def test_every_address_has_a_row() -> None:
    rows = {*PORTAL, *API, *EVERYBODY, *APART, *ENTRANCES, *OWN}
    served = {name for name, route in addresses() if not route.startswith("admin/")}
    assert served == rows
    assert set(RESOURCES) == set(API)


def test_every_role_gets_what_the_table_says_in_the_portal(world: World) -> None:
    wrong = {}
    for name, caller in world.callers.items():
        if name == "machine":  # never signs in
            continue
        client = Client(raise_request_exception=False)
        if caller.user:
            sign_in(client, caller.user)
        wrong |= _disagreements(world, client, name, caller, PORTAL)
    assert not wrong, "\n".join(map(str, wrong.items()))


def test_every_role_gets_what_the_table_says_in_the_api(world: World) -> None:
    wrong = {}
    for name, caller in world.callers.items():
        wrong |= _disagreements(world, _api(caller), name, caller, API)
    assert not wrong, "\n".join(map(str, wrong.items()))


def test_every_read_of_the_api_but_exports_has_a_tag_that_is_answered_304(world: World) -> None:
    client = _api(world.callers["northwind administrator"])
    for name, row in API.items():
        if "get" not in row:
            continue
        path = path_of(world, name)
        tag = client.get(path).get("ETag")
        if name in STREAMED:
            assert tag is None, name
            assert client.get(path, headers={"If-None-Match": "*"}).status_code == 200, name
            continue
        assert tag, name
        assert client.get(path, headers={"If-None-Match": tag}).status_code == 304, name


def test_a_token_opens_what_one_of_its_scopes_names(world: World) -> None:
    able = ("northwind administrator", "regulator by grant", "reviewer by grant")
    callers = [world.callers[one] for one in able]
    wrong = {}
    for scope in TokenScope:
        clients = [_api(caller, scope) for caller in callers]
        for name, row in API.items():
            for method in row:
                answers = [row[method].answer(caller) for caller in callers]
                client = clients[answers.index(Answer.OK)]  # of a court, or a reviewer, if need be
                reads = method == "get" or name in READ_BY_POST
                kind = "read" if reads else "write"
                opened = scope.value in (kind, f"{RESOURCES[name]}:{kind}")
                answered = _classed(world, client, name, method)
                if (answered is Answer.FORBIDDEN) is opened:
                    wrong[scope.value, name, method] = answered
    assert not wrong, "\n".join(map(str, wrong.items()))


def test_what_stands_apart_asks_for_what_it_says(world: World) -> None:
    nobody = APIClient(raise_request_exception=False)
    for path in ("/api/schema/", "/api/docs/"):
        assert nobody.get(path).status_code == 200, path  # how to call is no secret
    assert nobody.get("/log/checkpoint").status_code == 200
    assert nobody.get("/metrics").status_code == 404
    for method in ("get", "post"):
        assert getattr(nobody, method)("/api/v1/nowhere").status_code == 404
    assert nobody.post("/api/oauth/token").status_code in (400, 401)


def _disagreements(
    world: World, client: Client, who: str, caller: Caller, table: dict[str, Any]
) -> dict[tuple[str, str, str], tuple[str, str]]:
    wrong = {}
    for name, row in table.items():
        for method in METHODS if who == "northwind administrator" else row:
            if method not in row:
                status = _called(world, client, name, method).status_code
                if status != 405:
                    wrong[who, name, method] = ("no such method", str(status))
                continue
            expected = row[method].answer(caller)
            if expected is Answer.OK and who not in DRAWN_FOR and _the_same(name, row[method]):
                continue
            answered = _classed(world, client, name, method)
            if answered is not expected:
                wrong[who, name, method] = (expected.value, str(answered))
    return wrong


def _the_same(name: str, need: Need) -> bool:
    """Whether it is drawn for one reader from each side alone: lists are there for everybody."""
    return name in HEAVY or isinstance(need, SignedIn)


def _classed(world: World, client: Client, name: str, method: str) -> Answer | str:
    answer = _called(world, client, name, method)
    status = answer.status_code
    if status == 401 or (status == 302 and "/accounts/login/" in answer["Location"]):
        return Answer.SIGN_IN
    if status < 400:
        return Answer.OK
    if status == 400 and (name, method) in NAMED:
        fields = [error["field"] for error in answer.json()["errors"]]
        return Answer.HIDDEN if fields == [NAMED[name, method]] else str(answer.json())
    # 422: the form offers no such choice, as if it were not there.
    said = {403: Answer.FORBIDDEN, 404: Answer.HIDDEN, 422: Answer.HIDDEN}
    return said.get(status, f"{status} {answer.content[-300:]!r}")


def _called(world: World, client: Client, name: str, method: str) -> Any:
    """The answer to a call, whose changes are undone."""
    path = path_of(world, name)
    made = BODIES.get((name, method))
    body = made(world) if made else {}
    encoding = {"format": "json"} if isinstance(client, APIClient) and method != "get" else {}
    with transaction.atomic():
        answer = getattr(client, method)(path, body, **encoding)
        transaction.set_rollback(True)
    return answer


def _api(caller: Caller, *scopes: TokenScope) -> APIClient:
    client = APIClient(raise_request_exception=False)
    if caller.user:
        token = token_issue(
            user=caller.user,
            name="matrix",
            expires_at=timezone.now() + timedelta(hours=1),
            scopes=scopes or (TokenScope.READ, TokenScope.WRITE),
        )
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client
