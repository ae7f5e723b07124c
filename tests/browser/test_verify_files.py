"""Dockets and summaries: what the page says of them, ``assay-verify`` says line by line."""

from __future__ import annotations

import base64
import itertools
import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from compliance.domain.attestation import PAYLOAD_TYPE
from compliance.domain.canonical import Json
from compliance.domain.dispute_words import RulingOutcome, Side
from compliance.domain.disputes import DISPUTE_MOVES
from compliance.domain.dsse import signed
from compliance.domain.verify.docket import Docket, docket_build
from compliance.domain.verify.docket_rules import docket_verify
from compliance.domain.verify.docket_steps import STEPS
from compliance.domain.verify.page_proof import ProvedEntry, page_proof_build, page_proof_read
from compliance.domain.verify.rules import Outcome, Step
from compliance.domain.verify.summary import summary_verify
from compliance.domain.verify.summary_file import is_summary, summary_build
from compliance.domain.verify.trust import trust_read
from compliance.domain.vocabulary import LineageFinding
from tests.browser.test_verify import check, page
from tests.domain.verify.bundles import SmallLog
from tests.domain.verify.dockets import Lies, docket_of, docket_of_two
from tests.domain.verify.summaries import FAILED, LIES, summary_in

__all__ = ["page"]
pytestmark = pytest.mark.django_db(transaction=True)

LOG, OTHER = SmallLog(), SmallLog(number=5)
MLDSA = str(LOG.keys[1].key).encode()
POLICY = b"".join(line for line in LOG.policy.splitlines(True) if MLDSA not in line)
FLIPS = 25
NUMBERS = 2_000
HEX = "0" * 64
Line = tuple[str, str, str]
RUN = """async ([policy, files]) => {
    const { parsePolicy } = await import("/static/portal/verify/notes.js");
    const { verifyFile } = await import("/static/portal/verify/kinds.js");
    const trust = await parsePolicy(policy);
    const ends = [];
    for (const file of files) {
        const steps = [];
        const bytes = Uint8Array.from(atob(file), (one) => one.charCodeAt(0));
        for await (const { rule, outcome, text } of verifyFile(bytes, trust)) {
            steps.push([rule, outcome, text]);
        }
        ends.push(steps);
    }
    return ends;
}"""
LAW = """async () => {
    const law = await import("/static/portal/verify/disputes.js");
    const { MOVES, OUTCOMES, FINDINGS, SIDES } = law;
    return [MOVES, OUTCOMES, FINDINGS, SIDES, Object.keys(law.STEPS)];
}"""
WRITTEN = """async (numbers) => {
    const { general } = await import("/static/portal/verify/figures.js");
    return numbers.map((one) => [general(one, 4), general(one)]);
}"""


@cache
def shown() -> Docket:
    return docket_of(LOG)


def terminal(data: bytes) -> list[Line]:
    """What the command says of a file."""
    steps: Iterator[Step] = (summary_verify if is_summary(data) else docket_verify)(
        data, trust_read(POLICY)
    )
    return [(one.rule.value, one.outcome.value, one.text) for one in steps]


def browser(page: Page, files: Sequence[bytes]) -> list[list[Line]]:
    """What the page says of each."""
    encoded = [base64.b64encode(one).decode() for one in files]
    said = page.evaluate(RUN, [POLICY.decode(), encoded])
    return [[(rule, outcome, text) for rule, outcome, text in steps] for steps in said]


def agree(data: bytes, here: Sequence[Line], there: Sequence[Line]) -> None:
    """One verdict, and the same words for all that holds.

    A browser leaves the page and the statistic of the bundles in a docket to the command.
    """
    for mine, theirs in zip(here, there, strict=True):
        left = theirs[:2] == ("results", "not checked") and theirs[2].startswith(mine[2])
        assert theirs[:2] == mine[:2] or (left and mine[1] == "holds"), data
        if mine[1] == theirs[1] == "holds":
            assert theirs[2] == mine[2]


def test_good_dockets_and_summaries_are_told_in_the_same_words(page: Page) -> None:
    dockets = [shown(), docket_of(LOG, rate=0.02), docket_of(LOG, rate=0.02, withheld=True)]
    dockets.append(docket_of_two(LOG))
    summaries = [summary_in(LOG), summary_in(LOG, FAILED), replace(summary_in(LOG), place=None)]
    files = [*map(docket_build, dockets), *map(summary_build, summaries)]
    for data, theirs in zip(files, browser(page, files), strict=True):
        mine = terminal(data)
        assert "broken" not in {one[1] for one in mine}
        agree(data, mine, theirs)


