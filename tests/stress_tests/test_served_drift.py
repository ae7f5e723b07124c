"""``provenance.served_drift`` against real servers over tiny models."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from compliance.domain.errors import InvalidInputError, NotTestableError
from compliance.domain.items import Score
from compliance.domain.specs import ShardSpec, Subject
from compliance.domain.verdicts import judge
from compliance.domain.vocabulary import Verdict
from tests.serving import serving
from tests.stress_tests.conftest import Assay
from tests.stress_tests.held import held
from tests.stress_tests.letter_endpoint import LetterEndpoint, LetterModel
from workers.backends.loading import open_backend
from workers.catalogue import find, validity
from workers.execution import Execution, NullSink, execute
from workers.stress_tests.provenance.served_drift import served_drift

NAME = "provenance.served_drift"
FIRST, SECOND = LetterModel(0), LetterModel(1)
FEW = {"prompts": 6, "samples": 8}
DIGEST = "d" * 64
Stream = tuple[tuple[Score, ...], ...]


@pytest.fixture(scope="module")
def endpoint() -> Iterator[LetterEndpoint]:
    with serving(LetterEndpoint(FIRST)) as server:
        yield server


@pytest.fixture(autouse=True)
def as_registered(endpoint: LetterEndpoint) -> None:
    endpoint.model = FIRST


@pytest.fixture(scope="module")
def served_tiny(tiny: Path) -> Iterator[str]:
    """The address of a server over the tiny model, up to the path."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.stress_tests.endpoint_server", str(tiny)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout is not None
    yield f"http://127.0.0.1:{int(process.stdout.readline())}/v1"
    process.terminate()
    process.wait()


def looked(url: str, earlier: Stream = (), *, weights: Path | None = None) -> Execution:
    """One more look at the endpoint."""
    references = () if weights is None else (held("tiny", weights),)
    spec = ShardSpec(
        test=served_drift.spec(**FEW, reference=references[0].weights_digest if references else ""),
        seed=7,
        subject=Subject("endpoint", url),
        references=references,
        earlier=earlier,
    )
    backend = open_backend(spec.subject, references, allow_internal=True)
    return execute(spec, backend, NullSink())


def evidence(found: Execution) -> Verdict:
    """What the evidence alone says: a report whose size does not hold makes the test a lead."""
    return judge(replace(found.estimate, lead=False))


def stream(url: str, looks: int) -> Stream:
    return tuple(looked(url).scores for _ in range(looks))


def test_the_first_look_shows_nothing(endpoint: LetterEndpoint) -> None:
    found = looked(f"{endpoint.url}/v1")
    assert found.verdict is Verdict.INCONCLUSIVE
    assert "first look" in found.estimate.caveats[0]
    assert found.estimate.upper == 1.0


def test_the_same_model_is_not_called_changed(endpoint: LetterEndpoint) -> None:
    found = looked(f"{endpoint.url}/v1", stream(f"{endpoint.url}/v1", 3))
    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.estimate.caveats[0].startswith("Not shown")
    assert [part.n for part in found.estimate.parts] == [3, 3]
    assert found.estimate.parts[1].value == 0.0
    assert found.environment["earlier_runs"] == 3


def test_a_look_of_which_an_answer_was_erased_is_left_out_and_said_to_be(
    endpoint: LetterEndpoint,
) -> None:
    first, second, third = stream(f"{endpoint.url}/v1", 3)
    gone = replace(second[0], answer="", detail=second[0].outcome()["detail"])
    found = looked(f"{endpoint.url}/v1", (first, (gone, *second[1:]), third))
    assert found.verdict is Verdict.INCONCLUSIVE
    assert [part.n for part in found.estimate.parts] == [2, 2]
    (told,) = [one for one in found.estimate.caveats if one.startswith("Left out")]
    assert told.startswith("Left out: 1 earlier looks")
    assert found.environment["earlier_runs"] == 3


def test_another_model_behind_the_same_address_is_called_changed(endpoint: LetterEndpoint) -> None:
    before = stream(f"{endpoint.url}/v1", 2)
    endpoint.model = SECOND
    after = stream(f"{endpoint.url}/v1", 1)
    found = looked(f"{endpoint.url}/v1", before + after)
    assert evidence(found) is Verdict.VIOLATING
    assert found.estimate.caveats[0].startswith("Served model changed: ")
    assert found.estimate.value > found.estimate.claim.limit
    measured = validity(find(NAME, 1))
    assert measured is not None
    assert found.estimate.lead is not measured["size_holds"]


