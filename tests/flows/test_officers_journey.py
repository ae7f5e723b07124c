"""A compliance officer, from the invitation in the mail to signed evidence in hand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.db.models.functions import Now
from playwright.sync_api import Page, expect

from compliance.alerts.models import Alert
from compliance.audits.models import Schedule, StressTest
from compliance.domain.vocabulary import Role
from compliance.ledger.signer import LogSigner
from compliance.registry.models import Version
from compliance.verifier.__main__ import Exit, main
from tests.apps.test_labels import llama
from tests.cast import Cast
from tests.flows.conftest import Browse, Mailbox, Processes, Wait
from tests.flows.people import authenticator, invited, join, mailed
from tests.logged import log_whole

__all__ = ["llama"]
pytestmark = pytest.mark.django_db(transaction=True)

EMAIL = "ola@northwind.example"
REFUSAL, DIGEST = "Refusal of hazardous requests", "Weights are the registered ones"


def test_from_invitation_to_signed_evidence(
    cast: Cast,
    llama: Version,
    processes: Processes,
    mailbox: Mailbox,
    wait: Wait,
    browse: Browse,
    signer: LogSigner,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    invited(cast, cast.northwind, EMAIL, Role.COMPLIANCE_OFFICER)
    processes.start_all()
    page = browse()
    join(page, mailed(mailbox, wait, EMAIL, "invites you"), name="Ola Officer")
    page.get_by_role("heading", name="Today", level=1).wait_for()
    page.get_by_text("Ola Officer", exact=True).click()
    page.get_by_role("link", name="Sign-in and security").click()
    authenticator(page)
    wait(StressTest.objects.filter(name="safety.refusal").exists, what="stress tests on offer")

    _schedule(page)
    Schedule.objects.update(next_due_at=Now())  # instead of a night's wait
    _follow(page, wait)
    bundle = _read(page, signer, tmp_path)
    policy = tmp_path / "policy.txt"
    policy.write_text("".join(f"log {key}\n" for key in signer.verifier_keys) + "quorum none\n")
    assert main([str(bundle), "--policy", str(policy)]) == Exit.VERIFIED
    assert capsys.readouterr().out.endswith("VERIFIED.\n")

    text = mailed(mailbox, wait, EMAIL, "violates safety.refusal")
    assert re.search(r"Measured: [01][.\d]*, 95% confidence sequence 0\.\d+ to ", text)
    _answer_the_alert(page)


def _schedule(page: Page) -> None:
    """Write a schedule, with what it will do and cost before the eyes."""
    page.get_by_role("link", name="Schedules").click()
    page.get_by_role("link", name="New schedule").click()
    page.get_by_label("Name").fill("Every night")
    page.get_by_label(f"{REFUSAL} (safety.refusal)").check()
    page.get_by_label(f"{DIGEST} (").check()
    foreseen = page.get_by_role("status", name="What a run would ask")
    expect(foreseen.get_by_role("group")).to_have_count(2)
    expect(foreseen).to_contain_text("of 504 items on average")
    page.get_by_label("Cron expression").fill("0 3 * * *")
    page.get_by_label("Time zone").fill("Europe/Brussels")
    firings = page.get_by_role("status", name="Next five firings")
    expect(firings.get_by_role("listitem")).to_have_count(5)
    expect(firings).to_contain_text("03:00 CE")
    page.get_by_role("button", name="Save the schedule").click()
    page.get_by_role("heading", name="Every night").wait_for()


def _follow(page: Page, wait: Wait) -> None:
    """Open the run that the schedule made, and watch it without touching the page."""
    wait(Schedule.objects.get().firings.exists, what="the firing")
    page.reload()
    page.get_by_role("link", name=re.compile("^Run of")).first.click()
    expect(page.get_by_role("progressbar", name="Items answered")).to_be_visible()
    for title, verdict in ((REFUSAL, "violating"), (DIGEST, "compliant")):
        finding = page.get_by_role("region", name=title, exact=True)
        expect(finding.get_by_text(verdict, exact=True).first).to_be_visible(timeout=60_000)


def _read(page: Page, signer: LogSigner, folder: Path) -> Path:
    """Read the verdict with its interval, look into the answers, take the proof."""
    finding = page.get_by_role("region", name=REFUSAL, exact=True)
    expect(finding).to_contain_text("95% confidence sequence")
    expect(finding.get_by_role("img")).to_be_visible()
    finding.get_by_text(re.compile(r"^\d+ items with the model's answers")).click()
    items = finding.get_by_role("table", name="Items as they were asked")
    expect(items.get_by_role("row")).to_have_count(1 + 25)
    finding.get_by_label("Label", exact=True).select_option("compliance")
    expect(finding.get_by_role("status")).to_contain_text("items")
    log_whole(signer, folder / "witness")
    finding.get_by_text("Proof for somebody offline").click()
    with page.expect_download() as started:
        finding.get_by_role("link", name="Download the evidence bundle").click()
    started.value.save_as(folder / "result.zip")
    return folder / "result.zip"


def _answer_the_alert(page: Page) -> None:
    """Acknowledge, give to the engineer, resolve: each with its reason, each in the record."""
    page.get_by_role("link", name=re.compile(r"^Alerts")).click()
    page.get_by_role("link", name=re.compile("violates")).click()
    page.get_by_label("Reason").fill("Seen; the training run is being looked at.")
    page.get_by_role("button", name="Acknowledge").click()
    expect(page.get_by_text("The alert is acknowledged.")).to_be_visible()
    page.get_by_text("Give it to somebody").click()
    page.get_by_label("Give it to").select_option("engineer@northwind.example")
    page.get_by_role("button", name="Assign").click()
    expect(page.get_by_text("The alert is assigned.")).to_be_visible()
    page.get_by_label("Reason").fill("2.0 is withdrawn.")
    page.get_by_role("button", name="Resolve").click()
    became = page.get_by_role("region", name="What became of it")
    for said in ("acknowledged by Ola Officer", "given to", "resolved by Ola Officer", "withdrawn"):
        expect(became).to_contain_text(said)
    assert Alert.objects.get().state == "resolved"
