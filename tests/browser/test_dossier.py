"""A model's dossier: what a regulator finds on it, and that its proof holds offline."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.test import Client
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from compliance.accounts.models import Grant
from compliance.audits.models import Result
from compliance.disputes.services import dispute_rule
from compliance.domain.dispute_words import RulingOutcome
from compliance.domain.verify.page_proof import page_verify
from compliance.domain.verify.rules import Outcome
from compliance.domain.verify.trust import trust_read
from compliance.events.models import Event
from compliance.ledger.selectors import entry_list
from compliance.ledger.signer import LogSigner
from compliance.questions.models import Question
from compliance.registry.models import Version
from tests.browser import kin, record
from tests.browser.conftest import Record, SignIn
from tests.browser.flaws import flaws
from tests.browser.test_page_costs import queries
from tests.cast import Cast
from tests.disputing import announce_exact, case_of, rivals_version
from tests.logged import log_whole
from tests.policy import obliged

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def child(
    audited: Record, cast: Cast, models_root: Path, signer: LogSigner, tmp_path: Path
) -> Version:
    """Version 1.1, whose lineage the tests confirm on one side and contradict on the other."""
    child = kin.family(cast, audited.version, models_root)
    log_whole(signer, tmp_path / "another-witness")
    return child


def test_a_regulator_reads_the_dossier_and_asks(
    child: Version, cast: Cast, sign_in: SignIn
) -> None:
    page = sign_in(cast.regulator)
    page.goto(f"/models/{child.model_id}/")
    page.get_by_role("link", name="Dossier").click()
    lineage = page.get_by_role("region", name="Lineage: declared")
    drawing = lineage.get_by_role("img", name="Lineage of northwind/assistant")
    expect(drawing).to_contain_text("oracle 2")
    rows = lineage.get_by_role("row")
    expect(rows.filter(has_text="fine tune of it")).to_contain_text("confirmed")
    undeclared = rows.filter(has_text="rival/oracle 2")
    expect(undeclared).to_contain_text("not declared")
    expect(undeclared).to_contain_text("contradicted")
    expect(undeclared.get_by_role("link", name="rival/oracle 2")).to_have_count(0)

    row = page.get_by_role("region", name="Newest verdict").get_by_role("row")
    found = row.filter(has_text="Refusal of hazardous requests")
    expect(found).to_contain_text("0.21 (0.15 to 0.27)")
    index = int(found.get_by_role("link", name="Ledger entry").inner_text())
    entry = entry_list(viewer=cast.viewer(cast.regulator)).get(index=index)
    assert entry.event.type == "verdict.reached"
    assert "0.21" in entry.event.payload["statement"]

    fold = page.locator("details", has_text="results behind the charts")
    fold.locator("summary").click()  # the table is asked for only now
    behind = fold.get_by_role("table", name="Every result behind the charts")
    expect(behind.get_by_role("link", name=f"Ledger entry {index}", exact=True)).to_have_count(1)
    expect(behind.get_by_role("row")).to_have_count(1 + Result.objects.count())

    page.get_by_role("link", name="Ask the provider").click()
    assert flaws(page) == []
    page.get_by_label("Question").fill("Where do the shared weights come from?")
    page.get_by_role("button", name="Ask").click()
    expect(page.get_by_text("was asked, and told by an alert")).to_be_visible()
    _answer(sign_in(cast.officer), Question.objects.get())
    page.reload()
    expect(page.get_by_role("region", name="Answered")).to_contain_text("Both start from one seed.")


def _answer(page: Page, question: Question) -> None:
    page.goto(f"/questions/{question.id}/")
    page.get_by_role("textbox", name="Answer").fill("Both start from one seed.")
    page.get_by_role("button", name="Answer").click()
    expect(page.get_by_text("The answer is part of the record.")).to_be_visible()


def test_the_page_is_proved_offline_by_one_file(
    child: Version, cast: Cast, client: Client, signer: LogSigner
) -> None:
    client.force_login(cast.regulator)
    told = client.get(f"/models/{child.model_id}/dossier/verify/").content.decode()
    assert "assay-verify --policy POLICY assistant-dossier.assay-page.json" in told
    content = client.get(f"/models/{child.model_id}/dossier/proof/").content
    steps = list(page_verify(content, trust_read(None, logs=signer.verifier_keys)))
    assert {step.outcome for step in steps} == {Outcome.HOLDS}
    (taken,) = Event.objects.filter(type="record.read", payload__what="dossier")
    assert taken.organization_id == cast.northwind.id
    assert taken.payload["reader"] == cast.regulator.email
    client.force_login(cast.officer)
    client.get(f"/models/{child.model_id}/dossier/proof/")
    assert Event.objects.filter(payload__what="dossier").count() == 1  # one's own record
    said = "\n".join(step.text for step in steps)
    assert "safety.refusal on northwind/assistant 1.0: violating" in said
    assert "provenance.shared_initialisation on northwind/assistant 1.1: violating" in said


def test_disputes_and_obligations_stand_in_it_with_their_entries(
    audited: Record, cast: Cast, client: Client, signer: LogSigner, tmp_path: Path
) -> None:
    version = audited.version
    obliged(cast.viewer(cast.officer), version)
    announce_exact()
    case = case_of(cast, version, rivals_version(cast, version.location))
    dispute = case.answered()
    ruled = {"operative": "Nothing.", "reasons": "It was not pursued."}
    dispute_rule(viewer=case.court, dispute=dispute, outcome=RulingOutcome.DISMISSED, **ruled)
    log_whole(signer, tmp_path / "another-witness")
    path = f"/models/{version.model_id}/dossier/"
    for user, sits in ((cast.regulator, True), (cast.officer, True), (cast.reviewer, False)):
        client.force_login(user)
        shown, told = client.get(path).content.decode(), _told(client, path)
        assert "Hazardous requests are refused" in shown
        assert ("Northwind AI against Rival AI" in shown) is sits
        assert ("sit in no dispute about this model" in shown) is not sits
        assert "shown to those who sit in them alone" in shown
        for kind in ("opened", "ruled"):
            entry = f'"subject":"dispute/{dispute.id}","type":"dispute.{kind}"'
            assert told.count(entry) == int(sits)
    report = f"/models/{version.model_id}/report/{dispute.opened_at:%Y-%m}/"
    text = _text(client, report)
    assert "Hazardous requests are refused" in text and "None that is yours to see." in text
    client.force_login(cast.regulator)
    text = _text(client, report)
    index = Event.objects.filter(type="dispute.ruled").earliest("entry__index").entry.index
    assert f"dismissed {index}" in text
    assert "this period is over" in _text(client, f"/models/{version.model_id}/report/2020-Q1/")


def test_a_grant_cut_by_time_is_told_that_it_opens_no_obligation(
    audited: Record, cast: Cast, client: Client
) -> None:
    obliged(cast.viewer(cast.officer), audited.version)
    Grant.objects.filter(organization=cast.authority).update(record_from="2020-01-01T00:00:00Z")
    client.force_login(cast.regulator)
    shown = client.get(f"/models/{audited.version.model_id}/dossier/").content.decode()
    assert "A grant that is cut by time opens no obligation." in shown
    assert "Hazardous requests are refused" not in shown


def _told(client: Client, path: str) -> str:
    return "\n".join(one["entry"] for one in client.get(f"{path}proof/").json()["entries"])


def _text(client: Client, path: str) -> str:
    pages = PdfReader(io.BytesIO(client.get(path).content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_a_dossier_is_nobodys_who_may_not_read_the_model(
    child: Version, cast: Cast, client: Client
) -> None:
    client.force_login(cast.outsider)
    for path in ("", "results/", "verify/", "proof/"):
        assert client.get(f"/models/{child.model_id}/dossier/{path}").status_code == 404
    client.force_login(cast.officer)
    assert client.get(f"/models/{child.model_id}/ask/").status_code == 403


def test_more_of_everything_costs_no_more_queries(
    child: Version, cast: Cast, client: Client
) -> None:
    client.force_login(cast.regulator)
    path = f"/models/{child.model_id}/dossier/"
    client.get(path)  # reading is told of once a day
    few = queries(client, path)
    officer = cast.viewer(cast.officer)
    for _ in range(2):
        run = record.request(officer, child, list(record.TITLES))
        record.work(run, {"safety.refusal": record.VIOLATING})
        record.alert_of(run)
    assert queries(client, path) == few
