"""A context and its continuation as tokens, and whether a model can read them.

Tokenised as lm-evaluation-harness 0.4.13 does (EleutherAI, lm_eval.api.model): spaces at the end of
a context belong to the continuation, and the continuation's tokens are those that follow when
context and continuation are encoded together. Where context and continuation merge so that
nothing follows, each is encoded by itself; the harness would score such a continuation as 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from compliance.domain.errors import NotTestableError


@dataclass(frozen=True, slots=True, order=True)
class Request:
    """Tokens of which the last ``scored`` are predicted, each from those before it."""

    tokens: tuple[int, ...]
    scored: int

    @property
    def read(self) -> tuple[int, ...]:
        """What the model reads: the last token is only predicted."""
        return self.tokens[:-1]


def encode(tokenizer: PreTrainedTokenizerBase, context: str, continuation: str) -> Request:
    """The request for the log-likelihood of ``continuation`` after ``context``.

    Raises:
        ValueError: the continuation is empty.
        NotTestableError: there is no context, and no token to stand for it.
    """
    if not continuation:
        raise ValueError("a continuation must not be empty")
    trailing = len(context) - len(context.rstrip())
    if trailing:
        continuation = context[-trailing:] + continuation
        context = context[:-trailing]
    before = tokenizer.encode(context, add_special_tokens=False)
    whole = tokenizer.encode(context + continuation, add_special_tokens=False)
    if len(whole) <= len(before):
        whole = before + tokenizer.encode(continuation, add_special_tokens=False)
    tokens = [*_prefix(tokenizer, before), *whole]
    return Request(tuple(tokens), len(whole) - len(before))


def require_fit(model: PreTrainedModel, tokens: Sequence[int], *, more: int = 0) -> None:
    """Refuse what the model cannot read whole: cutting it would put another question.

    Args:
        more: tokens to be generated after ``tokens``.

    Raises:
        NotTestableError: longer than the context, or tokens that the model does not embed.
    """
    context = getattr(model.config.get_text_config(), "max_position_embeddings", None)
    if isinstance(context, int) and len(tokens) + more > context:
        raise NotTestableError(
            f"an item takes {len(tokens) + more} tokens and the model's context holds {context}"
        )
    rows = cast(torch.Tensor, model.get_input_embeddings().weight).shape[0]
    if max(tokens, default=0) >= rows:
        raise NotTestableError(
            f"the tokenizer knows token {max(tokens)} and the model embeds {rows} tokens: "
            "they do not belong together"
        )


def _prefix(tokenizer: PreTrainedTokenizerBase, before: Sequence[int]) -> list[int]:
    """The token that this tokenizer opens every text with; one in any case before nothing."""
    start = tokenizer.bos_token_id
    if before and before[0] == start:  # a context may write it out itself
        return []
    if tokenizer.encode("")[:1] == [start]:
        return [int(start)]
    if before:
        return []
    start = tokenizer.eos_token_id if start is None else start
    if start is None:
        raise NotTestableError(
            "the tokenizer has no token to open a text with, so a continuation of nothing "
            "has no probability"
        )
    return [int(start)]
