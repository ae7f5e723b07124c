"""Every page: axe finds nothing, in light and dark, and nothing is wider than a phone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from django.urls import resolve
from django.utils import timezone
from playwright.sync_api import Browser, Page

from compliance.accounts.services import model_reading_tell, token_issue
from compliance.audits.models import Shard
from compliance.audits.services import Asked, answers_erase, shard_claim, shard_fail
from compliance.domain.readings import Seen
from compliance.domain.runs import MAX_FAILURES
from compliance.domain.vocabulary import Role
from compliance.ledger.services import evidence_erase
from compliance.obligations.models import Obligation
from compliance.questions.services import question_ask
from tests.alerting import lived
from tests.browser import kin, record
from tests.browser.conftest import Record, SignIn
from tests.browser.flaws import flaws, unfold
from tests.cast import Cast
from tests.disputing import announce_exact, case_of, rivals_version
from tests.policy import obliged
from tests.rights.table import PORTAL

pytestmark = pytest.mark.django_db(transaction=True)

OUTSIDE = (
    "/",
    "/verify/",
    "/accounts/login/",
    "/accounts/password/reset/",
    "/sign-in/organization/",
    "/accounts/3rdparty/login/cancelled/",
    "/accounts/3rdparty/login/error/",
    "/invitations/?token=unknown",
)
NOT_LOOKED_AT_HERE = {
    **dict.fromkeys(
        ("dossier-proof", "report", "history-drawing", "parts-drawing", "summary"), "a file"
    ),
    **dict.fromkeys(("entry-proof", "bundle", "dispute-docket", "dispute-filing-file"), "a file"),
    **dict.fromkeys(("schedule-preview", "schedule-forecast"), "a part of /schedules/new/"),
    "version-forecast": "a part of a version's page",
    "run-progress": "a part of a run's page",
    "people": "leads to the people of an organization",
    "grant-give": "tests/browser/test_access.py looks at it, as an administrator",
    "machine": "tests/browser/test_access.py looks at it, as an administrator",
}
"""Addresses of the portal that answer GET, and why axe does not see them in these lists."""


def erased(cast: Cast, of_answer: Shard, of_statement: Shard) -> None:
    """An item without its words, and a result without its statement."""
    administrator, basis = cast.viewer(cast.appoint(Role.ADMINISTRATOR)), "Article 17(1)(a) GDPR"
    wanted = Asked([of_answer.scores.get(position=0).item_id], basis, questions=True)
    answers_erase(viewer=administrator, shard=of_answer, asked=wanted)
    sha256 = of_statement.result.statement_sha256
    evidence_erase(viewer=administrator, sha256=sha256, basis=basis)


@pytest.fixture
def paths(audited: Record, cast: Cast, models_root: Path) -> list[str]:
    """Every page with something on it."""
    officer = cast.viewer(cast.officer)
    adoption = obliged(officer, audited.version)  # while it is the newest
    Obligation.objects.filter(demand="pairs").update(due_at=timezone.now() + timedelta(days=3))
    kin.family(cast, audited.version, models_root)
    running = record.request(officer, audited.version, list(record.TITLES))
    record.begin(running.shards.order_by("position")[0], record.VIOLATING, share=0.3)
    errored = record.request(officer, audited.version, ["safety.refusal"])
    for _ in range(MAX_FAILURES):
        Shard.objects.filter(run=errored).update(not_before=None)
        lease = shard_claim(shard_id=errored.shards.get().id, worker="worker-1")
        assert lease is not None
        shard_fail(
            lease=lease,
            trouble="RuntimeError: " + "x" * 300,
            traceback="Traceback\n  File model.py",
        )
    labelled = record.request_audited(officer, audited.version)
    question = question_ask(
        viewer=cast.viewer(cast.regulator),
        organization_id=cast.authority.id,
        model=audited.version.model,
        text="Where is the training data from?",
        due_at=timezone.now() + timedelta(days=7),
    )
    version, run = audited.version, audited.run
    subscription = record.subscribe(officer, run)
    route = lived(officer, audited.alert)
    for what, reader in ((Seen.RUN, cast.regulator), (Seen.BUNDLE, cast.officer)):
        model_reading_tell(
            viewer=cast.viewer(reader), what=what, model=version.model, subject=f"run/{run.id}"
        )
    token_issue(user=cast.officer, name="nightly", expires_at=timezone.now() + timedelta(days=9))
    shard = run.shards.get(test_name="safety.refusal")
    erased(cast, shard, run.shards.get(test_name="provenance.weights_digest"))
    announce_exact()
    case = case_of(cast, version, rivals_version(cast, version.location, slug="accused"))
    dispute = case.ordered(case.reviewed())
    return [
        "/",
        "/models/",
        "/models/register/",
        f"/models/{version.model_id}/",
        f"/models/{version.model_id}/register/",
        f"/models/{version.model_id}/dossier/",
        f"/models/{version.model_id}/dossier/results/",
        f"/models/{version.model_id}/dossier/verify/",
        f"/models/{version.model_id}/history/safety.refusal/",
        f"/results/{shard.result.id}/beside/",
        f"/results/{shard.result.id}/beside/?other={labelled.result.id}",
        "/portfolio/",
        "/matrix/",
        "/matrix/?organization=northwind&verdict=violating",
        "/training-data/",
        "/training-data/declare/",
        "/matrix/?by=obligation",
        "/policies/",
        f"/policies/{adoption.pack_id}/",
        f"/adoptions/{adoption.id}/plan/",
        "/obligations/",
        "/obligations/?state=lapsed",
        f"/versions/{version.id}/obligations/",
        "/machines/",
        "/questions/",
        f"/questions/{question.id}/",
        "/disputes/",
        "/disputes/open/",
        f"/disputes/{dispute.id}/",
        f"/disputes/{dispute.id}/filings/1/",
        f"/models/{version.model_id}/offer/",
        f"/versions/{version.id}/",
        "/runs/",
        f"/runs/{run.id}/",
        f"/runs/{running.id}/",
        f"/runs/{errored.id}/",
        f"/runs/{run.id}/items/{shard.id}/",
        f"/runs/{labelled.run_id}/labels/0/",
        "/schedules/",
        "/schedules/new/",
        f"/schedules/{audited.schedule.id}/",
        f"/schedules/new/?copy={audited.schedule.id}",
        "/subscriptions/",
        "/subscriptions/new/",
        f"/subscriptions/{subscription.id}/",
        "/error-budget/",
        "/access/",
        "/access/readings/",
        "/tokens/",
        "/ledger/",
        "/ledger/2/",
        "/verify/",
        "/alerts/",
        f"/alerts/{audited.alert.id}/",
        "/people/northwind/",
        "/accounts/2fa/",
        "/accounts/sessions/",
        "/alerts/routes/",
        "/alerts/routes/new/",
        f"/alerts/routes/{route.id}/",
        "/alerts/windows/",
        "/accounts/logout/",
        "/accounts/password/change/",
        "/models/00000000-0000-0000-0000-000000000000/",
        "/nowhere/",
    ]


@pytest.fixture
def reader_paths(audited: Record) -> list[str]:
    """What a regulator sees otherwise than an officer does, or sees alone."""
    model = f"/models/{audited.version.model_id}"
    return ["/", "/portfolio/", "/matrix/", f"{model}/dossier/", f"{model}/ask/"]


def test_a_regulator_finds_no_flaw(reader_paths: list[str], cast: Cast, sign_in: SignIn) -> None:
    assert looked_at(sign_in(cast.regulator), reader_paths) == {}


def test_every_page_of_the_portal_is_looked_at(paths: list[str], reader_paths: list[str]) -> None:
    looked_at = set()
    for path in {*paths, *OUTSIDE, *reader_paths} - {"/nowhere/"}:
        looked_at.add(resolve(path.partition("?")[0]).view_name)
    pages = {name for name, row in PORTAL.items() if "get" in row}
    named = {f"portal:{name}" for name in NOT_LOOKED_AT_HERE}
    assert pages - looked_at == named


def test_an_officer_finds_no_flaw(paths: list[str], cast: Cast, sign_in: SignIn) -> None:
    assert looked_at(sign_in(cast.officer), paths) == {}


@pytest.mark.usefixtures("transactional_db")
def test_nobody_finds_a_flaw_before_signing_in(chromium: Browser, live_site: str) -> None:
    page = chromium.new_page(base_url=live_site)
    assert looked_at(page, OUTSIDE) == {}
    page.context.close()


def test_a_form_with_errors_stays_accessible(audited: Record, cast: Cast, sign_in: SignIn) -> None:
    page = sign_in(cast.officer)
    page.goto("/schedules/new/")
    page.get_by_role("button", name="Save the schedule").click()
    page.get_by_text("This field is required.").first.wait_for()
    assert flaws(page) == []


def looked_at(page: Page, paths: Sequence[str]) -> dict[str, list[str]]:
    """Flaws by address, of pages with all that they fold."""
    found = {}
    for path in paths:
        page.goto(path)
        unfold(page)
        found[path] = flaws(page)
    return {path: said for path, said in found.items() if said}
