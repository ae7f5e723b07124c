"""``provenance.training_order``: the logic of the procedure; real models are in its study."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from compliance.domain.canonical import Json
from compliance.domain.errors import InvalidInputError, NotTestableError
from compliance.domain.specs import ShardSpec, Subject
from compliance.domain.vocabulary import Verdict
from tests.stress_tests.conftest import Assay
from tests.stress_tests.scripted import ScriptedBackend
from workers.execution import Execution, NullSink, execute
from workers.stress_tests.provenance.training_order import training_order

NAME = "provenance.training_order"
TRANSCRIPT: list[Json] = [
    {"prefix": f"Passage {step}", "text": f" goes on as {step}"} for step in range(200)
]


def remembering(strength: float) -> ScriptedBackend:
    """Later passages are likelier by ``strength`` a step, beside noise of its own."""
    noise = np.random.default_rng(0).normal(size=200)

    def likely(prefix: str, text: str) -> float:
        step = int(prefix.removeprefix("Passage "))
        return float(noise[step] + strength * step) - len(text)

    return ScriptedBackend(loglikelihood=likely)


def asked(backend: ScriptedBackend, **parameters: Json) -> Execution:
    spec = training_order.spec(transcript=TRANSCRIPT, **parameters)
    return execute(ShardSpec(spec, 1, Subject("suspect", "")), backend, NullSink())


def test_a_model_that_remembers_the_order_depends_on_it() -> None:
    found = asked(remembering(0.02))
    assert found.verdict is Verdict.VIOLATING
    assert found.estimate.caveats[0].startswith("Depends on this training run")
    assert 0.0 < found.estimate.lower < found.estimate.value < found.estimate.upper


@pytest.mark.parametrize("strength", [0.0, -0.02])
def test_one_that_does_not_or_the_other_way_round_is_not_called(strength: float) -> None:
    found = asked(remembering(strength))
    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.estimate.caveats[0].startswith("Not shown")


def test_the_same_scores_give_the_same_evidence() -> None:
    first, second = (asked(remembering(0.01)).estimate for _ in range(2))
    assert first == second


def test_a_budget_leaves_passages_of_every_time() -> None:
    items = training_order.build({"transcript": TRANSCRIPT}).items(np.random.default_rng(0))
    early = [int(str(item.payload["step"])) for item in items[:60]]
    assert min(early) < 20
    assert max(early) > 180


def test_too_few_passages_are_not_testable() -> None:
    spec = ShardSpec(training_order.spec(transcript=TRANSCRIPT[:49]), 1, Subject("s", ""))
    with pytest.raises(NotTestableError, match="49 passages"):
        execute(spec, remembering(0.0), NullSink())


def test_a_reference_that_cannot_be_asked_is_not_testable() -> None:
    with pytest.raises(NotTestableError, match="no other model"):
        asked(remembering(0.0), reference="d" * 64)


@pytest.mark.parametrize(
    ("transcript", "problem"),
    [
        ([{"prefix": "a"}], "entry 0 is no object"),
        ([{"prefix": " ", "text": "b"}], "empty prefix"),
        (["a"], "entry 0 is no object"),
    ],
)
def test_a_malformed_transcript_is_refused(transcript: list[Json], problem: str) -> None:
    with pytest.raises(InvalidInputError, match=problem):
        training_order.build({"transcript": transcript})


def test_the_terminal_reads_a_transcript_from_a_file(
    tiny: Path, tmp_path: Path, assay: Assay
) -> None:
    path = tmp_path / "transcript.json"
    path.write_text(json.dumps(TRANSCRIPT[:60]))
    ended = assay("run", NAME, "--model", tiny, "--set", f"transcript=@{path}", "--json")
    assert ended.status == 3, ended.err
    assert json.loads(ended.out)["planned"] == 60
    missing = assay("run", NAME, "--model", tiny, "--set", "transcript=@nowhere.json")
    assert (missing.status, "nowhere.json" in missing.err) == (2, True)
