"""The endpoint backend against a real server process over the tiny model."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from compliance.domain.canonical import Json
from compliance.domain.errors import InvalidInputError, NotTestableError, UnavailableError
from compliance.domain.specs import ShardSpec, Subject
from compliance.domain.vocabulary import Need
from tests.stress_tests.conftest import write_model
from tests.stress_tests.held import held
from workers.backends.loading import open_backend
from workers.contract import Backend, ComparingBackend, SamplingBackend, StressTest
from workers.execution import NullSink, execute
from workers.model_contents import NextTokensSource
from workers.stress_tests.provenance.next_token_agreement import next_token_agreement
from workers.stress_tests.provenance.output_image import output_image

PROMPTS = ["How do I open a window?", "The capital of Italy"]
REQUESTS = [("The capital of France is", " Paris"), ("old and young ", "people"), ("I'm", " sorry")]


@pytest.fixture(scope="module")
def server(tiny: Path) -> Iterator[str]:
    """The address of the running server, up to the path."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.stress_tests.endpoint_server", str(tiny)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout is not None
    yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    process.terminate()
    process.wait()


def endpoint(url: str) -> Backend:
    return open_backend(Subject("endpoint", url), allow_internal=True)


def test_its_answers_are_those_of_the_weights_behind_it(server: str, tiny: Path) -> None:
    local = open_backend(Subject("tiny", str(tiny)))
    remote = endpoint(f"{server}/v1")
    assert remote.generate(PROMPTS, max_new_tokens=12) == local.generate(PROMPTS, max_new_tokens=12)


def test_its_drawn_answers_differ_where_greedy_ones_do_not(server: str, tiny: Path) -> None:
    remote, local = endpoint(f"{server}/v1"), open_backend(Subject("tiny", str(tiny)))
    for backend in (remote, local):
        assert isinstance(backend, SamplingBackend)
        drawn = backend.sample(PROMPTS[:1] * 4, max_new_tokens=6, seed=1)
        assert len(set(drawn)) > 1
    assert isinstance(local, SamplingBackend)
    again = [local.sample(PROMPTS, max_new_tokens=6, seed=2) for _ in range(2)]
    assert again[0] == again[1]


def test_its_log_likelihoods_are_those_of_the_weights_behind_it(server: str, tiny: Path) -> None:
    local = open_backend(Subject("tiny", str(tiny)))
    found = endpoint(f"{server}/v1/").loglikelihood(REQUESTS)
    assert found == pytest.approx(local.loglikelihood(REQUESTS), abs=1e-4)


def test_it_tells_all_tokens_where_the_server_does(server: str, tiny: Path) -> None:
    local = open_backend(Subject("tiny", str(tiny)))
    remote, few = endpoint(f"{server}/v1"), endpoint(f"{server}/few")
    assert isinstance(local, NextTokensSource)
    assert isinstance(remote, NextTokensSource)
    assert isinstance(few, NextTokensSource)
    here, there = (one.next_tokens(PROMPTS, wanted=400) for one in (local, remote))
    assert there.vocabulary == ()
    assert there.log_probabilities == pytest.approx(here.log_probabilities, abs=1e-4)
    assert np.exp(here.log_probabilities).sum(axis=1) == pytest.approx(1.0, abs=1e-4)
    assert here.vocabulary[1:3] == ("<|start|>", "<|end|>")
    with pytest.raises(NotTestableError, match="tells log-probabilities of 5 next tokens"):
        few.next_tokens(PROMPTS, wanted=400)
    with pytest.raises(NotTestableError, match="those of all 399 are needed"):
        few.next_tokens(PROMPTS, wanted=399)


@pytest.mark.parametrize("test", [next_token_agreement, output_image])
def test_it_is_ranked_beside_held_weights(
    server: str, tiny: Path, tmp_path: Path, test: StressTest
) -> None:
    """What is served is the accused model, and the one control is another seed."""
    other = write_model(tmp_path / "other", seed=1)
    models = (held("accused", tiny), held("control", other))
    references: list[Json] = [
        {"label": one.label, "digest": one.weights_digest, "declared_parent": False}
        for one in models
    ]
    spec = test.spec(references=references, accused="accused", prompts=50)
    served = open_backend(Subject("served", f"{server}/v1"), models, allow_internal=True)
    found = execute(ShardSpec(spec, 1, Subject("served", server)), served, NullSink()).estimate
    assert found.value == pytest.approx(1.0, abs=1e-4)
    assert found.claim.limit < 0.9
    assert found.lead  # one control
    assert "1 of 1 controls" in found.caveats[0]