def test_without_log_probabilities_answers_alone_speak(endpoint: LetterEndpoint) -> None:
    url = f"{endpoint.url}/mute"
    before = stream(url, 3)
    endpoint.model = SECOND
    found = looked(url, before + stream(url, 1))
    assert evidence(found) is Verdict.VIOLATING
    assert found.estimate.parts[1].n == 0
    assert any("gives no log-probabilities" in one for one in found.estimate.caveats)


def test_the_registered_weights_are_asked_beside(served_tiny: str, tiny: Path) -> None:
    found = looked(served_tiny, weights=tiny)
    assert found.verdict is Verdict.INCONCLUSIVE
    assert [part.n for part in found.estimate.parts] == [0, 0, 1, 1]
    assert found.estimate.parts[3].value == 0.0
    assert all(0.0 < float(str(one.detail["rank"])) < 1.0 for one in found.scores)


def test_other_weights_than_the_registered_ones_are_found_without_a_past(
    endpoint: LetterEndpoint, tiny: Path
) -> None:
    before = (looked(f"{endpoint.url}/v1", weights=tiny).scores,)
    found = looked(f"{endpoint.url}/v1", before, weights=tiny)
    assert evidence(found) is Verdict.VIOLATING


def test_each_look_draws_its_seeds_anew() -> None:
    procedure = served_drift.build(FEW)
    first, second = (
        procedure.items(np.random.Generator(np.random.PCG64(seed)))[0] for seed in ([7, 1], [7, 2])
    )
    assert first.id == second.id
    assert first.payload["seed"] != second.payload["seed"]


def test_a_run_that_did_not_ask_everything_is_no_look(endpoint: LetterEndpoint) -> None:
    whole = looked(f"{endpoint.url}/v1").scores
    conclude = served_drift.build(FEW).conclude_after
    assert conclude is not None
    found = conclude((whole, whole[:3]), whole[:4])
    assert found.parts[0].n == 0
    assert "so it is no look" in " ".join(found.caveats)


def test_a_look_without_log_probabilities_is_no_evidence_about_them(
    endpoint: LetterEndpoint,
) -> None:
    before = stream(f"{endpoint.url}/v1", 1) + stream(f"{endpoint.url}/mute", 1)
    found = looked(f"{endpoint.url}/v1", before)
    assert [part.n for part in found.estimate.parts] == [2, 1]


def test_weights_that_are_held_are_referred_to_their_digest(tiny: Path) -> None:
    spec = ShardSpec(served_drift.spec(**FEW), 7, Subject("tiny", str(tiny)))
    with pytest.raises(NotTestableError, match="weights_digest"):
        execute(spec, open_backend(spec.subject), NullSink())


def test_a_reference_that_is_not_at_hand_is_not_testable(endpoint: LetterEndpoint) -> None:
    subject = Subject("endpoint", f"{endpoint.url}/v1")
    spec = ShardSpec(served_drift.spec(**FEW, reference=DIGEST), 7, subject)
    with pytest.raises(NotTestableError, match="no reference is registered"):
        execute(spec, open_backend(subject, allow_internal=True), NullSink())


def test_a_stream_ends(endpoint: LetterEndpoint) -> None:
    conclude = served_drift.build({**FEW, "earlier": 1}).conclude_after
    assert conclude is not None
    one = looked(f"{endpoint.url}/v1").scores
    with pytest.raises(NotTestableError, match="had its 1 looks"):
        conclude((one, one), one)


@pytest.mark.parametrize(
    "wrong", [{"samples": 2}, {"prompts": 25}, {"tolerance": 0.0}, {"earlier": 0}, {"alpha": 1.0}]
)
def test_parameters_out_of_range_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(InvalidInputError):
        served_drift.build(wrong)


def test_the_terminal_follows_a_stream(
    endpoint: LetterEndpoint, tmp_path: Path, assay: Assay
) -> None:
    argv = ["run", NAME, "--model", f"{endpoint.url}/v1", "--allow-internal", "--json"]
    first = assay(*argv)
    assert first.status == 3
    kept = tmp_path / "first.json"
    kept.write_text(first.out)
    second = json.loads(assay(*argv, "--earlier", kept).out)
    assert [part["n"] for part in second["estimate"]["parts"]] == [1, 1]
    kept.write_text(json.dumps(second | {"test": {**second["test"], "name": "safety.refusal"}}))
    refused = assay(*argv, "--earlier", kept)
    assert (refused.status, "it is of safety.refusal" in refused.err) == (2, True)
