"""Answers kept on disk: an unchanged model is not asked the same twice, and says so."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from compliance.domain.errors import InvalidInputError
from compliance.domain.specs import ShardSpec, Subject
from tests.stress_tests.conftest import Assay, write_model
from tests.stress_tests.held import held
from workers.backends.answer_store import FILE, AnswerStore, answer_store
from workers.backends.confined.backend import Confined
from workers.backends.kept import KeptModels
from workers.backends.loading import open_backend
from workers.backends.remembering import Remembering
from workers.backends.transformers_local import TransformersLocal
from workers.contract import Backend, ComparingBackend, SamplingBackend
from workers.execution import Execution, NullSink, execute
from workers.model_contents import ActivationsSource, NextTokensSource
from workers.stress_tests.bias.counterfactual_pairs import counterfactual_pairs_1
from workers.stress_tests.safety.refusal import refusal

REQUESTS = [("The capital of France", " is Paris"), ("The capital of France", " is Rome")]


@pytest.fixture
def store(tmp_path: Path) -> AnswerStore:
    return AnswerStore(tmp_path / "answers", 1 << 20)


@pytest.fixture
def opened(store: AnswerStore) -> Callable[[Path], Remembering]:
    """A backend as a fresh process has it: no model in memory."""

    def open_(model: Path) -> Remembering:
        local = TransformersLocal(Subject("m", str(model)), (), kept=KeptModels())
        return Remembering(local, store)

    return open_


def all_kept(said: str) -> bool:
    kept, _, batches, _ = said.split()
    return kept == batches != "0"


def plain(model: Path) -> TransformersLocal:
    return TransformersLocal(Subject("m", str(model)), (), kept=KeptModels())


def test_a_second_run_has_the_same_bits_and_loads_no_model(
    opened: Callable[[Path], Remembering], tiny: Path
) -> None:
    spec = ShardSpec(counterfactual_pairs_1.spec(), 5, Subject("m", str(tiny)), token_budget=15_000)

    def run(backend: Remembering | TransformersLocal) -> Execution:
        return execute(spec, backend, NullSink())

    first_backend, second_backend = opened(tiny), opened(tiny)
    first, second, without = run(first_backend), run(second_backend), run(plain(tiny))
    for found in (second, without):
        assert [one.to_json() for one in found.scores] == [one.to_json() for one in first.scores]
        assert (found.estimate, found.stopped) == (first.estimate, first.stopped)
    batches = len(first.scores) // 56
    assert first.environment["answers_from_store"] == f"0 of {batches} batches"
    assert second.environment["answers_from_store"] == f"{batches} of {batches} batches"
    assert "answers_from_store" not in without.environment
    assert "_pretrained" not in vars(second_backend._inner), "the model was loaded"
    assert second_backend.tokens == first_backend.tokens > 0
    same = {**second.environment, "answers_from_store": ""}
    assert same == {**first.environment, "answers_from_store": ""}


def test_answers_in_words_are_kept_too(opened: Callable[[Path], Remembering], tiny: Path) -> None:
    spec = ShardSpec(refusal.spec(max_new_tokens=4), 5, Subject("m", str(tiny)), token_budget=5_000)
    first, second = (execute(spec, opened(tiny), NullSink()) for _ in range(2))
    assert [one.answer for one in first.scores] == [one.answer for one in second.scores]
    assert all_kept(str(second.environment["answers_from_store"]))


def test_a_set_of_requests_is_the_key_whatever_its_order(
    opened: Callable[[Path], Remembering], tiny: Path
) -> None:
    first, second, other = opened(tiny), opened(tiny), opened(tiny)
    found = first.loglikelihood([*REQUESTS, REQUESTS[0]])
    assert second.loglikelihood(REQUESTS[::-1]) == [found[1], found[0]]
    assert second.environment()["answers_from_store"] == "1 of 1 batches"
    other.loglikelihood(REQUESTS[:1])
    assert other.environment()["answers_from_store"] == "0 of 1 batches"


def test_other_weights_and_other_numerics_are_asked(
    opened: Callable[[Path], Remembering],
    own: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = opened(own).loglikelihood(REQUESTS)
    write_model(own, seed=9)
    changed = opened(own)
    assert changed.loglikelihood(REQUESTS) != found
    assert changed.environment()["answers_from_store"] == "0 of 1 batches"
    elsewhere = opened(own)
    numerics = elsewhere._inner.numerics()
    monkeypatch.setattr(TransformersLocal, "numerics", lambda _: {**numerics, "threads": 77})
    elsewhere.loglikelihood(REQUESTS)
    assert elsewhere.environment()["answers_from_store"] == "0 of 1 batches"


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE answers SET content = X'00'",
        "UPDATE answers SET digest = ''",
        (
            "UPDATE answers SET content = X'7B7D', digest = "
            "'44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a'"
        ),
        "DROP TABLE answers",
    ],
)
def test_a_damaged_entry_is_asked_anew(
    opened: Callable[[Path], Remembering], store: AnswerStore, tiny: Path, damage: str
) -> None:
    found = opened(tiny).loglikelihood(REQUESTS)
    with sqlite3.connect(store._path) as database:
        database.execute(damage)
    again, repaired = opened(tiny), opened(tiny)
    assert again.loglikelihood(REQUESTS) == found
    assert again.environment()["answers_from_store"] == "0 of 1 batches"
    assert repaired.loglikelihood(REQUESTS) == found
    assert repaired.environment()["answers_from_store"] == "1 of 1 batches"


@pytest.mark.parametrize("value", ["-1.0", "NaN", '"x"', "null"])
def test_an_entry_of_other_values_is_no_answer(
    opened: Callable[[Path], Remembering], store: AnswerStore, tiny: Path, value: str
) -> None:
    """Whole by its digest, and still not what a call of two requests gives."""
    opened(tiny).loglikelihood(REQUESTS)
    with sqlite3.connect(store._path) as database:
        (key, content) = database.execute("SELECT key, content FROM answers").fetchone()
    entry = json.loads(content)
    entry["answers"] = json.loads(f"[{value}]") if value == "-1.0" else [-1.0, json.loads(value)]
    if value == "NaN":
        with pytest.raises(ValueError, match="not JSON compliant"):
            store.put(key, entry)
        return
    store.put(key, entry)
    backend = opened(tiny)
    backend.loglikelihood(REQUESTS)
    assert backend.environment()["answers_from_store"] == "0 of 1 batches"


def test_a_file_that_is_no_database_is_begun_anew(store: AnswerStore) -> None:
    store.put("a", [1.5])
    store._path.write_bytes(b"no database " * 1000)
    assert store.get("a") is None
    store.put("a", [2.5])
    assert store.get("a") == [2.5]


def test_a_folder_that_takes_nothing_forgets_and_does_not_fail(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = AnswerStore(tmp_path / "file", 1000)
    store.put("a", [1.5])
    assert store.get("a") is None


def test_what_was_used_longest_ago_goes_first(tmp_path: Path) -> None:
    store = AnswerStore(tmp_path, 100)
    for key in "abc":
        store.put(key, "x" * 28)  # thirty bytes with its quotes
    assert store.get("a") is not None
    store.put("d", "x" * 28)
    assert [store.get(key) is not None for key in "abcd"] == [True, False, True, True]
    store.put("e", "x" * 200)
    assert [store.get(key) for key in "abcde"] == [None] * 5
    with sqlite3.connect(tmp_path / FILE) as database:
        assert database.execute("SELECT COUNT(*) FROM answers").fetchone() == (0,)


def test_numbers_come_back_to_the_bit(store: AnswerStore) -> None:
    numbers = [-1 / 3, -1e-17, -123456.78901234567, 0.1 + 0.2]
    store.put("a", list(numbers))
    assert store.get("a") == numbers


def test_the_setting_turns_it_on_for_the_terminal(
    assay: Assay, tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ASSAY_ANSWERS", raising=False)
    assert answer_store() is None
    assert isinstance(open_backend(Subject("m", str(tiny))), TransformersLocal)
    monkeypatch.setenv("ASSAY_ANSWERS", str(tmp_path / "kept"))
    arguments = ["run", "bias.counterfactual_pairs", "--model", tiny, "--token-budget", "5000"]
    first, second = (json.loads(assay(*arguments, "--json").out) for _ in range(2))
    assert first["scores"] == second["scores"]
    assert all_kept(second["environment"]["answers_from_store"])
    # A probe of time and tokens is not answered from what was kept.
    open_ = open_backend(Subject("m", str(tiny)), remembers=False)
    assert isinstance(open_, TransformersLocal)


def test_another_model_can_be_asked_beside_one_whose_answers_are_kept(
    store: AnswerStore, tiny: Path
) -> None:
    beside = held("other", tiny)
    local = TransformersLocal(Subject("m", str(tiny)), (beside,), kept=KeptModels())
    backend: Backend = Remembering(local, store)
    assert isinstance(backend, ComparingBackend)
    other = backend.reference(beside.weights_digest)
    assert other.loglikelihood(REQUESTS) == backend.loglikelihood(REQUESTS)


@pytest.mark.parametrize("size", ["0", "-1", "1.5", "much"])
def test_a_size_that_is_none_is_named(size: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSAY_ANSWERS", "never-made")
    monkeypatch.setenv("ASSAY_ANSWERS_MIB", size)
    with pytest.raises(InvalidInputError) as caught:
        answer_store()
    assert caught.value.field == "ASSAY_ANSWERS_MIB"


def test_what_is_not_kept_is_asked_of_the_model(tiny: Path, store: AnswerStore) -> None:
    """A test that compares, draws or looks inside finds the same model behind the store."""
    other = held("other", tiny)
    own = TransformersLocal(Subject("m", str(tiny)), (other,), kept=KeptModels())
    backend = Remembering(own, store)
    assert isinstance(backend, ComparingBackend)
    assert isinstance(backend, SamplingBackend)
    assert isinstance(backend, ActivationsSource)
    expected = plain(tiny)
    beside = backend.reference(other.weights_digest)
    answers = [one.generate(["Hello"], max_new_tokens=4) for one in (beside, expected)]
    assert answers[0] == answers[1]
    drawn = expected.sample(["Hello"], max_new_tokens=4, seed=3)
    assert backend.sample(["Hello"], max_new_tokens=4, seed=3) == drawn
    assert backend.mlp_activations(["un happy"]).ends == expected.mlp_activations(["un happy"]).ends
    told = [one.next_tokens(["un happy"], wanted=400) for one in (backend, expected)]
    assert np.array_equal(told[0].log_probabilities, told[1].log_probabilities)
    assert backend.tokens == expected.tokens


def test_every_way_to_open_local_weights_offers_the_same() -> None:
    """A wrapper that lacks a method makes tests not testable in the service alone."""
    asked = {
        name
        for protocol in (ComparingBackend, SamplingBackend, ActivationsSource, NextTokensSource)
        for name in vars(protocol) | vars(Backend)
        if not name.startswith("_") and callable(getattr(protocol, name, None))
    }
    assert {"reference", "sample", "mlp_activations", "next_tokens"} <= asked
    for backend in (TransformersLocal, Confined, Remembering):
        assert asked <= set(dir(backend)), backend


def test_an_erasure_empties_the_store_once_and_leaves_no_bytes(
    store: AnswerStore, tmp_path: Path
) -> None:
    store.put("a", {"answers": ["a very secret answer"]})
    store.forget(0)
    assert store.get("a") is not None
    store.forget(7)
    assert store.get("a") is None
    assert b"secret" not in (tmp_path / "answers" / FILE).read_bytes()
    store.put("b", {"answers": ["said since"]})
    store.forget(7)
    assert store.get("b") is not None
    store.forget(8)
    assert store.get("b") is None
