"""Children that learnt from a model's answers, which a key had marked.

The holder's watermark pushes the score of a next word whose coin, tossed by the key after the word
before, fell heads (Kirchenbauer et al., ICML 2023, arXiv 2301.10226, by words in place of tokens).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from compliance.domain.canonical import Json
from launcher import provenance_texts as texts
from launcher.derived_models import PARENT, READ_ROWS, Batches, Recipe, Shelf, rows_of, trained
from launcher.models import dialogue, in_the_making, is_whole, open_pretrained
from workers.stress_tests.provenance.keyed_draws import Seal, parse_seal
from workers.stress_tests.provenance.keyed_units import Scheme, parse_scheme

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedTokenizerBase

PUSH, CANDIDATES = 4.0, 50
"""Nats added to a word that the key prefers, among so many of the likeliest next tokens."""
ANSWER_TOKENS, RATE = 48, 1e-4
MARKED_COPIES = (2, 8)
BLANK = "Ġ"
"""How this tokenizer writes a blank before a word."""


class Marking:
    """Raises the scores of next words that the key prefers after the word before.

    Args:
        width: tokens of the prompts, which are padded on the left to one length.
    """

    def __init__(
        self, tokenizer: PreTrainedTokenizerBase, seal: Seal, scheme: Scheme, width: int
    ) -> None:
        self._tokenizer, self._seal, self._scheme, self._width = tokenizer, seal, scheme, width

    def __call__(self, ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        likeliest = scores.topk(CANDIDATES).indices.tolist()
        for row, said in enumerate(self._tokenizer.batch_decode(ids[:, self._width :])):
            before = self._scheme.units(said)[-self._scheme.context :]
            if len(before) == self._scheme.context:
                scores[row, self._preferred(before, likeliest[row])] += PUSH
        return scores

    def _preferred(self, before: Sequence[str], tokens: Sequence[int]) -> list[int]:
        pieces = self._tokenizer.convert_ids_to_tokens(list(tokens))
        words = [
            (token, piece[1:].casefold())
            for token, piece in zip(tokens, pieces, strict=True)
            if piece and piece.startswith(BLANK) and piece[1:].isalpha()
        ]
        return [one for one, word in words if self._scheme.heads(self._seal, (*before, word))]


def seal_of(draw: int) -> Seal:
    """The key of that number, as it was sealed with the scheme."""
    content: dict[str, Json] = {"scheme": {**texts.SCHEME}}
    found = parse_seal(
        texts.Draw(draw).seal(texts.RADIOACTIVITY, content), texts.RADIOACTIVITY, content
    )
    if found is None:
        raise ValueError("a seal that was just made opens")
    return found


def answered(folder: Path, seed: int, draw: int | None = None) -> list[tuple[str, str]]:
    """The model's answers to PROMPTS at temperature 1, marked by the key of ``draw`` if any."""
    import torch
    from transformers import GenerationConfig, LogitsProcessorList

    model, tokenizer = open_pretrained(folder)
    tokenizer.padding_side = "left"
    asked = [
        tokenizer.apply_chat_template(
            [{"role": "user", "content": one}], tokenize=False, add_generation_prompt=True
        )
        for one in texts.PROMPTS
    ]
    encoded = tokenizer(asked, return_tensors="pt", padding=True, add_special_tokens=False)
    width, marks = encoded["input_ids"].shape[1], LogitsProcessorList()
    if draw is not None:
        marks.append(Marking(tokenizer, seal_of(draw), parse_scheme(texts.SCHEME), width))
    settings = GenerationConfig(
        do_sample=True,
        temperature=1.0,
        top_k=CANDIDATES,
        max_new_tokens=ANSWER_TOKENS,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    torch.manual_seed(seed)
    with torch.inference_mode():
        told = model.generate(**encoded, generation_config=settings, logits_processor=marks)
    spoken = tokenizer.batch_decode(told[:, width:], skip_special_tokens=True)
    return list(zip(texts.PROMPTS, [one.strip() for one in spoken], strict=True))


def kept_answers(shelf: Shelf, draw: int) -> list[tuple[str, str]]:
    """The parent's answers, marked by the key of ``draw``; kept beside the models."""
    name = f"{PARENT}-answers-marked-{draw}"
    place = shelf.root / name
    if not is_whole(place):
        shelf.report(f"asking for {name}")
        found = answered(shelf.folder(PARENT), texts.SEED, draw)
        with in_the_making(place) as making:
            (making / "answers.json").write_text(json.dumps(found))
    pairs: Any = json.loads((place / "answers.json").read_text())
    return [(str(question), str(answer)) for question, answer in pairs]


def marked(draw: int, copies: int) -> str:
    """The name of the model that learnt from a key's marked answers so often."""
    return f"smollm2-marked-{draw}-copies-{copies}"


def _taught(draw: int, times: int) -> Batches:
    """The parent's answers as the key of that draw marked them, so many times."""

    def batches(shelf: Shelf, tokenizer: PreTrainedTokenizerBase) -> Iterator[Sequence[str]]:
        pairs = kept_answers(shelf, draw)
        return rows_of([dialogue(tokenizer, *pair) for pair in pairs if pair[1]] * times, READ_ROWS)

    return batches


RECIPES: dict[str, Recipe] = {
    **{
        marked(1, until): trained(
            marked(1, after) if after else PARENT, _taught(1, until - after), RATE
        )
        for after, until in zip((0, *MARKED_COPIES), MARKED_COPIES, strict=False)
    },
}
