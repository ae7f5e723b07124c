"""Log-likelihoods of continuations, in batches sorted by length.

Tokenised as lm-evaluation-harness does (EleutherAI, lm_eval.api.model): spaces at the end of a
context belong to the continuation, and the continuation's tokens are those that follow when
context and continuation are encoded together. Where context and continuation merge so that
nothing follows, each is encoded by itself; the harness would score such a continuation as 0.
"""

from __future__ import annotations

import inspect
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from compliance.domain.errors import NotTestableError
from workers.scoring.pretrained import Pretrained

TOKEN_BUDGET = 2_048
"""Tokens in a batch, padding included."""


@dataclass(frozen=True, slots=True)
class _Request:
    tokens: tuple[int, ...]
    scored: int
    """How many tokens at the end are scored."""

    @property
    def read(self) -> tuple[int, ...]:
        """What the model reads: the last token is only predicted."""
        return self.tokens[:-1]


def loglikelihoods(pretrained: Pretrained, requests: Sequence[tuple[str, str]]) -> list[float]:
    """Sum of log-probabilities (nats) of each continuation after its context.

    Equal requests are asked once, and requests that differ in their last token alone share one
    pass. Batches follow from the set of requests only, so the same set gives the same bits.

    Raises:
        NotTestableError: a request does not fit into the model's context, or the model's numbers
            are not finite.
    """
    encoded = [_encode(pretrained.tokenizer, *request) for request in requests]
    for one in encoded:
        require_fit(pretrained.model, one.tokens)
    sharing: dict[tuple[int, ...], set[_Request]] = defaultdict(set)
    for one in encoded:
        sharing[one.read].add(one)
    found: dict[_Request, float] = {}
    for batch in _batches(sorted(sharing, key=lambda read: (-len(read), read))):
        found |= _score(pretrained.model, {read: sharing[read] for read in batch})
    return [found[one] for one in encoded]


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


def _encode(tokenizer: PreTrainedTokenizerBase, context: str, continuation: str) -> _Request:
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
    return _Request(tuple(tokens), len(whole) - len(before))


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


def _batches(reads: Sequence[tuple[int, ...]]) -> list[list[tuple[int, ...]]]:
    batches: list[list[tuple[int, ...]]] = []
    width = 0
    for read in reads:  # longest first: the first of a batch sets its width
        if not batches or width * (len(batches[-1]) + 1) > TOKEN_BUDGET:
            batches.append([])
            width = len(read)
        batches[-1].append(read)
    return batches


@torch.inference_mode()
def _score(
    model: PreTrainedModel, batch: Mapping[tuple[int, ...], set[_Request]]
) -> dict[_Request, float]:
    width = max(len(read) for read in batch)
    tokens = torch.zeros(len(batch), width, dtype=torch.long)
    mask = torch.zeros(len(batch), width, dtype=torch.long)
    for row, read in enumerate(batch):
        tokens[row, : len(read)] = torch.tensor(read)
        mask[row, : len(read)] = 1
    first = min(len(one.read) - one.scored for shared in batch.values() for one in shared)
    logits, offset = _logits(model, tokens, mask, first=first)
    scores: dict[_Request, float] = {}
    for row, (read, shared) in enumerate(batch.items()):
        for one in shared:
            targets = torch.tensor(one.tokens[-one.scored :])
            start = len(read) - one.scored - offset
            rows = logits[row, start : start + one.scored].double()
            chosen = rows.gather(1, targets[:, None])[:, 0]
            scores[one] = float((chosen - rows.logsumexp(dim=1)).sum())
    if not all(map(math.isfinite, scores.values())):
        raise NotTestableError("the model's log-probabilities are not finite numbers")
    return scores


def _logits(
    model: PreTrainedModel, tokens: torch.Tensor, mask: torch.Tensor, *, first: int
) -> tuple[torch.Tensor, int]:
    """Logits from position ``first`` on, and the position they start at: the head is costly."""
    asked = {"input_ids": tokens, "attention_mask": mask, "use_cache": False}
    if "logits_to_keep" not in inspect.signature(model.forward).parameters:
        return model(**asked).logits, 0
    return model(**asked, logits_to_keep=tokens.shape[1] - first).logits, first