def test_the_browser_refuses_what_the_command_refuses(page: Page) -> None:
    files = [*map(docket_build, [*rearranged(), *redacted(), *lied()]), *flipped()]
    broken = set()
    for data, theirs in zip(files, browser(page, files), strict=True):
        mine = terminal(data)
        broken |= {one[0] for one in mine if one[1] == "broken"}
        agree(data, mine, theirs)
    rules = {"archive", "entry", "inclusion", "witnesses", "signature", "statement"}
    assert broken >= rules | {"steps", "plan", "seed", "results", "ruling"}


def rearranged() -> Iterator[Docket]:
    """Parts left out, doubled, exchanged, of another log."""
    good, other = shown(), docket_of(OTHER)
    _, entries = page_proof_read(good.proof)
    yield replace(good, plans=())
    yield replace(good, plans=good.plans * 2)
    yield replace(good, plans=({**good.plans[0], "dispute": "d-2"},))
    yield replace(good, dispute="d-2")
    yield replace(good, bundles=())
    yield replace(good, bundles=good.bundles * 2)
    yield replace(good, bundles=other.bundles)
    yield other
    further = docket_of_two(LOG)
    yield replace(further, plans=further.plans[::-1])
    yield replace(further, plans=further.plans[1:])
    orders = [entries[:place] + entries[place + 1 :] for place in range(len(entries))]
    orders += [entries[:place] for place in range(len(entries))]
    for one, two in itertools.pairwise(range(len(entries))):
        changed = list(entries)
        changed[one], changed[two] = changed[two], changed[one]
        orders.append(changed)
    for order in orders:
        yield replace(good, proof=proof(order))


def redacted() -> Iterator[Docket]:
    """Each field of each step without what opens it."""
    good = shown()
    _, entries = page_proof_read(good.proof)
    for place, one in enumerate(entries):
        for opening in one.openings:
            kept = tuple(other for other in one.openings if other is not opening)
            changed = [*entries[:place], replace(one, openings=kept), *entries[place + 1 :]]
            yield replace(good, proof=proof(changed))


def proof(entries: Sequence[ProvedEntry]) -> bytes:
    return page_proof_build(about="x", entries=entries)


def lied() -> Iterator[Docket]:
    """Steps that were logged as they stand, and contradict one another."""
    heard = _findings(shown())[0]
    lies: list[Lies] = [
        {"seed.drawn": {"seed": HEX}},
        {"seed.drawn": {"shares": {"court": "33" * 32}}},
        {"seed.drawn": {"shares": {"claimant": "11" * 32}}},
        {"seed.drawn": {"shares": {"court": 5, "stranger": "11" * 32}}},
        {"seed.drawn": {"shares": []}},
        {"battery.ordered": {"court_commitment": HEX}},
        {"battery.ordered": {"plan": HEX}},
        {"battery.ordered": {"codes": ["d" * 64]}},
        {"battery.ordered": {"codes": []}},
        {"committed": {"commitment": HEX}},
        {"committed": {"side": "court"}},
        {"revealed": {"share": HEX}},
        {"opened": {"court": "court-2"}},
        {"opened": {"respondent": {"version": "v-9"}}},
        {"opened": {"claimant": 7}},
        {"filed": {"side": "claimant"}},
        {"ruled": {"outcome": "dismissed"}},
        {"ruled": {"outcome": "not_upheld"}},
        {"ruled": {"outcome": "pardoned"}},
        {"ruled": {"findings": []}},
        {"heard": {"findings": []}},
        {"heard": {"findings": [1]}},
        {"heard": {"findings": {"one": heard}}},
    ]
    lies += [
        {"heard": {"findings": [{**heard, name: value}]}}
        for name, value in {
            "alpha": 0.01,
            "finding": "not_shown",
            "statement": "Shown.",
            "result": "r-2",
            "statement_sha256": HEX,
            "spec_digest": HEX,
            "test": 3,
            "more": 1,
            "measured": "",
        }.items()
    ]
    for lie in lies:
        yield docket_of(SmallLog(), lies=lie)
    yield docket_of(SmallLog(), rate=0.02, lies={"ruled": {"outcome": "upheld"}})
    lies = [
        {"battery.agreed": {"side": "claimant"}},
        {"battery.agreed": {"side": "court"}},
        {"battery.agreed": {"draw_by": "2026-12-13T00:00:00Z"}},
        {"battery.agreed": {"plan": HEX}},
        {"battery.agreed": {"court_commitment": HEX}},
        {"battery.proposed": {"plan": HEX}},
        {"battery.proposed": {"side": "court"}},
        {"battery.ordered": {"plan": HEX}},
        {"committed": {"commitment": HEX}},
        {"heard": {"findings": []}},
        {"heard": {"findings": [heard]}},
        {"ruled": {"outcome": "dismissed"}},
        {"ruled": {"findings": [heard]}},
    ]
    for lie in lies:
        yield docket_of_two(SmallLog(), lies=lie)


