"""Matching of hidden units: label-free, sign-blind, and what brute force finds."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from workers.scoring import matching
from workers.scoring.matching import HiddenUnits, Matching, hidden_units, match_units

HIDDEN, WIDTH = 40, 12


def _layer(rng: np.random.Generator, hidden: int = HIDDEN) -> list[np.ndarray]:
    shapes = ((hidden, WIDTH), (hidden, WIDTH), (WIDTH, hidden))
    scales = (0.02, 5.0, 300.0)
    return [
        (scale * rng.standard_normal(shape)).astype(np.float32)
        for scale, shape in zip(scales, shapes, strict=True)
    ]


def _relabelled(layer: list[np.ndarray], order: np.ndarray, signs: np.ndarray) -> HiddenUnits:
    gate, up, down = layer
    return hidden_units(gate[order], (signs[:, None] * up)[order], (signs * down)[:, order])


def _brute_force(first: list[np.ndarray], second: list[np.ndarray]) -> tuple[int, int, int]:
    """(in place, mutual, positive) by the definition, in float64 and one pair at a time."""

    def scaled(layer: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        gate, up, down = (
            one.astype(float) / np.sqrt((one.astype(float) ** 2).mean()) for one in layer
        )
        whole = np.hstack([gate, up, down.T])
        whole /= np.linalg.norm(whole, axis=1, keepdims=True)
        rounded = torch.from_numpy(whole.astype(np.float32)).bfloat16().double().numpy()
        return rounded[:, :WIDTH], rounded[:, WIDTH:]

    (gate, signed), (gates, others) = scaled(first), scaled(second)
    score = np.empty((len(gate), len(gates)))
    for i in range(len(gate)):
        for j in range(len(gates)):
            score[i, j] = gate[i] @ gates[j] + abs(signed[i] @ others[j])
    rows, columns = score.argmax(1), score.argmax(0)
    mutual = [i for i in range(len(rows)) if columns[rows[i]] == i]
    positive = sum(signed[i] @ others[rows[i]] > 0 for i in mutual)
    return int((rows == np.arange(len(rows))).sum()), len(mutual), int(positive)


@given(seed=st.integers(0, 10_000), block_rows=st.sampled_from([1, 7, 40, 1024]))
@settings(max_examples=25, deadline=None, derandomize=True)
def test_matching_is_what_the_definition_says(seed: int, block_rows: int) -> None:
    rng = np.random.default_rng(seed)
    first, noise = _layer(rng), _layer(rng)
    second = [one + 1.5 * other for one, other in zip(first, noise, strict=True)]
    found = match_units(hidden_units(*first), hidden_units(*second), block_rows=block_rows)
    assert (found.in_place, found.matched, found.positive) == _brute_force(first, second)
    assert 0 < found.in_place < HIDDEN


@given(seed=st.integers(0, 10_000))
@settings(max_examples=25, deadline=None, derandomize=True)
def test_relabelling_carries_the_matching_along(seed: int) -> None:
    """A copy with units permuted and signs flipped: the permutation's fixed points are counted."""
    rng = np.random.default_rng(seed)
    layer, order = _layer(rng), rng.permutation(HIDDEN)
    signs = rng.choice(np.array([-1, 1], np.float32), HIDDEN)
    found = match_units(_relabelled(layer, order, signs), hidden_units(*layer))
    assert found == Matching(
        in_place=int((order == np.arange(HIDDEN)).sum()),
        units=HIDDEN,
        matched=HIDDEN,
        positive=int((signs > 0).sum()),
    )


def test_relabelled_units_are_the_same_units_to_the_last_bit() -> None:
    """The condition of exactness holds in floating point: rounding sees neither label nor sign."""
    rng = np.random.default_rng(8)
    first, second = _layer(rng, 700), hidden_units(*_layer(rng, 700))
    order, signs = rng.permutation(700), rng.choice(np.array([-1, 1], np.float32), 700)
    plain, moved = hidden_units(*first), _relabelled(first, order, signs)
    assert np.array_equal(moved.gate, plain.gate[order])
    assert np.array_equal(moved.signed, (signs[:, None] * plain.signed)[order])
    scores, signed = matching._scores(plain, second, slice(0, 700))
    again, turned = matching._scores(moved, second, slice(0, 700))
    assert torch.equal(again, scores[order])
    assert torch.equal(turned, (torch.from_numpy(signs)[:, None] * signed)[order])


