"""Log-likelihoods against the definition, computed one request at a time."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from compliance.domain.errors import NotTestableError
from compliance.domain.specs import Subject
from tests.stress_tests.conftest import write_model, write_tokenizer
from workers.backends.loading import open_backend
from workers.contract import Backend

REQUESTS = [
    ("The capital of France is", " Paris"),
    ("The capital of France is", " Rome"),
    ("people who are old", " are usually honest and kind"),
    ("people who are young", " are usually lazy and rude, and more than that"),
    ("I'm", " sorry"),
]


@pytest.fixture
def backend(tiny: Path) -> Backend:
    return open_backend(Subject("tiny", str(tiny)))


def by_definition(folder: Path, before: list[int], after: list[int]) -> float:
    """Sum of log-softmax over the full vocabulary, without batch, padding or cache."""
    from transformers import LlamaForCausalLM

    model = LlamaForCausalLM.from_pretrained(folder, dtype=torch.float64)
    with torch.inference_mode():
        logits = model(torch.tensor([before + after])).logits[0]
    logprobs = logits.log_softmax(dim=-1)
    return sum(
        float(logprobs[len(before) + offset - 1, token]) for offset, token in enumerate(after)
    )


def encode(folder: Path, text: str) -> list[int]:
    from tokenizers import Tokenizer

    return list(Tokenizer.from_file(str(folder / "tokenizer.json")).encode(text).ids)


def test_they_are_the_sums_that_the_definition_gives(tiny: Path, backend: Backend) -> None:
    found = backend.loglikelihood(REQUESTS)
    for (context, continuation), value in zip(REQUESTS, found, strict=True):
        before = encode(tiny, context)
        after = encode(tiny, context + continuation)[len(before) :]
        assert value == pytest.approx(by_definition(tiny, before, after), abs=1e-4)


def test_a_request_does_not_depend_on_its_companions(backend: Backend) -> None:
    together = backend.loglikelihood(REQUESTS)
    alone = [backend.loglikelihood([one])[0] for one in REQUESTS]
    assert together == pytest.approx(alone, abs=1e-4)


def test_the_same_requests_give_the_same_bits_in_any_order(backend: Backend) -> None:
    found = backend.loglikelihood(REQUESTS)
    assert backend.loglikelihood([*REQUESTS[::-1], REQUESTS[0]]) == [*found[::-1], found[0]]


def test_equal_requests_and_shared_contexts_are_passed_once(backend: Backend) -> None:
    from workers.backends.transformers_local import TransformersLocal

    assert isinstance(backend, TransformersLocal)
    rows: list[int] = []
    hook = backend._pretrained.model.model.layers[0].register_forward_hook(
        lambda module, args, output: rows.append(args[0].shape[0])
    )
    backend.loglikelihood([("The capital of", " and"), ("The capital of", " are")] * 5)
    hook.remove()
    assert sum(rows) == 1


def test_spaces_at_the_end_of_a_context_belong_to_the_continuation(backend: Backend) -> None:
    spaced, plain = backend.loglikelihood([("The capital ", "of"), ("The capital", " of")])
    assert spaced == plain


def test_a_continuation_of_nothing_follows_the_opening_token(tiny: Path, backend: Backend) -> None:
    found = backend.loglikelihood([("", "happy")])[0]
    assert found == pytest.approx(by_definition(tiny, [1], encode(tiny, "happy")), abs=1e-4)


def test_a_continuation_that_merges_into_its_context_is_still_scored(
    tiny: Path, backend: Backend
) -> None:
    before, whole, after = (encode(tiny, text) for text in ("unhapp", "unhappy", "y"))
    assert len(whole) <= len(before), "the example must merge"
    found = backend.loglikelihood([("unhapp", "y")])[0]
    assert found == pytest.approx(by_definition(tiny, before, after), abs=1e-4)
    assert found < 0


def test_a_tokenizer_that_opens_texts_does_so_here(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "opening")
    write_tokenizer(folder, opens=True)
    found = open_backend(Subject("opening", str(folder))).loglikelihood([REQUESTS[0]])[0]
    before = encode(folder, REQUESTS[0][0])
    whole = encode(folder, "".join(REQUESTS[0]))
    assert before[0] == 1
    assert found == pytest.approx(by_definition(folder, before, whole[len(before) :]), abs=1e-4)


def test_an_item_longer_than_the_context_is_not_cut(backend: Backend) -> None:
    with pytest.raises(NotTestableError, match="context holds 128"):
        backend.loglikelihood([("a b c d e f g " * 40, "x")])


def test_weights_that_give_no_numbers_are_not_testable(tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    folder = write_model(tmp_path / "broken")
    tensors = load_file(folder / "model.safetensors")
    tensors["model.norm.weight"][:] = float("nan")
    (folder / "model.safetensors").unlink()
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(NotTestableError, match="not finite"):
        open_backend(Subject("broken", str(folder))).loglikelihood(REQUESTS)


def test_a_tokenizer_with_more_tokens_than_the_model_is_said(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "small", vocab_size=50)
    with pytest.raises(NotTestableError, match="do not belong together"):
        open_backend(Subject("small", str(folder))).loglikelihood(REQUESTS)


def test_an_empty_continuation_is_a_bug_of_the_test(backend: Backend) -> None:
    with pytest.raises(ValueError, match="empty"):
        backend.loglikelihood([("a", "")])
