"""A dispute in the browser: opened, answered, ordered, drawn and ruled by those who sit in it."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from compliance.disputes.models import Dispute
from compliance.registry.models import Version
from tests.browser.conftest import SignIn
from tests.browser.flaws import flaws, unfold
from tests.cast import Cast
from tests.disputing import (
    SHARES,
    Case,
    announce_exact,
    case_of,
    committed_to,
    rivals_version,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def case(transactional_db: None, cast: Cast, version: Version) -> Case:
    announce_exact()
    return case_of(cast, version, rivals_version(cast, version.location))


def test_a_dispute_is_opened_answered_and_ordered_on_its_pages(
    case: Case, sign_in: SignIn, tmp_path: Path
) -> None:
    claimant = sign_in(case.cast.officer)
    claimant.goto("/disputes/")
    claimant.get_by_role("link", name="Open a dispute").click()
    claimant.get_by_label("The version that we say comes from it").fill("rival/copy 2.0")
    claimant.get_by_label("What we claim").fill("Their weights are ours.")
    claimant.get_by_role("button", name="Open the dispute").click()
    claimant.get_by_text("No other organization has a version by that name").wait_for()
    claimant.get_by_label("The version that we say comes from it").fill("rival/copy 1.0")
    claimant.get_by_role("button", name="Open the dispute").click()
    claimant.get_by_text("The dispute is opened").wait_for()
    here = claimant.url.partition("/disputes/")[2]

    respondent = sign_in(case.rival_officer)
    respondent.goto(f"/disputes/{here}")
    respondent.get_by_label("Title").fill("Answer")
    respondent.get_by_label("Text").fill("We began from our own seed.")
    (tmp_path / "log.txt").write_text("step 1")
    respondent.get_by_label("Files").set_input_files(tmp_path / "log.txt")
    respondent.get_by_label("Confidential").check()
    respondent.get_by_role("button", name="File it").click()
    respondent.get_by_role("link", name="1. Answer").click()
    respondent.get_by_text("We began from our own seed.").wait_for()
    with respondent.expect_download() as kept:
        respondent.get_by_role("link", name="log.txt").click()
    assert Path(kept.value.path()).read_bytes() == b"step 1"

    court = sign_in(case.cast.regulator)
    court.goto(f"/disputes/{here}")
    court.get_by_label("Shared initialisation with registered models").check()
    court.get_by_role("button", name="Order it").click()
    court.get_by_text("The battery is ordered").wait_for()
    for page, side in ((claimant, "claimant"), (respondent, "respondent")):
        page.goto(f"/disputes/{here}")
        page.get_by_label("SHA-256 of our share").fill(committed_to(SHARES[side]))
        page.get_by_role("button", name="Commit", exact=True).click()
        page.get_by_text("The commitment stands").wait_for()
    claimant.goto(f"/disputes/{here}")
    claimant.get_by_label("Our share", exact=True).fill(SHARES["claimant"])
    claimant.get_by_role("button", name="Reveal", exact=True).click()
    claimant.get_by_text("The share is revealed").wait_for()
    assert Dispute.objects.get().state == "ordered"


def test_the_parties_agree_on_a_battery_on_its_page(case: Case, sign_in: SignIn) -> None:
    dispute = case.answered()
    claimant = sign_in(case.cast.officer)
    claimant.goto(f"/disputes/{dispute.id}/")
    claimant.get_by_text("Propose a battery", exact=True).click()
    claimant.get_by_label("Why these").fill("It compares weights.")
    claimant.get_by_role("button", name="Propose it").click()
    claimant.get_by_text("This field is required.").wait_for()
    claimant.get_by_label("Shared initialisation with registered models").check()
    claimant.get_by_role("button", name="Propose it").click()
    claimant.get_by_text("The battery is proposed").wait_for()
    expect(claimant.get_by_role("button", name="Agree", exact=True)).to_have_count(0)

    respondent = sign_in(case.rival_officer)
    respondent.goto(f"/disputes/{dispute.id}/")
    proposed = respondent.get_by_role("region", name="What the parties proposed")
    expect(proposed).to_contain_text("It compares weights.")
    expect(proposed).to_contain_text("has not answered")
    respondent.get_by_role("button", name="Agree", exact=True).click()
    respondent.get_by_text("The battery is agreed on.").wait_for()
    expect(proposed).to_contain_text("agrees")
    assert Dispute.objects.get().state == "ordered"


def test_a_court_orders_again_what_failed(case: Case, sign_in: SignIn, cast: Cast) -> None:
    dispute = case.failed()
    court = sign_in(cast.regulator)
    court.goto(f"/disputes/{dispute.id}/")
    expect(court.get_by_text("the machine lost its power")).to_be_visible()
    court.get_by_label("Shared initialisation with registered models").check()
    court.get_by_role("button", name="Order it").click()
    expect(court.get_by_role("heading", name="Battery 2, ordered")).to_be_visible()
    assert Dispute.objects.get().state == "ordered_again"


def test_a_court_is_refused_more_than_was_found_and_dismisses(case: Case, sign_in: SignIn) -> None:
    dispute = case.reviewed()
    court = sign_in(case.cast.regulator)
    court.goto(f"/disputes/{dispute.id}/")
    court.get_by_text("Rule", exact=True).first.click()
    court.get_by_label("The claim is").select_option("upheld")
    court.get_by_label("What is ordered").fill("Nothing.")
    court.get_by_label("Reasons", exact=True).fill("It was not pursued.")
    court.get_by_role("button", name="Rule", exact=True).click()
    court.get_by_text("Nothing was shown, so the claim cannot be upheld").wait_for()
    court.get_by_label("The claim is").select_option("dismissed")
    court.get_by_role("button", name="Rule", exact=True).click()
    expect(court.get_by_role("heading", name="Ruling: dismissed")).to_be_visible()


def test_the_court_and_the_reviewer_find_their_pages_accessible(
    case: Case, sign_in: SignIn
) -> None:
    dispute = case.reviewed()
    for user in (case.cast.regulator, case.cast.reviewer):
        page = sign_in(user)
        page.goto(f"/disputes/{dispute.id}/")
        unfold(page)
        assert flaws(page) == []