def test_products_are_exact_wherever_they_are_taken() -> None:
    """Units are bfloat16 already, so a processor that multiplies bfloat16 loses nothing."""
    rng = np.random.default_rng(9)
    first, second = (hidden_units(*_layer(rng, 300)) for _ in range(2))
    for one in (first.gate, first.signed):
        assert torch.equal(torch.from_numpy(one), torch.from_numpy(one).bfloat16().float())
    _, signed = matching._scores(first, second, slice(0, 300))
    exact = first.signed.astype(np.float64) @ second.signed.T.astype(np.float64)
    assert np.abs(signed.numpy() - exact).max() < 1e-6
    assert torch.backends.mkldnn.matmul.fp32_precision != "bf16"


def test_scaling_a_whole_matrix_changes_nothing() -> None:
    rng = np.random.default_rng(1)
    first, second = _layer(rng), _layer(rng)
    plain = match_units(hidden_units(*first), hidden_units(*second))
    gate, up, down = first
    assert match_units(hidden_units(gate * 8, up / 4, down * 2), hidden_units(*second)) == plain


def test_dead_units_match_nothing() -> None:
    layer = _layer(np.random.default_rng(2))
    for tensor, axis in zip(layer, (0, 0, 1), strict=True):
        np.moveaxis(tensor, axis, 0)[:5] = 0
    units = hidden_units(*layer)
    assert match_units(units, units) == Matching(35, HIDDEN, 35, 35)


def test_models_of_zeros_match_nothing() -> None:
    zeros = [np.zeros(s, np.float32) for s in ((4, 3), (4, 3), (3, 4))]
    units = hidden_units(*zeros)
    assert match_units(units, units) == Matching(0, 4, 0, 0)


@pytest.mark.parametrize("block_rows", [1, 1024])
def test_twins_are_left_out_as_ties(block_rows: int) -> None:
    """Units 0 and 1 alike in both models: neither has a single best match, row or column."""
    gate, up, down = _layer(np.random.default_rng(3))
    gate[1], up[1], down[:, 1] = gate[0], up[0], down[:, 0]
    units = hidden_units(gate, up, down)
    found = match_units(units, units, block_rows=block_rows)
    assert (found.in_place, found.matched) == (HIDDEN - 2, HIDDEN - 2)


def test_twin_in_one_model_only_leaves_its_column_out() -> None:
    rng = np.random.default_rng(4)
    gate, up, down = _layer(rng)
    whole = hidden_units(gate.copy(), up.copy(), down.copy())
    gate[1], up[1], down[:, 1] = gate[0], up[0], down[:, 0]
    found = match_units(hidden_units(gate, up, down), whole, block_rows=1)
    assert found.matched == HIDDEN - 2
    assert found.in_place == HIDDEN - 1


def test_fewer_units_in_one_model_are_still_matched() -> None:
    layer = _layer(np.random.default_rng(5))
    gate, up, down = layer
    narrow = hidden_units(gate[:30], up[:30], down[:, :30])
    wide = hidden_units(*layer)
    assert match_units(narrow, wide) == Matching(30, 30, 30, 30)
    assert match_units(wide, narrow).in_place == 30
    assert match_units(wide, narrow).units == HIDDEN


def test_shapes_of_no_gated_mlp_are_refused() -> None:
    gate, up, down = _layer(np.random.default_rng(6))
    with pytest.raises(ValueError, match="not one gated MLP"):
        hidden_units(gate, up, down.T)
    units, other = hidden_units(gate, up, down), hidden_units(gate[:, :6], up[:, :6], down[:6])
    with pytest.raises(ValueError, match="width"):
        match_units(units, other)