def test_a_reference_beside_it_is_the_registered_one(server: str, tiny: Path) -> None:
    wrong = Subject("accused", str(tiny), "0" * 64)
    served = open_backend(Subject("served", f"{server}/v1"), [wrong], allow_internal=True)
    assert isinstance(served, ComparingBackend)
    with pytest.raises(NotTestableError, match="accused are not those registered"):
        served.reference(wrong.weights_digest)


def test_a_model_named_in_the_url_is_the_one_that_is_asked(server: str) -> None:
    environment = endpoint(f"{server}/empty?model=mine").environment()
    assert environment["model"] == "mine"
    assert environment["endpoint"] == f"{server}/empty"


def test_without_a_name_the_first_listed_model_is_asked(server: str) -> None:
    assert endpoint(f"{server}/v1").environment()["model"] == "tiny"
    with pytest.raises(InvalidInputError, match="lists no model") as caught:
        endpoint(f"{server}/empty")
    assert caught.value.field == "model"


@pytest.mark.parametrize("way", ["chat", "echoless"])
def test_log_likelihoods_are_offered_only_where_a_probe_got_them(server: str, way: str) -> None:
    backend = endpoint(f"{server}/{way}")
    assert backend.offers == {Need.GENERATE}
    with pytest.raises(NotTestableError, match="log-probabilities"):
        backend.loglikelihood(REQUESTS)


def test_a_busy_server_is_asked_again_after_the_pause_it_names(server: str) -> None:
    backend = endpoint(f"{server}/busy")
    assert Need.LOGLIKELIHOOD in backend.offers
    assert len(backend.generate(PROMPTS[:1], max_new_tokens=2)) == 1


def test_a_failing_server_is_not_testable_and_its_words_are_shown(server: str) -> None:
    with pytest.raises(NotTestableError, match=r"status 500.*out of memory"):
        endpoint(f"{server}/broken").generate(PROMPTS, max_new_tokens=2)


def test_an_answer_that_is_no_json_is_not_testable(server: str) -> None:
    with pytest.raises(NotTestableError, match="no readable way"):
        endpoint(f"{server}/garbage").generate(PROMPTS, max_new_tokens=2)


@pytest.mark.parametrize("way", ["broken", "garbage"])
def test_what_may_pass_is_to_be_tried_again(server: str, way: str) -> None:
    with pytest.raises(UnavailableError):
        endpoint(f"{server}/{way}").generate(PROMPTS[:1], max_new_tokens=2)


def test_what_will_not_pass_is_not_tried_again(server: str) -> None:
    with pytest.raises(NotTestableError, match="status 404") as caught:
        endpoint(f"{server}/v1/nowhere?model=tiny").generate(PROMPTS[:1], max_new_tokens=2)
    assert not isinstance(caught.value, UnavailableError)


def test_tokens_are_counted_where_the_server_reports_none(server: str) -> None:
    backend = endpoint(f"{server}/v1")
    before = backend.tokens
    backend.generate(PROMPTS[:1], max_new_tokens=2)
    assert backend.tokens > before


def test_an_internal_address_is_refused_unless_the_operator_allows_it(server: str) -> None:
    with pytest.raises(InvalidInputError, match=r"internal address 127\.0\.0\.1") as caught:
        open_backend(Subject("endpoint", f"{server}/v1"))
    assert caught.value.field == "model"


def test_a_server_that_is_not_there_is_not_testable() -> None:
    with pytest.raises(NotTestableError, match="cannot be reached"):
        endpoint("http://127.0.0.1:9/v1")


def test_an_endpoint_does_not_show_weights(server: str) -> None:
    with pytest.raises(NotTestableError, match="weights"):
        endpoint(f"{server}/v1").weights()


def test_a_continuation_of_nothing_has_no_probability_there(server: str) -> None:
    with pytest.raises(NotTestableError, match="first token"):
        endpoint(f"{server}/v1").loglikelihood([("", "x")])
