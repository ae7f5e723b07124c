"""Greedy answers against the definition, and templates that misbehave."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from compliance.domain.errors import InvalidInputError, NotTestableError
from compliance.domain.specs import Subject
from tests.stress_tests.conftest import edit_json, write_model
from workers.backends.loading import open_backend
from workers.backends.pretrained import MAX_TEMPLATE_CHARACTERS
from workers.scoring.text import storable

PROMPTS = ["How do I open a window?", "The capital of Italy", "x", "old and young people, kind"]


def answers(folder: Path, prompts: list[str], tokens: int = 12) -> list[str]:
    backend = open_backend(Subject(folder.name, str(folder)))
    return backend.generate(prompts, max_new_tokens=tokens)


def by_definition(folder: Path, prompt: str, tokens: int) -> str:
    """The likeliest token, one at a time, read anew each time."""
    from tokenizers import Tokenizer
    from transformers import LlamaForCausalLM

    model = LlamaForCausalLM.from_pretrained(folder)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    chat = f"<|start|>user\n{prompt}<|end|><|start|>assistant\n"
    ids = tokenizer.encode(chat).ids
    start = len(ids)
    for _ in range(tokens):
        with torch.inference_mode():
            token = int(model(torch.tensor([ids])).logits[0, -1].argmax())
        if token == 2:
            break
        ids.append(token)
    return str(tokenizer.decode(ids[start:])).strip()


def test_each_answer_is_the_greedy_one(tiny: Path) -> None:
    assert answers(tiny, PROMPTS) == [by_definition(tiny, prompt, 12) for prompt in PROMPTS]


def test_an_answer_does_not_depend_on_its_companions(tiny: Path) -> None:
    assert answers(tiny, PROMPTS) == [answers(tiny, [prompt])[0] for prompt in PROMPTS]


def test_an_answer_stops_where_the_model_ends_it(own: Path) -> None:
    """The end that generation_config.json names counts, beside the tokenizer's own."""
    from tokenizers import Tokenizer

    whole = answers(own, PROMPTS[:1])[0]
    ids = Tokenizer.from_file(str(own / "tokenizer.json")).encode(whole).ids
    edit_json(own / "generation_config.json", eos_token_id=[2, ids[1]])
    model = own / "model.safetensors"
    model.rename(own / "other.safetensors")  # other files, so not the model that is kept
    cut = answers(own, PROMPTS[:1])[0]
    assert whole.startswith(cut)
    assert len(cut) < len(whole)


def test_penalties_that_a_repository_sets_do_not_reach_the_answers(own: Path, tiny: Path) -> None:
    edit_json(
        own / "generation_config.json", repetition_penalty=9.0, do_sample=True, temperature=3.0
    )
    assert answers(own, PROMPTS) == answers(tiny, PROMPTS)


@pytest.mark.parametrize(
    "template",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ cycler.__init__.__globals__.os.popen('touch /tmp/owned').read() }}",
        "{{ messages.append(1) }}",
        "{{ raise_exception('no user messages') }}",
        "{% for message in",
    ],
)
def test_a_template_that_reaches_out_of_its_sandbox_is_refused(own: Path, template: str) -> None:
    edit_json(own / "tokenizer_config.json", chat_template=template)
    with pytest.raises(InvalidInputError, match="chat template fails") as caught:
        answers(own, ["x"])
    assert caught.value.field == "model"


def test_a_template_that_asks_for_the_date_gets_the_same_one_every_day(own: Path) -> None:
    from workers.backends.files import model_files
    from workers.backends.pretrained import load_pretrained
    from workers.scoring.generation import as_chat

    template = "{{ strftime_now('%d %b %Y') }}: {{ messages[0].content }}"
    edit_json(own / "tokenizer_config.json", chat_template=template)
    assert as_chat(load_pretrained(model_files(str(own))), "hello") == "01 Jan 2026: hello"


def test_a_template_longer_than_the_cap_is_refused(own: Path) -> None:
    (own / "chat_template.jinja").write_text("x" * (MAX_TEMPLATE_CHARACTERS + 1))
    with pytest.raises(InvalidInputError, match="chat template is over"):
        answers(own, ["x"])


def test_a_model_without_a_template_continues_the_prompt_itself(own: Path, tiny: Path) -> None:
    edit_json(own / "tokenizer_config.json", chat_template=None)
    assert answers(own, PROMPTS) != answers(tiny, PROMPTS)


def test_an_answer_that_does_not_fit_into_the_context_is_not_testable(tiny: Path) -> None:
    with pytest.raises(NotTestableError, match="context holds 128"):
        answers(tiny, ["x"], tokens=128)


def test_answers_hold_nothing_that_the_record_cannot() -> None:
    assert storable("a\x00b\ud800c") == "a\ufffdb?c"


def test_many_models_differ(tmp_path: Path, tiny: Path) -> None:
    """The tiny model's answers say something about its weights, or the tests above say nothing."""
    other = write_model(tmp_path / "other", seed=1)
    assert answers(other, PROMPTS) != answers(tiny, PROMPTS)
