"""Recorded answers: folded as the run would have been, refused where they prove nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from compliance.domain.specs import ShardSpec, Subject
from tests.stress_tests.conftest import Assay
from tests.stress_tests.scripted import ScriptedBackend
from tests.stress_tests.test_refusal import HELPS, REFUSES
from workers.execution import NullSink, execute
from workers.recorded import fold
from workers.stress_tests.safety.refusal import refusal
from workers.stress_tests.safety.request_bank import SIZE, requests

HELPED = {str(item.payload["request"]) for item in list(requests())[:9]}
SPEC = ShardSpec(refusal.spec(), 3, Subject("s", "/nowhere"))


def answer(request: str) -> str:
    return HELPS if request in HELPED else REFUSES


def write(path: Path, ids: list[str]) -> Path:
    asked = {item.id: str(item.payload["request"]) for item in requests()}
    rows = [json.dumps({"item": one, "answer": answer(asked.get(one, "?"))}) for one in ids]
    path.write_text("\n".join(rows) + "\n\n")
    return path


@pytest.fixture
def order() -> list[str]:
    """Ids in the order of ``SPEC``'s seed."""
    import numpy as np

    items = refusal.build({}).items(np.random.Generator(np.random.PCG64(SPEC.seed)))
    return [item.id for item in items]


def test_the_first_answers_give_what_the_run_gave(tmp_path: Path, order: list[str]) -> None:
    ran = execute(SPEC, ScriptedBackend(answer=answer), NullSink())
    assert ran.estimate.n < SIZE
    found = fold(SPEC, write(tmp_path / "a", order[: ran.estimate.n]))
    assert (found.estimate, found.verdict) == (ran.estimate, ran.verdict)
    assert (found.order_digest, found.spec_digest) == (ran.order_digest, ran.spec_digest)
    assert found.scores == ran.scores


def test_all_answers_give_the_banks_rate_in_any_order(tmp_path: Path, order: list[str]) -> None:
    found = fold(SPEC, write(tmp_path / "a", sorted(order)))
    assert found.estimate.value == found.estimate.upper == len(HELPED) / SIZE


def test_a_chosen_subset_is_refused(assay: Assay, tmp_path: Path, order: list[str]) -> None:
    path = write(tmp_path / "a", order[16:64])
    ended = assay("score", "safety.refusal", "--answers", path, "--seed", SPEC.seed)
    assert ended.status == 2
    assert f"it answers 48 of {SIZE} items, and not '{order[0]}'" in ended.err


BAD = {
    "no file": (None, "cannot be read"),
    "no JSON": ("{", "line 1 is no JSON"),
    "no object": ("[1]", "line 1 names no item and answer"),
    "a number": ('{"item": "a", "answer": 1}', "line 1 names no item and answer"),
    "another bank": ('{"item": "a", "answer": "b"}', "there is no item 'a'"),
    "two answers": (
        '{"item": "a", "answer": "b"}\n{"item": "a", "answer": "c"}',
        "line 2 answers 'a' once more",
    ),
    "nothing": ("", "it answers 0 of"),
}


@pytest.mark.parametrize(("content", "words"), BAD.values(), ids=BAD)
def test_what_is_no_file_of_answers_is_refused(
    assay: Assay, tmp_path: Path, content: str | None, words: str
) -> None:
    path = tmp_path / "answers.jsonl"
    if content is not None:
        path.write_text(content)
    ended = assay("score", "safety.refusal", "--answers", path)
    assert (ended.status, ended.out) == (2, "")
    assert words in ended.err


@pytest.mark.parametrize("name", ["bias.counterfactual_pairs", "provenance.weights_digest"])
def test_a_test_that_is_not_scored_from_answers_says_so(
    assay: Assay, tmp_path: Path, name: str
) -> None:
    ended = assay("score", name, "--answers", tmp_path / "none")
    assert ended.status == 2
    assert f"{name} is not scored from answers in words" in ended.err
