"""The proof of a page: what is changed in it anywhere is found."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from compliance.domain.canonical import canonical_json
from compliance.domain.commitments import Opening
from compliance.domain.verify.page_proof import (
    ProvedEntry,
    page_proof_build,
    page_proof_read,
    page_verify,
)
from compliance.domain.verify.rules import Outcome, Rule, Step
from compliance.verifier.__main__ import Exit, main
from tests.domain.verify.bundles import SmallLog

LOG = SmallLog()


def told(number: int) -> ProvedEntry:
    """An entry of a verdict, opened and proved."""
    openings = [
        Opening("statement", bytes([number]) * 32, f"safety.refusal: violating, 0.2{number}"),
        Opening("run", bytes([number + 100]) * 32, f"run {number}"),
    ]
    entry = canonical_json(
        {
            "type": "verdict.reached",
            "subject": f"run/{number}",
            "commitments": {one.path: one.commitment for one in openings},
        }
    )
    index = LOG.append(entry)
    return ProvedEntry(entry, tuple(openings), LOG.proof(index))


ENTRIES = [told(1), told(2)]
_HEAD = ENTRIES[1].proof.checkpoint
ENTRIES[0] = replace(ENTRIES[0], proof=replace(LOG.proof(ENTRIES[0].proof.index), checkpoint=_HEAD))
GOOD = page_proof_build(about="northwind/assistant", entries=ENTRIES)


def broken(data: bytes) -> Step:
    *_, last = page_verify(data, LOG.trust)
    assert last.outcome is Outcome.BROKEN
    return last


def test_every_entry_is_told_with_what_it_says() -> None:
    steps = list(page_verify(GOOD, LOG.trust))
    assert [step.rule for step in steps] == [Rule.ARCHIVE, Rule.WITNESSES, Rule.ENTRY, Rule.ENTRY]
    assert {step.outcome for step in steps} == {Outcome.HOLDS}
    assert steps[2].text == "2 verdict.reached run/1: safety.refusal: violating, 0.21"
    assert "government.example" in steps[1].text


def test_another_value_is_not_what_the_entry_commits_to() -> None:
    other = GOOD.replace(b"violating, 0.22", b"compliant, 0.02")
    assert broken(other).rule is Rule.ENTRY
    assert "is not what the entry commits to" in broken(other).text


def test_another_entry_is_not_in_the_log() -> None:
    entry = ENTRIES[0].entry.replace(b"run/1", b"run/9")
    forged = page_proof_build(about="x", entries=[replace(ENTRIES[0], entry=entry)])
    assert broken(forged).rule is Rule.INCLUSION


def test_without_the_quorum_nothing_is_proved() -> None:
    lonely = replace(ENTRIES[0], proof=LOG.proof(ENTRIES[0].proof.index, cosigned=(0,)))
    found = broken(page_proof_build(about="x", entries=[lonely]))
    assert (found.rule, "quorum" in found.text) == (Rule.WITNESSES, True)


def test_somebody_elses_log_is_not_trusted() -> None:
    *_, last = page_verify(GOOD, SmallLog(origin="log.example/other", number=50).trust)
    assert (last.rule, last.outcome) == (Rule.WITNESSES, Outcome.BROKEN)


@pytest.mark.parametrize(
    "data",
    [
        b"{",
        b"{}",
        GOOD + b" ",
        GOOD.replace(b"assay/page/v1", b"assay/page/v2"),
        json.dumps(json.loads(GOOD)).encode(),
        GOOD.replace(b'"about"', b'"extra":1,"about"'),
        GOOD.replace(b"c2sp.org/tlog-proof@v1", b"c2sp.org/tlog-proof@v0"),
    ],
)
def test_what_is_written_otherwise_is_refused(data: bytes) -> None:
    assert broken(data).rule is Rule.ARCHIVE


def test_it_is_read_as_it_was_built() -> None:
    assert page_proof_read(GOOD) == ("northwind/assistant", ENTRIES)


def test_the_command_knows_a_page_from_a_bundle(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, policy = tmp_path / "page.json", tmp_path / "policy.txt"
    file.write_bytes(GOOD)
    policy.write_bytes(LOG.policy)
    assert main([str(file), "--policy", str(policy)]) == Exit.VERIFIED
    assert "safety.refusal: violating, 0.22" in capsys.readouterr().out
    file.write_bytes(GOOD.replace(b"0.22", b"0.02"))
    assert main([str(file), "--policy", str(policy)]) == Exit.BROKEN
