"""Log-likelihoods of continuations, each beginning read once where the model allows it."""

from __future__ import annotations

import inspect
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import torch
from transformers import PreTrainedModel

from compliance.domain.errors import NotTestableError
from workers.scoring.prefix_trees import can_share, score_trees
from workers.scoring.pretrained import Pretrained
from workers.scoring.requests import Request, encode, require_fit

TOKEN_BUDGET = 2_048
"""Tokens in a batch, padding included."""


def loglikelihoods(pretrained: Pretrained, requests: Sequence[tuple[str, str]]) -> list[float]:
    """Sum of log-probabilities (nats) of each continuation after its context.

    Equal requests are asked once. Batches follow from the set of requests only, so the same set
    gives the same bits.

    Raises:
        NotTestableError: a request does not fit into the model's context, or the model's numbers
            are not finite.
    """
    encoded = [encode(pretrained.tokenizer, *request) for request in requests]
    for one in encoded:
        require_fit(pretrained.model, one.tokens)
    distinct = sorted(set(encoded))
    score = score_trees if can_share(pretrained.model) else score_sequences
    found = score(pretrained.model, distinct)
    pretrained.tally.tokens += sum(len(one.tokens) for one in distinct)
    if not all(map(math.isfinite, found.values())):
        raise NotTestableError("the model's log-probabilities are not finite numbers")
    return [found[one] for one in encoded]


def score_sequences(model: PreTrainedModel, requests: Iterable[Request]) -> dict[Request, float]:
    """Sum of log-probabilities (nats) of each request's scored tokens, one row a sequence.

    Rows are padded on the right, in batches sorted by length; requests that differ in their last
    token alone share a row.
    """
    sharing: dict[tuple[int, ...], list[Request]] = defaultdict(list)
    for one in requests:
        sharing[one.read].append(one)
    found: dict[Request, float] = {}
    for batch in _batches(sorted(sharing, key=lambda read: (-len(read), read))):
        found |= _score(model, {read: sharing[read] for read in batch})
    return found


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
    model: PreTrainedModel, batch: Mapping[tuple[int, ...], Sequence[Request]]
) -> dict[Request, float]:
    width = max(len(read) for read in batch)
    tokens = torch.zeros(len(batch), width, dtype=torch.long)
    mask = torch.zeros_like(tokens)
    for row, read in enumerate(batch):
        tokens[row, : len(read)] = torch.tensor(read)
        mask[row, : len(read)] = 1
    first = min(len(one.read) - one.scored for shared in batch.values() for one in shared)
    logits, offset = _logits(model, tokens.to(model.device), mask.to(model.device), first=first)
    scores: dict[Request, float] = {}
    for row, (read, shared) in enumerate(batch.items()):
        for one in shared:
            targets = torch.tensor(one.tokens[-one.scored :], device=logits.device)
            start = len(read) - one.scored - offset
            rows = logits[row, start : start + one.scored].double()
            chosen = rows.gather(1, targets[:, None])[:, 0]
            scores[one] = float((chosen - rows.logsumexp(dim=1)).sum())
    return scores


def _logits(
    model: PreTrainedModel, tokens: torch.Tensor, mask: torch.Tensor, *, first: int
) -> tuple[torch.Tensor, int]:
    """Logits from position ``first`` on, and the position they start at: the head is costly."""
    asked = {"input_ids": tokens, "attention_mask": mask, "use_cache": False}
    if "logits_to_keep" not in inspect.signature(model.forward).parameters:
        return model(**asked).logits, 0
    return model(**asked, logits_to_keep=tokens.shape[1] - first).logits, first
