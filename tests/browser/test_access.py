"""The administrator's pages of access: axe, a phone's width, and what is shown once."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from compliance.accounts.models import ApiToken, Grant
from compliance.accounts.services import machine_add, machine_token_issue
from compliance.domain.rights import TokenScope
from compliance.domain.vocabulary import Role
from tests.browser.conftest import Record, SignIn
from tests.browser.flaws import flaws
from tests.cast import Cast, administrator_of

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_administrator_grants_and_employs_a_machine(
    audited: Record, cast: Cast, sign_in: SignIn
) -> None:
    administrator = administrator_of(cast.northwind)
    machine = machine_add(
        viewer=cast.viewer(administrator),
        organization_id=cast.northwind.id,
        name="nightly registration",
        role=Role.ENGINEER,
    )
    page = sign_in(administrator, width=360)
    for path in ("/access/", "/access/give/", "/machines/", f"/machines/{machine.user_id}/"):
        page.goto(path)
        assert flaws(page) == [], path
    page.goto("/access/give/")
    page.get_by_label("Who may read").select_option("University")
    page.get_by_label("How much").select_option("Some models")
    page.get_by_label("northwind/assistant").check()
    page.get_by_role("button", name="Give the grant").press("Enter")
    expect(page.get_by_text("University reads Northwind AI.")).to_be_visible()
    grant = Grant.objects.latest("granted_at")
    assert [model.slug for model in grant.of_models.all()] == ["assistant"]
    page.get_by_role("button", name=re.compile("End the grant of University")).first.press("Enter")
    expect(page.get_by_text("no longer reads by this grant")).to_be_visible()
    page.goto(f"/machines/{machine.user_id}/")
    page.get_by_label("Name").fill("ci")
    page.get_by_label(re.compile("^models:read")).check()
    page.get_by_role("button", name="Issue a token").press("Enter")
    shown = page.locator("main code.breakable").inner_text()
    assert ApiToken.objects.get().prefix == shown[:12]
    page.reload()
    page.goto(f"/machines/{machine.user_id}/")
    expect(page.get_by_text(shown)).to_have_count(0)


def test_an_officer_sees_who_may_read(audited: Record, cast: Cast, sign_in: SignIn) -> None:
    viewer = cast.viewer(administrator_of(cast.northwind))
    machine = machine_add(
        viewer=viewer, organization_id=cast.northwind.id, name="nightly", role=Role.READER
    )
    machine_token_issue(
        viewer=viewer,
        machine_id=machine.user_id,
        name="ci",
        expires_at=timezone.now() + timedelta(days=9),
        scopes=[TokenScope.MODELS_READ, TokenScope.RUNS_READ],
    )
    page = sign_in(cast.officer, width=360)
    for path in ("/access/", "/machines/"):
        page.goto(path)
        assert flaws(page) == [], path
    page.goto("/access/")
    page.get_by_role("link", name="Service accounts").press("Enter")
    expect(page.get_by_text("models:read, runs:read")).to_be_visible()
    expect(page.get_by_role("main").get_by_role("button")).to_have_count(0)
