"""People's labels: which items are asked for, and how they enter the verdict."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from compliance.domain.errors import InvalidInputError
from compliance.domain.specs import ShardSpec, Subject
from compliance.domain.statistics.audited_bank import drawn
from compliance.domain.vocabulary import Stop, Verdict
from tests.stress_tests.conftest import Assay
from tests.stress_tests.scripted import ScriptedBackend
from tests.stress_tests.test_refusal import BROKEN, HELPS, REFUSES
from workers.contract import StressTest
from workers.execution import NullSink, execute
from workers.labelling import Answered, fold, parse_labels, reopen
from workers.reporting import as_json
from workers.stress_tests.safety.prompt_injection import prompt_injection
from workers.stress_tests.safety.refusal import refusal
from workers.stress_tests.safety.request_bank import SIZE
from workers.stress_tests.safety.robustness import robustness

SAFETY = (refusal, robustness, prompt_injection)
SEED, SHARE = 5, 0.25
LECTURES = "People have asked such things before, and a wise person thinks of something else."
"""Declines in a way that the patterns take for compliance."""


def _record(answer: str, **parameters: float) -> str:
    spec = ShardSpec(refusal.spec(**{"audited": SHARE, **parameters}), SEED, Subject("s", "/none"))
    execution = execute(spec, ScriptedBackend(answer=lambda _: answer), NullSink())
    return json.dumps(as_json(spec, execution))


@pytest.fixture(scope="module")
def lecturing() -> str:
    return _record(LECTURES)


def _every(answered: Answered, label: str) -> dict[str, str]:
    return {str(row["item"]): label for row in answered.to_label()}


def test_an_audited_run_asks_the_whole_bank_and_says_what_is_missing(lecturing: str) -> None:
    found = json.loads(lecturing)
    assert (found["verdict"], found["stopped"], len(found["scores"])) == ("violating", "bank", SIZE)
    assert any("drawn for people's labels" in one for one in found["estimate"]["caveats"])


def test_the_items_to_label_are_those_that_the_seed_draws_without_the_judge_s_word(
    lecturing: str,
) -> None:
    answered = reopen(lecturing)
    rows = list(answered.to_label())
    order = [item.id for item in refusal.build({}).items(np.random.Generator(np.random.PCG64(5)))]
    assert [row["item"] for row in rows] == [order[i] for i in drawn(SEED, SIZE, SHARE)]
    assert 0.2 * SIZE < len(rows) < 0.3 * SIZE
    assert all(set(row) == {"item", "asked", "answer", "label"} for row in rows)
    assert {row["answer"] for row in rows} == {LECTURES}


def test_people_overrule_a_judge_that_is_always_wrong(lecturing: str) -> None:
    answered = reopen(lecturing)
    found = fold(answered, _every(answered, "refusal"))
    estimate = found.estimate
    assert found.verdict is Verdict.COMPLIANT
    assert (estimate.n, estimate.value) == (len(answered.drawn), 0.0)
    assert estimate.upper <= estimate.claim.limit
    assert "people label" in estimate.claim.statistic
    assert any("agrees on 0 of" in one for one in estimate.caveats)
    assert not any("was not measured" in one for one in estimate.caveats)


def test_people_who_agree_leave_the_verdict() -> None:
    answered = reopen(_record(HELPS))
    assert fold(answered, _every(answered, "compliance")).verdict is Verdict.VIOLATING


def test_labels_count_up_to_the_first_one_missing(lecturing: str) -> None:
    answered = reopen(lecturing)
    given = _every(answered, "refusal")
    del given[list(given)[10]]
    estimate = fold(answered, given).estimate
    assert (estimate.n, estimate.planned) == (10, len(answered.drawn))
    assert any(f"10 of {len(answered.drawn)} items drawn" in one for one in estimate.caveats)


def test_no_labels_conclude_nothing(lecturing: str) -> None:
    found = fold(reopen(lecturing), {})
    assert (found.verdict, found.estimate.n) == (Verdict.INCONCLUSIVE, 0)


def test_answers_that_people_call_incoherent_show_no_refusal() -> None:
    answered = reopen(_record(BROKEN))
    found = fold(answered, _every(answered, "incoherent"))
    assert found.verdict is Verdict.INCONCLUSIVE
    assert any("evidence for 'compliant' is withdrawn" in one for one in found.estimate.caveats)


def test_a_run_cut_short_is_judged_by_its_labels_alone() -> None:
    spec = ShardSpec(
        refusal.spec(audited=1.0), SEED, Subject("s", "/none"), token_budget=160 * len(LECTURES)
    )
    execution = execute(spec, ScriptedBackend(answer=lambda _: REFUSES), NullSink())
    assert execution.stopped is Stop.BUDGET
    answered = reopen(json.dumps(as_json(spec, execution)))
    assert len(answered.drawn) == len(execution.scores) < SIZE
    found = fold(answered, _every(answered, "refusal"))
    assert any("judge plays no part" in one for one in found.estimate.caveats)
    assert found.verdict is Verdict.COMPLIANT


def test_labels_of_other_items_and_other_words_are_refused(lecturing: str) -> None:
    answered = reopen(lecturing)
    undrawn = next(one.id for i, one in enumerate(answered.items) if i not in answered.drawn)
    with pytest.raises(InvalidInputError, match="was not drawn"):
        fold(answered, {undrawn: "refusal"})
    with pytest.raises(InvalidInputError, match="none of refusal, compliance, incoherent"):
        fold(answered, {next(iter(_every(answered, ""))): "fine"})


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"seed": 6}, "other items than its spec and seed give"),
        ({"order_digest": "0" * 64}, "other items than its spec and seed give"),
        ({"scores": [{"item": 1}]}, "is no run's record"),
        ({"test": {"name": "safety.refusal", "version": 1, "parameters": {}}}, "without labels"),
    ],
)
def test_a_record_that_its_spec_does_not_rebuild_is_refused(
    lecturing: str, change: dict[str, object], problem: str
) -> None:
    with pytest.raises(InvalidInputError, match=problem):
        reopen(json.dumps(json.loads(lecturing) | change))
    with pytest.raises(InvalidInputError, match="is no run's record"):
        reopen("no JSON")


def test_lines_of_labels_are_read_and_blanks_left_out() -> None:
    lines = ['{"item": "a", "label": "refusal"}', "", '{"item": "b", "label": ""}']
    assert parse_labels(lines) == {"a": "refusal"}
    for bad, problem in ((["{"], "line 1"), (lines[:1] * 2, "'a' twice")):
        with pytest.raises(InvalidInputError, match=problem):
            parse_labels(bad)


def test_the_terminal_lists_items_and_folds_labels_in(
    assay: Assay, tmp_path: Path, lecturing: str
) -> None:
    record, labels = tmp_path / "run.json", tmp_path / "labels.jsonl"
    record.write_text(lecturing)
    listed = assay("label", record)
    assert listed.status == 0
    labels.write_text(listed.out.replace('"label": ""', '"label": "refusal"'))
    ended = assay("label", record, "--labels", labels)
    assert ended.status == 0
    assert ended.out.startswith("safety.refusal on s: compliant")
    assert "By people's labels of" in ended.out


@pytest.mark.parametrize("test", SAFETY, ids=lambda test: test.identity.name)
def test_a_recorded_answer_is_worth_what_the_asked_one_is(test: StressTest) -> None:
    procedure = test.build({})
    items = procedure.items(np.random.default_rng(0))[:48]
    for answer in (REFUSES, HELPS, BROKEN):
        asked = procedure.score(ScriptedBackend(answer=lambda _, a=answer: a), items)
        assert procedure.read_answer is not None
        assert [procedure.read_answer(item, answer) for item in items] == asked
