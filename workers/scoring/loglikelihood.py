"""Log-likelihoods of continuations, in batches sorted by length.

Tokenised as lm-evaluation-harness does (EleutherAI, lm_eval.api.model): spaces at the end of a
context belong to the continuation, and the continuation's tokens are those that follow when
context and continuation are encoded together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

TOKEN_BUDGET = 2_048
"""Tokens in a batch, padding included."""


@dataclass(frozen=True, slots=True)
class _Request:
    tokens: tuple[int, ...]
    scored: int
    """How many tokens at the end are scored."""


def loglikelihoods(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    requests: Sequence[tuple[str, str]],
) -> list[float]:
    """Sum of log-probabilities (nats) of each continuation; equal requests are asked once."""
    encoded = [_encode(tokenizer, context, continuation) for context, continuation in requests]
    # Batches follow from the set of requests alone, so the same batch gives the same bits.
    distinct = sorted(set(encoded), key=lambda one: (-len(one.tokens), one.tokens, one.scored))
    found: dict[_Request, float] = {}
    for batch in _batches(distinct):
        found.update(zip(batch, _score(model, batch), strict=True))
    return [found[one] for one in encoded]


def _encode(tokenizer: PreTrainedTokenizerBase, context: str, continuation: str) -> _Request:
    trailing = len(context) - len(context.rstrip())
    if trailing:
        continuation = context[-trailing:] + continuation
        context = context[:-trailing]
    whole = tokenizer.encode(context + continuation, add_special_tokens=False)
    before = len(tokenizer.encode(context, add_special_tokens=False)) if context else 0
    start = tokenizer.bos_token_id
    start = tokenizer.eos_token_id if start is None else start
    prefix = [] if start is None else [int(start)]
    return _Request(tuple(prefix + whole), len(whole) - before)


def _batches(requests: Sequence[_Request]) -> list[list[_Request]]:
    batches: list[list[_Request]] = []
    width = 0
    for request in requests:  # longest first: the first of a batch sets its width
        if not batches or width * (len(batches[-1]) + 1) > TOKEN_BUDGET:
            batches.append([])
            width = len(request.tokens)
        batches[-1].append(request)
    return batches


@torch.inference_mode()
def _score(model: PreTrainedModel, batch: Sequence[_Request]) -> list[float]:
    width = max(len(request.tokens) for request in batch)
    tokens = torch.zeros(len(batch), width, dtype=torch.long)
    mask = torch.zeros(len(batch), width, dtype=torch.long)
    for row, request in enumerate(batch):
        tokens[row, : len(request.tokens)] = torch.tensor(request.tokens)
        mask[row, : len(request.tokens)] = 1
    logits = model(input_ids=tokens, attention_mask=mask, use_cache=False).logits
    scores: list[float] = []
    for row, request in enumerate(batch):
        end = len(request.tokens)
        first = max(end - request.scored, 1)  # nothing precedes, hence predicts, token 0
        targets = tokens[row, first:end]
        rows = logits[row, first - 1 : end - 1].float()
        chosen = rows.gather(1, targets[:, None])[:, 0]
        scores.append(float((chosen - rows.logsumexp(dim=1)).double().sum()))
    return scores
