"""The page that checks a bundle: in the browser alone, and as the verifier of Python does it."""

from __future__ import annotations

import base64
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from compliance.domain.attestation import PAYLOAD_TYPE
from compliance.domain.dsse import signed
from compliance.domain.verify.archive import PARTS, read_archive, write_archive
from compliance.domain.verify.bundle import bundle_build
from compliance.domain.verify.rules import Outcome, Rule, verify
from compliance.domain.verify.trust import trust_read
from tests.browser.conftest import SignIn
from tests.browser.flaws import flaws
from tests.cast import Cast
from tests.domain.verify.bundles import SmallLog, bundle, first_bundle
from tests.domain.verify.test_words import erased

pytestmark = pytest.mark.django_db(transaction=True)

LOG = SmallLog()
GOOD = bundle(LOG, count=60, asked=40)
DATA = bundle_build(GOOD)
PROOFS = [rule.value for rule in Rule if rule not in {Rule.PAGE, Rule.STATISTIC}]
MUTATIONS = 150
MLDSA = str(LOG.keys[1].key).encode()
RUN = """async ([policy, bundles]) => {
    const { parsePolicy } = await import("/static/portal/verify/notes.js");
    const { verify } = await import("/static/portal/verify/rules.js");
    const trust = await parsePolicy(policy);
    const ends = [];
    for (const bundle of bundles) {
        let last;
        const bytes = Uint8Array.from(atob(bundle), (one) => one.charCodeAt(0));
        for await (const step of verify(bytes, trust)) last = step;
        ends.push(last.outcome === "broken" ? last.rule : "");
    }
    return ends;
}"""


@pytest.fixture
def page(chromium: Browser, live_site: str) -> Iterator[Page]:
    """The page as somebody sees it who has no account; anything but the site's own files fails."""
    context = chromium.new_context(base_url=live_site)
    page = context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
    page.goto("/verify/")
    page.on("request", lambda asked: troubles.append(asked.url) if asked.method != "GET" else None)
    yield page
    context.close()
    assert not troubles


def check(
    page: Page, data: bytes, policy: bytes, folder: Path, *, name: str = "result.assay.zip"
) -> None:
    file = folder / name
    file.write_bytes(data)
    page.get_by_label("The bundle").set_input_files(file)
    page.get_by_text("Or write the policy down").click()
    page.get_by_label("Policy", exact=True).fill(policy.decode())
    page.get_by_role("button", name="Check it").click()
    expect(page.get_by_role("status")).not_to_contain_text("Checking")


def test_a_good_bundle_is_checked_rule_by_rule_without_an_account(
    page: Page, tmp_path: Path
) -> None:
    check(page, DATA, LOG.policy, tmp_path)
    expect(page.get_by_role("status")).to_contain_text("Every proof holds.")
    expect(page.get_by_role("status")).to_contain_text("Not checked here: page, statistic.")
    rows = page.get_by_role("list", name="Checks, in order").get_by_role("listitem")
    said = [row.inner_text().split("\n") for row in rows.all()]
    assert [row[0] for row in said] == [rule.value for rule in Rule]
    assert [row[1] for row in said] == ["holds"] * len(PROOFS) + ["not checked"] * 2
    expect(page.get_by_text("ML-DSA-44, not checked here: log.example/assay+")).to_be_visible()
    expect(page.get_by_text("95% confidence sequence")).to_be_visible()
    assert page.evaluate("document.activeElement.hasAttribute('data-summary')")


def test_what_was_erased_is_said_in_the_words_of_the_command(page: Page, tmp_path: Path) -> None:
    data = bundle_build(erased(GOOD, {0, 5}))
    check(page, data, LOG.policy, tmp_path)
    (told,) = [one.text for one in verify(data, LOG.trust) if one.rule is Rule.ANSWERS]
    assert "2 erased" in told
    expect(page.get_by_text(told)).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text(
        "Not checked here: answers, page, statistic."
    )


