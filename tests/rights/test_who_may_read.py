"""Officers see who may read their record, and change none of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from compliance.accounts.models import User
from compliance.accounts.services import machine_add, machine_token_issue
from compliance.domain.rights import TokenScope
from compliance.domain.vocabulary import Role
from tests.cast import Cast, administrator_of
from tests.second_factors import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(cast: Cast) -> User:
    user = administrator_of(cast.northwind)
    machine = machine_add(
        viewer=cast.viewer(user),
        organization_id=cast.northwind.id,
        name="nightly",
        role=Role.READER,
    )
    machine_token_issue(
        viewer=cast.viewer(user),
        machine_id=machine.user_id,
        name="ci",
        expires_at=timezone.now() + timedelta(days=1),
        scopes=[TokenScope.MODELS_READ],
    )
    return user


def shown(user: User, path: str) -> str:
    client = Client()
    sign_in(client, user)
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def test_an_officer_sees_grants_and_machines_without_a_way_to_change_them(
    cast: Cast, administrator: User
) -> None:
    access, machines = (shown(cast.officer, path) for path in ("/access/", "/machines/"))
    for said in ("AI Oversight Authority", "University", "Who may read us"):
        assert said in access, said
    assert "nightly" in machines
    assert "models:read" in machines
    for page in (access, machines):
        assert 'method="post"' not in page.split("<main")[1]
    assert "End now" in shown(administrator, "/access/")
    assert "Add the account" in shown(administrator, "/machines/")


def test_an_engineer_sees_neither(cast: Cast, administrator: User) -> None:
    assert "University" not in shown(cast.engineer, "/access/")
    client = Client()
    client.force_login(cast.engineer)
    assert client.get("/machines/").status_code == 403
