"""Token sequences that share beginnings, laid out as trees: each beginning is read once.

A row holds the nodes of some trees; a node attends to itself and its ancestors and has the
position of its depth, so every path is read as if it stood alone. Half the tokens of a bank of
counterfactual pairs are shared (docs/stress_tests/bias.counterfactual_pairs.md).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import torch
from transformers import PreTrainedModel

from workers.scoring.requests import Request

MODEL_TYPES = frozenset({"llama", "mistral", "qwen2", "qwen3"})
"""Plain causal attention in every layer and a bare linear head: tested against the definition."""
WINDOWED = frozenset({"gemma3_text"})
"""Some layers see a window of the last tokens alone, and take a mask of their own."""
FULL, SLIDING = "full_attention", "sliding_attention"
ROW_TOKENS = 128
"""Attention costs the square of a row, and rows are padded to the longest of their batch."""
TREE_TOKENS, SHARED_TOKENS = 512, 8
"""A row grows to so many by requests that share so many with the one before: a tree that is cut
reads its root again, which costs more than a longer row."""
BATCH_TOKENS = 2_048
FILLED = 0.85
"""A row shorter than this share of its batch's width opens another: padding is computed, too."""
_HEAD_ROWS = 256
"""Positions whose logits are held at once: a vocabulary wide each."""


@dataclass
class Row:
    """Nodes of trees: token, parent's index (-1 for a root), depth; and the requests they serve.

    Attributes:
        ends: each request with the index of the node that it reads last.
    """

    tokens: list[int] = field(default_factory=list)
    parents: list[int] = field(default_factory=list)
    depths: list[int] = field(default_factory=list)
    ends: list[tuple[Request, int]] = field(default_factory=list)

    def mask(self, width: int) -> torch.Tensor:
        """(width, width) bool: which node sees which; padding sees itself."""
        sees = torch.eye(width, dtype=torch.bool)
        for node, parent in enumerate(self.parents):
            if parent >= 0:
                sees[node] |= sees[parent]
        return sees

    def predictions(self) -> Iterator[tuple[Request, int, int]]:
        """Each request's scored tokens, as (request, node that predicts, token)."""
        for request, end in self.ends:
            node = end
            for token in reversed(request.tokens[-request.scored :]):
                yield request, node, token
                node = self.parents[node]


def can_share(model: PreTrainedModel) -> bool:
    """Whether the model reads trees as it reads sequences."""
    config = model.config
    layers = set(getattr(config, "layer_types", None) or [FULL])
    if config.model_type in WINDOWED:
        bare = config.final_logit_softcapping is None and not config.use_bidirectional_attention
        return bare and layers <= {FULL, SLIDING}
    plain = layers == {FULL} and getattr(config, "sliding_window", None) is None
    return plain and config.model_type in MODEL_TYPES


@torch.inference_mode()
def score_trees(model: PreTrainedModel, requests: Sequence[Request]) -> dict[Request, float]:
    """Sum of log-probabilities (nats) of each request's scored tokens."""
    found = dict.fromkeys(requests, 0.0)
    for batch in _batches(layout(sorted(found))):
        hidden = _read(model, batch)
        predicted: dict[tuple[int, int], list[tuple[Request, int]]] = defaultdict(list)
        for n, row in enumerate(batch):
            for request, node, token in row.predictions():
                predicted[n, node].append((request, token))
        nodes = list(predicted)
        for start in range(0, len(nodes), _HEAD_ROWS):
            part = nodes[start : start + _HEAD_ROWS]
            states = hidden[[n for n, _ in part], [node for _, node in part]]
            logits = model.get_output_embeddings()(states).float()
            asked = [(n, *one) for n, place in enumerate(part) for one in predicted[place]]
            chosen = logits[[n for n, _, _ in asked], [token for _, _, token in asked]]
            values = chosen - logits.logsumexp(dim=1)[[n for n, _, _ in asked]]
            for (_, request, _), value in zip(asked, values.tolist(), strict=True):
                found[request] += value
    return found


def layout(requests: Sequence[Request]) -> list[Row]:
    """Rows of trees for requests in sorted order, so that neighbours share beginnings."""
    rows: list[Row] = []
    path: list[int] = []  # nodes of the sequence laid out last
    last: tuple[int, ...] = ()
    for request in requests:
        shared = _common(last, request.read)
        longest = TREE_TOKENS if shared >= SHARED_TOKENS else ROW_TOKENS
        if not rows or len(rows[-1].tokens) + len(request.read) - shared > longest:
            rows.append(Row())
            shared = 0
        row, path = rows[-1], path[:shared]
        for token in request.read[shared:]:
            row.parents.append(path[-1] if path else -1)
            row.depths.append(len(path))
            path.append(len(row.tokens))
            row.tokens.append(token)
        row.ends.append((request, path[-1]))
        last = request.read
    return rows


def _batches(rows: Sequence[Row]) -> list[list[Row]]:
    """Rows of like length together, as many as the budget allows with padding."""
    batches: list[list[Row]] = []
    width = 0
    for row in sorted(rows, key=lambda row: -len(row.tokens)):
        full = width * (len(batches[-1]) + 1) > BATCH_TOKENS if batches else True
        if full or len(row.tokens) < FILLED * width:
            batches.append([])
            width = len(row.tokens)
        batches[-1].append(row)
    return batches


def _read(model: PreTrainedModel, batch: Sequence[Row]) -> torch.Tensor:
    """(rows, width, hidden) states after the last layer."""
    width = len(batch[0].tokens)
    tokens = torch.zeros(len(batch), width, dtype=torch.long)
    depths = torch.zeros(len(batch), width, dtype=torch.long)
    for n, row in enumerate(batch):
        tokens[n, : len(row.tokens)] = torch.tensor(row.tokens)
        depths[n, : len(row.tokens)] = torch.tensor(row.depths)
    sees = torch.stack([row.mask(width) for row in batch])
    masks: torch.Tensor | dict[str, torch.Tensor] = _bias(sees, model.device)
    if model.config.model_type in WINDOWED:
        back = depths[:, :, None] - depths[:, None, :]
        near = sees & (back < model.config.sliding_window)
        masks = {FULL: _bias(sees, model.device), SLIDING: _bias(near, model.device)}
    hidden: torch.Tensor = model.base_model(
        input_ids=tokens.to(model.device),
        position_ids=depths.to(model.device),
        attention_mask=masks,
        use_cache=False,
    ).last_hidden_state
    return hidden


def _bias(sees: torch.Tensor, device: torch.device) -> torch.Tensor:
    """(rows, 1, width, width), added to attention before its softmax."""
    bias = torch.zeros(sees.shape).masked_fill(~sees, torch.finfo(torch.float32).min)
    return bias[:, None].to(device)


def _common(first: Sequence[int], second: Sequence[int]) -> int:
    """How many tokens two sequences begin with alike."""
    shared = 0
    for one, other in zip(first, second, strict=False):
        if one != other:
            break
        shared += 1
    return shared
