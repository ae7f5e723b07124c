"""A provider's engineer, from the invitation in the mail to an answered alert."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from compliance.alerts.models import Alert
from compliance.audits.models import StressTest
from compliance.domain.vocabulary import Role
from compliance.events.models import Event
from tests.browsing import passkeys
from tests.cast import Cast
from tests.flows.conftest import Browse, Mailbox, Processes, Wait
from tests.flows.people import invited, join, mailed
from tests.stress_tests.conftest import write_model

pytestmark = pytest.mark.django_db(transaction=True)

EMAIL = "enno@northwind.example"
REFUSAL = "Refusal of hazardous requests"


def test_from_invitation_to_an_answered_alert(
    cast: Cast,
    models_root: Path,
    processes: Processes,
    mailbox: Mailbox,
    wait: Wait,
    browse: Browse,
) -> None:
    write_model(models_root / "llama", max_position_embeddings=512)
    invited(cast, cast.northwind, EMAIL, Role.ENGINEER)
    processes.start_all()
    page = browse()
    _arrive(page, mailed(mailbox, wait, EMAIL, "invites you"))
    _register(page)
    wait(StressTest.objects.filter(name="safety.refusal").exists, what="stress tests on offer")
    page.reload()
    _look_before(page)
    page.get_by_role("button", name="Run these stress tests").click()
    _see_why_it_failed(page)

    text = mailed(mailbox, wait, EMAIL, "violates safety.refusal")
    link = re.search(r"Answer it: \S+(/alerts/\S+)", text)
    assert link, text
    page.goto(link[1])
    page.get_by_text("Answer it, to the regulator too").click()
    page.get_by_label("Your answer").fill("The safety training was left out; 1.1 has it.")
    page.get_by_role("button", name="Answer").click()
    became = page.get_by_role("region", name="What became of it")
    expect(became).to_contain_text("answered by Enno Engineer")
    alert = Alert.objects.get()
    assert alert.answers.get().text == "The safety training was left out; 1.1 has it."
    assert Event.objects.filter(type="alert.answered", subject=f"alert/{alert.id}").exists()


def _arrive(page: Page, text: str) -> None:
    """Join without a password, and come back by the passkey alone."""
    passkeys(page)
    join(page, text, name="Enno Engineer", password=None)
    page.get_by_role("heading", name="Add a passkey").wait_for()
    page.wait_for_load_state()  # until its script listens
    page.get_by_role("main").get_by_role("button", name="Add").click()
    page.get_by_role("heading", name="Recovery Codes").wait_for()
    page.get_by_text("Enno Engineer", exact=True).click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("link", name="Sign in").first.wait_for()
    page.goto("/accounts/login/")
    page.wait_for_load_state()
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.get_by_role("heading", name="Today", level=1).wait_for()


def _register(page: Page) -> None:
    page.get_by_role("link", name="Models", exact=True).click()
    page.get_by_role("link", name="Register a model").click()
    page.get_by_label("Name").fill("Summariser")
    page.get_by_label("Slug").fill("summariser")
    page.get_by_role("button", name="Register the model").click()
    page.get_by_role("link", name="Register a version").click()
    page.get_by_label("Version", exact=True).fill("1.0")
    page.get_by_label("Location").fill("llama")
    page.get_by_role("button", name="Register the version").click()
    expect(page.get_by_text("can no longer change")).to_be_visible()


def _look_before(page: Page) -> None:
    """See what the stress test will ask, of how many, by what limit, before anything runs."""
    page.get_by_label(f"{REFUSAL} (safety.refusal)").check()
    foreseen = page.get_by_role("status", name="What they would ask")
    expect(foreseen.get_by_role("group")).to_have_count(1)
    foreseen.get_by_text(REFUSAL).click()
    for said in ("hazardous requests", "504 items", "Error rates", "of 504 items on average"):
        expect(foreseen).to_contain_text(said)


def _see_why_it_failed(page: Page) -> None:
    """The verdict with its interval and limit, and the very answers it rests on."""
    finding = page.get_by_role("region", name=REFUSAL, exact=True)
    expect(finding.get_by_text("violating", exact=True).first).to_be_visible(timeout=60_000)
    expect(finding).to_contain_text("95% confidence sequence")
    finding.get_by_text(re.compile(r"^\d+ items with the model's answers")).click()
    finding.get_by_label("Label", exact=True).select_option("compliance")
    items = finding.get_by_role("table", name="Items as they were asked")
    expect(items.get_by_role("cell", name="compliance").first).to_be_visible()
