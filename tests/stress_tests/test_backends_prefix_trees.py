"""Shared beginnings are read once, and nothing else changes."""

from __future__ import annotations

import itertools

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import AutoConfig as Config
from transformers import AutoModelForCausalLM, PreTrainedModel

from workers.scoring.loglikelihood import score_sequences
from workers.scoring.prefix_trees import (
    BATCH_TOKENS,
    FILLED,
    FULL,
    MODEL_TYPES,
    ROW_TOKENS,
    SLIDING,
    TREE_TOKENS,
    Row,
    _batches,
    can_share,
    layout,
    score_trees,
)
from workers.scoring.requests import Request

SHAPE = {
    "vocab_size": 60,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 8,
    "initializer_range": 0.4,
    "sliding_window": None,
}
sequences = st.lists(st.integers(0, 5), min_size=2, max_size=12)


@st.composite
def requests(draw: st.DrawFn) -> list[Request]:
    tokens = draw(st.lists(sequences, min_size=1, max_size=40))
    found = {Request(tuple(one), draw(st.integers(1, len(one) - 1))) for one in tokens}
    return sorted(found)


def model_of(model_type: str) -> PreTrainedModel:
    torch.manual_seed(0)
    config = Config.for_model(model_type, **SHAPE)
    return AutoModelForCausalLM.from_config(config, dtype=torch.float32).eval()


def by_definition(model: PreTrainedModel, request: Request) -> float:
    with torch.inference_mode():
        logprobs = model(torch.tensor([request.tokens])).logits[0].log_softmax(dim=-1)
    first = len(request.tokens) - request.scored
    return sum(float(logprobs[n - 1, request.tokens[n]]) for n in range(first, len(request.tokens)))


@given(requests())
@settings(max_examples=200, deadline=None)
def test_every_path_of_a_tree_is_the_sequence_it_stands_for(asked: list[Request]) -> None:
    for row in layout(asked):
        for request, end in row.ends:
            path, node = [], end
            while node >= 0:
                path.append(node)
                node = row.parents[node]
            assert tuple(row.tokens[node] for node in reversed(path)) == request.read
            assert [row.depths[node] for node in reversed(path)] == list(range(len(path)))
            assert set(torch.nonzero(row.mask(len(row.tokens))[end]).flatten().tolist()) == set(
                path
            )


@given(requests())
@settings(max_examples=200, deadline=None)
def test_each_beginning_within_a_row_is_laid_out_once(asked: list[Request]) -> None:
    rows = layout(asked)
    assert sorted(request for row in rows for request, _ in row.ends) == asked
    for row in rows:
        beginnings = {
            request.read[:length]
            for request, _ in row.ends
            for length in range(1, len(request.read) + 1)
        }
        assert len(row.tokens) == len(beginnings)


def test_rows_keep_to_their_length_unless_one_sequence_is_longer() -> None:
    many = [Request((n // 7, n, *range(30)), 2) for n in range(50)]
    assert max(len(row.tokens) for row in layout(sorted(many))) <= ROW_TOKENS
    (row,) = layout([Request(tuple(range(500)), 1)])
    assert len(row.tokens) == 499


def test_a_tree_is_not_cut_where_rows_are_at_their_length() -> None:
    """Forty continuations of one beginning: read once in a long row, not once a short row."""
    beginning = tuple(range(100))
    asked = sorted(Request((*beginning, n, *range(8)), 8) for n in range(40))
    (row,) = layout(asked)
    assert len(row.tokens) == 100 + 40 * 8
    many = sorted(Request((*beginning, n, *range(8)), 8) for n in range(400))
    assert max(len(row.tokens) for row in layout(many)) <= TREE_TOKENS


def test_batches_are_padded_little_and_keep_to_their_budget() -> None:
    rows = [Row(tokens=[0] * width) for width in (*range(20, 130, 7), 500, 490, 300, 1000)]
    batches = _batches(rows)
    assert sorted(len(row.tokens) for batch in batches for row in batch) == sorted(
        len(row.tokens) for row in rows
    )
    for batch in batches:
        width = len(batch[0].tokens)
        assert all(FILLED * width <= len(row.tokens) <= width for row in batch)
        assert len(batch) == 1 or width * len(batch) <= BATCH_TOKENS


@pytest.mark.parametrize("model_type", sorted(MODEL_TYPES))
def test_trees_give_what_the_definition_gives(model_type: str) -> None:
    model = model_of(model_type)
    assert can_share(model)
    rng = torch.Generator().manual_seed(1)
    tails = torch.randint(0, 60, (40, 6), generator=rng).tolist()
    asked = [Request((1, 2, n % 3, n % 5, *tail), 1 + n % 6) for n, tail in enumerate(tails)]
    asked += [Request((1, 2, *range(3, 50), n), 3) for n in range(4)]
    found = score_trees(model, asked)
    for request in asked:
        assert found[request] == pytest.approx(by_definition(model, request), abs=1e-4)
    alike = score_sequences(model, asked)
    assert list(found.values()) == pytest.approx([alike[one] for one in found], abs=1e-4)


def test_a_window_reaches_as_far_back_in_a_tree_as_in_a_sequence() -> None:
    torch.manual_seed(0)
    layers = {"num_hidden_layers": 3, "layer_types": [SLIDING, FULL, SLIDING]}
    config = Config.for_model("gemma3_text", **SHAPE | layers | {"sliding_window": 8})
    model = AutoModelForCausalLM.from_config(config, dtype=torch.float32).eval()
    assert can_share(model)
    rng = torch.Generator().manual_seed(1)
    tails = torch.randint(0, 60, (30, 12), generator=rng).tolist()
    asked = [Request((1, 2, *range(3, 9), n % 3, *tail), 1 + n % 9) for n, tail in enumerate(tails)]
    found = score_trees(model, asked)
    for request in asked:
        assert found[request] == pytest.approx(by_definition(model, request), abs=1e-4)


@pytest.mark.parametrize("model_type", ["gpt2", "gemma2"])
def test_other_models_read_sequences(model_type: str) -> None:
    own = {"gpt2": {"n_embd": 32, "n_layer": 2, "n_head": 4, "vocab_size": 60}}
    torch.manual_seed(0)
    config = Config.for_model(model_type, **own.get(model_type, SHAPE | {"sliding_window": 8}))
    model = AutoModelForCausalLM.from_config(config, dtype=torch.float32).eval()
    assert not can_share(model)
    asked = [Request((*head, n), 2) for head in itertools.permutations((1, 2, 3)) for n in (4, 5)]
    for request, value in score_sequences(model, asked).items():
        assert value == pytest.approx(by_definition(model, request), abs=1e-4)


def test_a_sliding_window_is_not_looked_past() -> None:
    model = AutoModelForCausalLM.from_config(
        Config.for_model("mistral", **SHAPE | {"sliding_window": 4}), dtype=torch.float32
    )
    assert not can_share(model)
