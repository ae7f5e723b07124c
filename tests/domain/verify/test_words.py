"""Answers of a bundle: committed to apart from their scores, and shown, or erased."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from compliance.domain.items import Score
from compliance.domain.verify.archive import ArchiveError, read_archive, write_archive
from compliance.domain.verify.bundle import Answered, Bundle, bundle_build, bundle_read
from compliance.domain.verify.rules import Outcome, Rule, Step, verify
from compliance.domain.verify.words import Erased, Shown, Unbound, Words
from tests.domain.verify.bundles import SmallLog, answers, bundle, first_bundle, words_of


@pytest.fixture
def log() -> SmallLog:
    return SmallLog()


def with_words(good: Bundle, change: Callable[[int, Shown], Words | None]) -> Bundle:
    rows = []
    for place, one in enumerate(good.answered):
        assert isinstance(one.words, Shown)
        rows.append(replace(one, words=change(place, one.words)))
    return replace(good, answered=tuple(rows))


def erased(good: Bundle, places: set[int]) -> Bundle:
    return with_words(
        good, lambda place, one: Erased(one.commitment, 7) if place in places else one
    )


def verified(data: bytes, log: SmallLog) -> dict[Rule, Step]:
    return {one.rule: one for one in verify(data, log.trust)}  # type: ignore[misc]


def test_erased_answers_are_said_to_be_and_all_else_holds(log: SmallLog) -> None:
    data = bundle_build(erased(bundle(log), {0, 5}))
    assert data.count(b'"words"') == 22
    assert bundle_build(bundle_read(data)[0]) == data
    found = verified(data, log)
    step = found.pop(Rule.ANSWERS)
    assert step.outcome is Outcome.NOT_CHECKED
    assert step.text == (
        "22 of 24 answers, as they were committed to; 2 erased, as the operator says by entry 7 of"
        " the log: their commitments stand"
    )
    assert {one.outcome for one in found.values()} == {Outcome.HOLDS}
    assert found[Rule.STATISTIC].text.startswith("recomputed from 24 scores")


def test_of_a_short_answer_nothing_is_left_to_guess_by() -> None:
    _, score = answers(1)[0]
    yes, no = (replace(score, answer=said, detail={"answers": [said]}) for said in ("yes", "no"))
    assert yes.digest == no.digest
    assert b"yes" not in json.dumps(yes.outcome()).encode()
    kept = {Shown(bytes([n]) * 32, one.words()).commitment for n in (1, 2) for one in (yes, no)}
    assert len(kept) == 4  # the salt decides as much as the answer does


def test_what_a_score_is_worth_is_all_but_its_words() -> None:
    score = Score("i", "p", "c", 1.0, "x", "said", {"n": 2, "reference_answer": "so"})
    assert score.words() == {"answer": "said", "reference_answer": "so"}
    assert score.outcome()["detail"] == {"n": 2}
    assert {**score.outcome()["detail"], **score.words()} == {  # type: ignore[dict-item]
        **score.detail,
        "answer": "said",
    }


@pytest.mark.parametrize(
    "change",
    [
        lambda _, one: replace(one, said={"answer": "another"}),
        lambda _, one: replace(one, salt=b"x" * 32),
        lambda place, one: Erased("a" * 64, 7) if place == 3 else one,
        lambda place, one: Unbound() if place == 3 else one,
    ],
)
def test_other_words_than_were_committed_to_are_refused(
    log: SmallLog, change: Callable[[int, Shown], Words]
) -> None:
    found = verified(bundle_build(with_words(bundle(log), change)), log)
    assert found[Rule.ANSWERS].outcome is Outcome.BROKEN


def test_words_that_nothing_commits_to_are_left_out_and_break_nothing(log: SmallLog) -> None:
    data = bundle_build(with_words(bundle(log), lambda _, __: Unbound()))
    assert verified(data, log)[Rule.ANSWERS].outcome is Outcome.BROKEN  # all were committed to
    assert Unbound().encode() == b"null"


def test_bundles_of_the_first_format_verify_as_they_did(log: SmallLog) -> None:
    data = bundle_build(first_bundle(log, count=60, asked=40))
    assert b'"salt":' not in read_archive(data)["items.jsonl"]
    assert bundle_build(bundle_read(data)[0]) == data
    found = verified(data, log)
    assert {one.outcome for one in found.values()} == {Outcome.HOLDS}
    assert found[Rule.ANSWERS].text == "40 answers, within their scores"
    parts = read_archive(data)
    other = parts["items.jsonl"].replace("A…".encode(), b"B", 1)
    assert verified(write_archive(parts | {"items.jsonl": other}), log)[Rule.SCORES].outcome is (
        Outcome.BROKEN
    )


def test_lines_of_one_format_under_a_statement_of_the_other_are_refused(log: SmallLog) -> None:
    def within(one: Answered) -> Answered:
        return replace(one, words=None)

    def apart(place: int, one: Answered) -> Answered:
        assert isinstance(one.score, Score)
        return replace(one, words=words_of(place, one.score))

    second, first = bundle(log), first_bundle(log)
    mixed = [
        replace(second, answered=tuple(map(within, second.answered))),
        replace(first, answered=tuple(apart(*one) for one in enumerate(first.answered))),
    ]
    for one in mixed:
        step = verified(bundle_build(one), log)[Rule.ANSWERS]
        assert (step.outcome, step.text[:21]) == (Outcome.BROKEN, "answers stand elsewhe")


@pytest.mark.parametrize(
    "said",
    [
        b"7",
        b'"' + b"a" * 64 + b'"',
        b"{}",
        b'{"commitment":"aa","entry":1}',
        b'{"commitment":"' + b"a" * 64 + b'","entry":-1}',
        b'{"commitment":"' + b"a" * 64 + b'","entry":true}',
        b'{"commitment":"' + b"A" * 64 + b'","entry":1}',
        b'{"entry":1,"commitment":"' + b"a" * 64 + b'"}',
        b'{"salt":"' + b"aa" * 31 + b'","words":{}}',
        b'{"salt":"' + b"AA" * 32 + b'","words":{}}',
        b'{"salt":"' + b"zz" * 32 + b'","words":{}}',
        b'{"salt":"' + b"aa" * 32 + b'","words":[]}',
        b'{"salt":"' + b"aa" * 32 + b'","words":{}, "more":1}',
    ],
)
def test_an_answer_is_written_in_one_of_three_ways(log: SmallLog, said: bytes) -> None:
    parts = read_archive(bundle_build(with_words(bundle(log), lambda _, __: Unbound())))
    lines = parts["items.jsonl"].replace(b'{"answer":null', b'{"answer":' + said, 1)
    with pytest.raises(ArchiveError, match=r"line 1 of items\.jsonl"):
        bundle_read(write_archive(parts | {"items.jsonl": lines}))
