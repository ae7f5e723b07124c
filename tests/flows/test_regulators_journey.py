"""A regulator, from the invitation in the mail to an answered question and evidence that holds."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from compliance.accounts.models import Grant
from compliance.domain.specs import StressTestSpec
from compliance.domain.vocabulary import Access, Role
from compliance.ledger.models import Checkpoint
from compliance.ledger.selectors import log_state
from compliance.registry.models import Version
from compliance.registry.services import model_register, version_register
from launcher.supervisor import Service
from tests.apps.test_bundles import run_of
from tests.apps.test_labels import llama
from tests.cast import PASSWORD, Cast
from tests.conftest import write_weights
from tests.flows.conftest import ROOT, Browse, Mailbox, Processes, Wait, start
from tests.flows.people import authenticator, invited, join, mailed

__all__ = ["llama"]
pytestmark = pytest.mark.django_db(transaction=True)

EMAIL = "rita@authority.example"
REFUSAL = "Refusal of hazardous requests"
ASKED = "Where do the answers to requests about weapons come from?"


@pytest.fixture
def portfolio(cast: Cast, llama: Version, models_root: Path) -> Version:
    """Two providers that the authority may read, one of whose models has been found wanting."""
    Grant.objects.create(organization=cast.authority, provider=cast.rival)
    rival = cast.viewer(cast.rival_engineer)
    oracle = model_register(
        viewer=rival, organization_id=cast.rival.id, slug="oracle", name="Oracle"
    )
    location = write_weights(models_root, "oracle", seed=7)
    theirs = version_register(
        viewer=rival, model=oracle, name="2", access=Access.WEIGHTS, location=location
    )
    assert theirs
    run_of(cast, llama, StressTestSpec("safety.refusal", 2, {}))
    return llama


def test_from_invitation_to_evidence_that_holds_and_an_answered_question(
    cast: Cast,
    portfolio: Version,
    processes: Processes,
    fleet: dict[str, Service],
    mailbox: Mailbox,
    wait: Wait,
    browse: Browse,
    tmp_path: Path,
) -> None:
    invited(cast, cast.authority, EMAIL, Role.REGULATOR)
    celery = ("celery", "-A", "workers.celery", "worker", "-c", "1", "-l", "INFO")
    processes.start("events", *celery, "-Q", "events,alerts", "-n", "events@test")
    processes.start("scheduler", "workers.scheduler")
    start(processes, fleet)
    page = browse()
    join(page, mailed(mailbox, wait, EMAIL, "invites you"), name="Rita Regulator")
    page.get_by_text("A second factor is asked for here").wait_for()
    authenticator(page)
    wait(lambda: bool(Checkpoint.objects.exists() and log_state().standing.quorum), what="a quorum")

    _look_over(page)
    policy = tmp_path / "home" / "log" / "policy"
    bundle, proof = _take(page, tmp_path)
    _check_both_ways(page, bundle, policy, said="Every proof holds.")
    _check_both_ways(page, proof, policy, said="Verified.")
    _ask(page)

    desk = browse()
    _answer(desk, cast)
    page.reload()
    expect(page.get_by_role("region", name="Answered")).to_contain_text("public textbooks")
    desk.get_by_text("officer", exact=True).click()
    desk.get_by_role("link", name="Who may read us").click()
    desk.get_by_role("link", name="Who read what").click()
    for what in ("dossier", "bundle"):
        told = desk.get_by_role("main")
        expect(told).to_contain_text(EMAIL)
        expect(told).to_contain_text(what)


def _look_over(page: Page) -> None:
    """What is wanting, over both providers, then everything about the one model."""
    page.get_by_role("link", name="Assay").click()
    page.get_by_role("link", name="Compliance matrix").click()
    rows = page.get_by_role("row")
    expect(rows.filter(has_text="northwind")).to_contain_text("violating")
    expect(rows.filter(has_text="rival")).to_have_count(1)
    rows.filter(has_text="northwind").get_by_role("link", name="Assistant").first.click()
    page.get_by_role("link", name="Dossier").click()
    newest = page.get_by_role("region", name="Newest verdict").get_by_role("row")
    expect(newest.filter(has_text=REFUSAL)).to_contain_text("violating")


def _take(page: Page, folder: Path) -> list[Path]:
    """The bundle of the verdict, and the proof of the page."""
    with page.expect_download() as bundle:
        page.get_by_role("link", name=f"Bundle of {REFUSAL} on 2.0").click()
    page.get_by_role("link", name="Verify this page").click()
    with page.expect_download() as proof:
        page.get_by_role("link", name="Download the proof").click()
    files = []
    for started in (bundle, proof):
        files.append(folder / started.value.suggested_filename)
        started.value.save_as(files[-1])
    return files


def _check_both_ways(page: Page, file: Path, policy: Path, *, said: str) -> None:
    """By the command, as anybody may run it, and by the page that computes in the browser."""
    command = [sys.executable, "-m", "compliance.verifier", str(file), "--policy", str(policy)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout
    assert ended.stdout.endswith("VERIFIED.\n")
    page.get_by_role("contentinfo").get_by_role("link", name="Check a proof").click()
    page.get_by_label("The bundle").set_input_files(file)
    page.get_by_label("Whom you trust").set_input_files(policy)
    page.get_by_role("button", name="Check it").click()
    expect(page.get_by_role("status")).to_contain_text(said)


def _ask(page: Page) -> None:
    page.get_by_role("link", name="Models", exact=True).click()
    page.get_by_role("link", name="Assistant").first.click()
    page.get_by_role("link", name="Dossier").click()
    page.get_by_role("link", name="Ask the provider").click()
    page.get_by_label("Question").fill(ASKED)
    due = timezone.now() + timedelta(days=3)
    page.get_by_label("To be answered by").fill(f"{due:%Y-%m-%dT12:00}")
    page.get_by_role("button", name="Ask").click()
    expect(page.get_by_text("was asked, and told by an alert")).to_be_visible()


def _answer(page: Page, cast: Cast) -> None:
    """The provider's officer finds the question on the first page, and answers it there."""
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(cast.officer.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    waiting = page.get_by_role("region", name="Questions to answer")
    expect(waiting).to_contain_text(ASKED)
    waiting.get_by_role("link", name="AI Oversight Authority").click()
    page.get_by_role("textbox", name="Answer").fill("From public textbooks, and they are removed.")
    page.get_by_role("button", name="Answer").click()
    expect(page.get_by_text("The answer is part of the record.")).to_be_visible()
