"""Sketches: the exact level of their e-values, what the shortcut costs, and what they find."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.domain.statistics.sketches import (
    BITS,
    LAYERS,
    UNITS,
    Sketch,
    layers_sketched,
    projections,
    screen,
    signs_packed,
)

FIRST = [-1.0681834, -0.3687674]


def _words(rng: np.random.Generator, layers: int = LAYERS, units: int = UNITS) -> np.ndarray:
    return signs_packed(list(rng.standard_normal((layers, units, BITS), dtype=np.float32)))


def test_every_bit_splits_the_units_of_a_layer_in_halves() -> None:
    words = _words(np.random.default_rng(0))
    bits = np.unpackbits(words.view(np.uint8).reshape(LAYERS, UNITS, 8), axis=2)
    assert (bits.sum(axis=1) == UNITS // 2).all()
    assert words.nbytes == 4096
    assert Sketch(7, words).to_bytes() == words.astype("<u8").tobytes()
    assert Sketch(7, words).key == (1, 7, LAYERS, UNITS)


def test_mean_of_the_e_value_over_relabellings_is_at_most_one() -> None:
    """One real pair of sketches that look alike, relabelled 20,000 times, layer by layer."""
    rng = np.random.default_rng(1)
    own = _words(rng, layers=2, units=8)
    other = own ^ _words(rng, layers=2, units=8) & _words(rng, layers=2, units=8)
    relabelled = np.stack(
        [np.stack([layer[rng.permutation(8)] for layer in other]) for _ in range(20_000)]
    )
    e_values = 10.0 ** screen(own, relabelled)
    assert e_values.mean() <= 1.0 + 4 * e_values.std() / np.sqrt(len(e_values))
    assert 0.01 < (e_values > 0).mean() < 0.2


@given(seed=st.integers(0, 1000))
@settings(max_examples=10, deadline=None, derandomize=True)
def test_a_sketch_finds_itself_among_others_and_nothing_else(seed: int) -> None:
    rng = np.random.default_rng(seed)
    others = np.stack([_words(rng) for _ in range(300)])
    found = screen(others[17], others)
    assert found[17] > 500
    assert np.delete(found, 17).max() < 4


@pytest.mark.parametrize("flipped", [0.1, 0.3, 0.4])
def test_a_worn_sketch_is_found(flipped: float) -> None:
    rng = np.random.default_rng(2)
    own = _words(rng)
    noise = np.packbits(rng.random((LAYERS, UNITS, BITS)) < flipped, axis=2).view("<u8")[..., 0]
    assert screen(own, (own ^ noise)[None])[0] > 6


def test_units_that_look_alike_are_not_counted() -> None:
    """Which of two equal units comes first is a matter of labels."""
    own = _words(np.random.default_rng(3))
    twins = own.copy()
    twins[:, 1::2] = twins[:, ::2]
    assert screen(twins, twins[None])[0] < 0
    assert screen(own, own[None])[0] > 500


def test_dropped_layers_in_between_leave_first_and_last() -> None:
    assert layers_sketched(30) == [0, 1, 2, 3, 26, 27, 28, 29]
    assert layers_sketched(3) == [0, 1, 2]
    assert layers_sketched(8) == list(range(8))


def test_nobody_to_compare_with_and_other_shapes() -> None:
    own = _words(np.random.default_rng(0))
    assert screen(own, np.empty((0, LAYERS, UNITS), dtype=np.uint64)).shape == (0,)
    with pytest.raises(ValueError, match="sketches of"):
        screen(own, np.empty((1, LAYERS, 5), dtype=np.uint64))


def test_projections_are_the_same_everywhere() -> None:
    """Stored sketches would be worth nothing if a library drew other numbers."""
    found = projections(3)
    assert found.shape == (6, BITS)
    assert found.dtype == np.float32
    assert found[:2, 0].tolist() == pytest.approx(FIRST, abs=1e-6)