def test_the_first_broken_link_is_named_and_a_policy_may_come_from_a_file(
    page: Page, tmp_path: Path
) -> None:
    parts = read_archive(DATA)
    items = parts["items.jsonl"].replace(b"Write 3 ", b"Write 4 ")
    check(page, write_archive(parts | {"items.jsonl": items}), LOG.policy, tmp_path)
    expect(page.get_by_role("status")).to_contain_text("Broken at “items”.")
    files = {"good.zip": DATA, "policy.txt": LOG.policy}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    page.get_by_label("Policy", exact=True).fill("")
    page.get_by_label("The bundle").set_input_files(tmp_path / "good.zip")
    page.get_by_label("Whom you trust").set_input_files(tmp_path / "policy.txt")
    page.get_by_role("button", name="Check it").click()
    expect(page.get_by_role("status")).to_contain_text("Every proof holds.")


def test_without_somebody_to_trust_nothing_is_checked(page: Page, tmp_path: Path) -> None:
    for policy in (b"", b"quorum none\n", b"log nonsense\nquorum none\n"):
        page.goto("/verify/")
        check(page, DATA, policy, tmp_path)
        expect(page.get_by_role("status")).to_contain_text("It could not be checked.")


def test_an_attestation_by_ml_dsa_alone_is_left_to_the_command(page: Page, tmp_path: Path) -> None:
    attestation = signed(PAYLOAD_TYPE, GOOD.attestation.payload, [LOG.keys[1]])
    policy = LOG.policy.replace(str(LOG.attestor.key).encode(), str(LOG.keys[1].key).encode())
    check(page, bundle_build(replace(GOOD, attestation=attestation)), policy, tmp_path)
    expect(page.get_by_role("status")).to_contain_text("Not verified here.")
    expect(page.get_by_role("status")).to_contain_text("signature")


def test_the_browser_refuses_what_the_command_refuses(page: Page) -> None:
    """Two implementations, one verdict: on good bundles, on flipped bits, on other logs' parts."""
    whole = [DATA, bundle_build(erased(GOOD, {0, 5})), bundle_build(first_bundle(LOG))]
    bundles = [*whole, *mutated()]
    policy = b"".join(line for line in LOG.policy.splitlines(True) if MLDSA not in line)
    encoded = [base64.b64encode(one).decode() for one in bundles]
    ends = page.evaluate(RUN, [policy.decode(), encoded])
    trust = trust_read(policy)
    assert ends[: len(whole)] == [""] * len(whole)
    for data, end in zip(bundles, ends, strict=True):
        broken = [step.rule for step in verify(data, trust) if step.outcome is Outcome.BROKEN]
        # The page is compared by the command alone, and comes after all that a browser does.
        expected = broken[0] if broken and broken[0] is not Rule.PAGE else None
        assert bool(end) is bool(expected), (end, broken)
        if expected not in {None, Rule.ARCHIVE}:  # where a browser parses some parts later
            assert end == expected


def mutated() -> Iterator[bytes]:
    """Bundles with one bit or part changed, checksums mended."""
    draw, parts = random.Random(8), read_archive(DATA)  # noqa: S311
    other = read_archive(bundle_build(bundle(SmallLog(number=5), result="r-2", rate=0.1)))
    for name in PARTS:
        yield write_archive(parts | {name: other[name]})
    for _ in range(MUTATIONS):
        name = draw.choice([*PARTS])
        place = draw.randrange(len(parts[name]))
        changed = bytearray(parts[name])
        changed[place] ^= 1 << draw.randrange(8)
        yield write_archive(parts | {name: bytes(changed)})
    for _ in range(20):
        flipped = bytearray(DATA)
        flipped[draw.randrange(len(DATA))] ^= 1 << draw.randrange(8)
        yield bytes(flipped)


def test_the_report_is_accessible_and_fits_a_phone(
    chromium: Browser, live_site: str, tmp_path: Path
) -> None:
    page = chromium.new_page(base_url=live_site, viewport={"width": 360, "height": 800})
    page.goto("/verify/")
    check(page, DATA, LOG.policy, tmp_path)
    expect(page.get_by_role("status")).to_contain_text("Every proof holds.")
    assert flaws(page) == []
    page.context.close()


def test_whoever_is_signed_in_finds_it_in_the_frame(cast: Cast, sign_in: SignIn) -> None:
    page = sign_in(cast.officer)
    page.get_by_role("link", name="Check a proof").click()
    page.get_by_role("heading", name="Check a proof", level=1).wait_for()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()
