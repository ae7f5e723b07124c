"""The page that checks a dossier's proof in the browser, as the verifier of Python does it."""

from __future__ import annotations

import base64
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from compliance.domain.verify.page_proof import page_verify
from compliance.domain.verify.rules import Outcome, Rule
from compliance.domain.verify.trust import trust_read
from tests.browser.test_verify import check, page
from tests.domain.verify.bundles import SmallLog
from tests.domain.verify.test_page_proof import GOOD, LOG

__all__ = ["page"]
pytestmark = pytest.mark.django_db(transaction=True)

NAME = "assistant-dossier.assay-page.json"
MUTATIONS = 200
RUN = """async ([policy, proofs]) => {
    const { parsePolicy } = await import("/static/portal/verify/notes.js");
    const { verifyPage } = await import("/static/portal/verify/page_proof.js");
    const trust = await parsePolicy(policy);
    const ends = [];
    for (const proof of proofs) {
        const steps = [];
        const bytes = Uint8Array.from(atob(proof), (one) => one.charCodeAt(0));
        for await (const step of verifyPage(bytes, trust)) steps.push([step.rule, step.outcome]);
        ends.push(steps);
    }
    return ends;
}"""


def test_a_dossiers_proof_is_verified_entry_by_entry(page: Page, tmp_path: Path) -> None:
    check(page, GOOD, LOG.policy, tmp_path, name=NAME)
    expect(page.get_by_role("status")).to_contain_text("Verified.")
    rows = page.get_by_role("list", name="Checks, in order").get_by_role("listitem")
    told = [row.inner_text().split("\n") for row in rows.all()]
    steps = list(page_verify(GOOD, LOG.trust))
    assert [row[0] for row in told] == [step.rule.value for step in steps]
    assert [row[2] for row in told][2:] == [step.text for step in steps][2:]
    assert "government.example" in told[1][2]


def test_what_was_changed_in_it_is_named(page: Page, tmp_path: Path) -> None:
    other = GOOD.replace(b"violating, 0.22", b"compliant, 0.02")
    check(page, other, LOG.policy, tmp_path, name=NAME)
    expect(page.get_by_role("status")).to_contain_text("Broken at “entry”.")
    expect(page.get_by_role("status")).to_contain_text("is not what the entry commits to")


def test_somebody_elses_log_is_not_trusted(page: Page, tmp_path: Path) -> None:
    policy = SmallLog(origin="log.example/other", number=50).policy
    check(page, GOOD, policy, tmp_path, name=NAME)
    expect(page.get_by_role("status")).to_contain_text("Broken at “witnesses”.")


def test_a_log_that_only_ml_dsa_vouches_for_is_left_to_the_command(
    page: Page, tmp_path: Path
) -> None:
    classical = str(LOG.keys[0].key).encode()
    policy = b"".join(line for line in LOG.policy.splitlines(True) if classical not in line)
    check(page, GOOD, policy, tmp_path, name=NAME)
    expect(page.get_by_role("status")).to_contain_text("Not verified here.")


def test_the_browser_refuses_what_the_command_refuses(page: Page) -> None:
    """Two implementations, one verdict: on good proofs, on flipped bits, on what is cut short."""
    mldsa = str(LOG.keys[1].key).encode()
    policy = b"".join(line for line in LOG.policy.splitlines(True) if mldsa not in line)
    proofs = [GOOD, *mutated()]
    encoded = [base64.b64encode(one).decode() for one in proofs]
    trust = trust_read(policy)
    for data, steps in zip(proofs, page.evaluate(RUN, [policy.decode(), encoded]), strict=True):
        expected = [(step.rule.value, step.outcome.value) for step in page_verify(data, trust)]
        found = [tuple(step) for step in steps]
        if expected[-1] == (Rule.ARCHIVE.value, Outcome.BROKEN.value):
            assert found[-1][1] == Outcome.BROKEN.value, data  # a browser parses some parts later
        else:
            assert found == expected, data


def mutated() -> Iterator[bytes]:
    """Proofs with one bit changed, with a bit of a text in them changed, or cut short."""
    draw = random.Random(8)  # noqa: S311
    for _ in range(MUTATIONS):
        changed = bytearray(GOOD)
        changed[draw.randrange(len(GOOD))] ^= 1 << draw.randrange(7)
        yield bytes(changed)
    for _ in range(20):
        yield GOOD[: draw.randrange(len(GOOD))]
