"""Tokens: what they open, how they end, and machines that hold them."""

from __future__ import annotations

from base64 import b64encode
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from compliance.accounts.models import ApiToken, Membership
from compliance.accounts.selectors import Viewer
from compliance.accounts.services import (
    ClientSecret,
    client_issue,
    machine_add,
    machine_end,
    machine_token_issue,
    token_issue,
)
from compliance.domain.errors import InvalidInputError, NotAllowedError, NotFoundError
from compliance.domain.rights import TokenScope
from compliance.domain.vocabulary import Role
from compliance.events.models import Event
from tests.api.conftest import Call
from tests.cast import PASSWORD, Cast

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def administrator(cast: Cast) -> Viewer:
    return cast.viewer(cast.appoint(Role.ADMINISTRATOR))


@pytest.fixture
def machine(cast: Cast, administrator: Viewer) -> Membership:
    return machine_add(
        viewer=administrator, organization_id=cast.northwind.id, name="ci", role=Role.ENGINEER
    )


def bearer(token: str) -> APIClient:
    return APIClient(HTTP_AUTHORIZATION=f"Bearer {token}", raise_request_exception=False)


def ask(client: ClientSecret, **body: str) -> Any:
    """Ask the token endpoint as RFC 6749, section 4.4 has it."""
    named = b64encode(f"{client.client_id}:{client.secret}".encode()).decode()
    return Client(HTTP_AUTHORIZATION=f"Basic {named}").post(
        "/api/oauth/token", {"grant_type": "client_credentials", **body}
    )


def test_a_token_without_the_scope_is_told_which_it_lacks(cast: Cast) -> None:
    token = token_issue(
        user=cast.engineer,
        name="models",
        expires_at=timezone.now() + HOUR,
        scopes=[TokenScope.MODELS_READ],
    )
    client = bearer(token)
    assert client.get("/api/v1/models").status_code == 200
    refused = client.get("/api/v1/runs")
    assert refused.status_code == 403
    assert refused["WWW-Authenticate"] == (
        'Bearer realm="assay", error="insufficient_scope", scope="read runs:read"'
    )
    assert client.post("/api/v1/models", {}, format="json").status_code == 403


def test_a_token_ends_within_a_year_and_opens_something(cast: Cast) -> None:
    for changed, field in (
        ({"expires_at": timezone.now() + timedelta(days=367)}, "expires_at"),
        ({"scopes": []}, "scopes"),
    ):
        good: dict[str, Any] = {"expires_at": timezone.now() + HOUR}
        with pytest.raises(InvalidInputError) as caught:
            token_issue(user=cast.engineer, name="x", **(good | changed))
        assert caught.value.field == field


def test_last_use_is_kept_to_the_minute(cast: Cast, call: Call) -> None:
    client = call(cast.engineer)
    client.get("/api/v1/models")
    first = ApiToken.objects.get().last_used_at
    assert first is not None
    client.get("/api/v1/models")
    assert ApiToken.objects.get().last_used_at == first
    ApiToken.objects.update(last_used_at=first - timedelta(seconds=61))
    client.get("/api/v1/models")
    used = ApiToken.objects.get().last_used_at
    assert used is not None
    assert used > first


def test_tokens_are_listed_and_revoked_by_their_owner_alone(cast: Cast, call: Call) -> None:
    client, other = call(cast.engineer), call(cast.officer)
    (row,) = client.get("/api/v1/tokens").json()["rows"]
    assert row["scopes"] == ["read", "write"]
    assert "sha256" not in row
    assert other.delete(f"/api/v1/tokens/{row['id']}").status_code == 404
    assert client.delete(f"/api/v1/tokens/{row['id']}").status_code == 200
    assert client.get("/api/v1/tokens").status_code == 401


def test_a_machine_has_a_role_and_never_signs_in(
    cast: Cast, administrator: Viewer, machine: Membership
) -> None:
    token = machine_token_issue(
        viewer=administrator,
        machine_id=machine.user_id,
        name="nightly",
        expires_at=timezone.now() + HOUR,
        scopes=[TokenScope.WRITE],
    )
    body = {"organization": "northwind", "slug": "new", "name": "New"}
    assert bearer(token).post("/api/v1/models", body, format="json").status_code == 201
    machine.user.set_password(PASSWORD)  # even with one
    machine.user.save()
    door = Client()
    answer = door.post("/accounts/login/", {"login": machine.user.email, "password": PASSWORD})
    assert answer.status_code == 403
    assert door.get("/models/").status_code == 302
    told = Event.objects.filter(organization=cast.northwind, type__in=["token.issued"])
    assert [event.payload["scopes"] for event in told] == [["write"]]


def test_a_client_gets_tokens_within_its_scopes_until_the_machine_ends(
    cast: Cast, administrator: Viewer, machine: Membership
) -> None:
    scopes = [TokenScope.MODELS_READ, TokenScope.RUNS_READ]
    client = client_issue(viewer=administrator, machine_id=machine.user_id, scopes=scopes)
    assert ask(client, scope="models:write").status_code == 400
    assert ask(ClientSecret(client.client_id, "guessed")).status_code == 401
    answer = ask(client, scope="models:read").json()
    assert (answer["token_type"], answer["scope"]) == ("Bearer", "models:read")
    caller = bearer(answer["access_token"])
    assert caller.get("/api/v1/models").status_code == 200
    assert caller.get("/api/v1/runs").status_code == 403
    whole = ask(client).json()
    assert bearer(whole["access_token"]).get("/api/v1/runs").status_code == 200
    machine_end(viewer=administrator, machine_id=machine.user_id, now=timezone.now())
    assert caller.get("/api/v1/models").status_code == 401
    assert ask(client).status_code == 401


def test_a_client_is_no_way_to_sign_people_in(
    cast: Cast, administrator: Viewer, machine: Membership
) -> None:
    client = client_issue(
        viewer=administrator, machine_id=machine.user_id, scopes=[TokenScope.READ]
    )
    for grant in ("password", "authorization_code", "refresh_token"):
        refused = ask(client, grant_type=grant, username=cast.officer.email, password=PASSWORD)
        assert refused.status_code == 400, grant


def test_only_the_administrator_employs_machines_and_none_administers(
    cast: Cast, administrator: Viewer, machine: Membership
) -> None:
    add = {"organization_id": cast.northwind.id, "name": "x"}
    with pytest.raises(InvalidInputError, match="appoint"):
        machine_add(viewer=administrator, role=Role.ADMINISTRATOR, **add)  # type: ignore[arg-type]
    for user, refused in ((cast.officer, NotAllowedError), (cast.outsider, NotFoundError)):
        viewer = cast.viewer(user)
        with pytest.raises(refused):
            machine_add(viewer=viewer, role=Role.READER, **add)  # type: ignore[arg-type]
        with pytest.raises(NotFoundError):
            client_issue(viewer=viewer, machine_id=machine.user_id, scopes=[TokenScope.READ])
        with pytest.raises(NotFoundError):
            machine_end(viewer=viewer, machine_id=machine.user_id, now=timezone.now())