def _findings(docket: Docket) -> list[dict[str, Json]]:
    _, entries = page_proof_read(docket.proof)
    (told,) = (
        one.value
        for entry in entries
        for one in entry.openings
        if one.path == "findings" and b"dispute.heard" in entry.entry
    )
    return told  # type: ignore[return-value]


def flipped() -> Iterator[bytes]:
    """One bit of a file changed, or of a summary's parts another's; some cut short."""
    draw = random.Random(8)  # noqa: S311
    mine, theirs = summary_in(LOG), summary_in(OTHER, FAILED)
    yield summary_build(replace(mine, place=theirs.place))
    yield summary_build(replace(mine, envelope=theirs.envelope))
    yield summary_build(theirs)
    assert mine.place is not None
    astray = replace(mine.place.proof, hashes=(bytes(32), *mine.place.proof.hashes[1:]))
    yield summary_build(replace(mine, place=replace(mine.place, proof=astray)))
    statement = mine.envelope.payload
    for old, new in LIES:
        assert old in statement
        changed = signed(PAYLOAD_TYPE, statement.replace(old, new), [LOG.attestor])
        yield summary_build(replace(mine, envelope=changed))
    for good in (docket_build(shown()), summary_build(mine)):
        yield good[:-1]
        for _ in range(FLIPS):
            flip = bytearray(good)
            flip[draw.randrange(len(good))] ^= 1 << draw.randrange(7)
            yield bytes(flip)


def test_the_law_of_disputes_is_the_same_on_both_sides(page: Page) -> None:
    moves, outcomes, findings, sides, steps = page.evaluate(LAW)
    table = {old.value: {new.value for new in to} for old, to in DISPUTE_MOVES.items()}
    assert {old: set(to) for old, to in moves.items()} == table
    assert set(outcomes) == {one.value for one in RulingOutcome}
    assert set(findings) == {one.value for one in LineageFinding}
    assert set(sides) == {one.value for one in Side}
    assert set(steps) == {one.value for one in STEPS}


def test_figures_are_written_as_python_writes_them(page: Page) -> None:
    draw = random.Random(8)  # noqa: S311
    numbers = [draw.uniform(-1, 1) * 10.0 ** draw.randint(-12, 12) for _ in range(NUMBERS)]
    numbers += [draw.randrange(1 << 20) / (1 << draw.randrange(24)) for _ in range(NUMBERS)]  # ties
    numbers += [0.0, -0.0, 0.1, 99.9, 9999.5, 0.00099995, 1e22, 5e-324, 95.0, -300, 100000.5]
    assert all(map(math.isfinite, numbers))
    said = page.evaluate(WRITTEN, numbers)
    assert said == [[f"{one:.4g}", f"{one:g}"] for one in numbers]


def test_a_docket_and_a_summary_are_checked_where_they_are_dropped(
    page: Page, tmp_path: Path
) -> None:
    check(page, docket_build(shown()), POLICY, tmp_path, name="dispute.docket.zip")
    expect(page.get_by_role("status")).to_contain_text("Every proof holds.")
    expect(page.get_by_role("status")).to_contain_text("Not checked here: results.")
    expect(page.get_by_text("upheld, as what was heard allows")).to_be_visible()
    page.goto("/verify/")
    check(page, summary_build(summary_in(LOG)), POLICY, tmp_path, name="summary.dsse.json")
    expect(page.get_by_role("status")).to_contain_text("Verified.")
    expect(page.get_by_text("urn:assay:policy:house-baseline@1", exact=False)).to_be_visible()


def test_what_only_ml_dsa_proves_within_a_docket_is_left_to_the_command(
    page: Page, tmp_path: Path
) -> None:
    classical = str(LOG.keys[0].key).encode()
    policy = b"".join(line for line in LOG.policy.splitlines(True) if classical not in line)
    check(page, docket_build(shown()), policy, tmp_path, name="dispute.docket.zip")
    expect(page.get_by_role("status")).to_contain_text("Not verified here.")
    steps = docket_verify(docket_build(shown()), trust_read(policy))
    assert all(one.outcome is not Outcome.BROKEN for one in steps)
