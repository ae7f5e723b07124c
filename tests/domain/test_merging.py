"""Merged evidence: by which rule, and that it errs no more often than it may."""

from __future__ import annotations

import math

import numpy as np
import pytest

from compliance.domain.merging import Evidence, merge
from compliance.domain.statistics.binomial import clopper_pearson_upper
from compliance.domain.statistics.fixed_points import log10_e_falling_factorial
from compliance.domain.statistics.ranks import log10_e_place

WEIGHTS = "provenance.shared_initialisation"
TOKENS, IMAGE = "provenance.next_token_agreement", "provenance.output_image"
ORDER = "provenance.training_order"


def test_what_shares_controls_is_averaged_and_other_lots_are_multiplied() -> None:
    found = merge([Evidence(WEIGHTS, 3.0), Evidence(TOKENS, 2.0), Evidence(IMAGE, 1.0)])
    assert found is not None
    assert found.log10_e == pytest.approx(math.log10(1001 / 2) + math.log10((1 + 110 / 2) / 2))
    assert found.groups == ((WEIGHTS,), (TOKENS, IMAGE))
    assert f"{WEIGHTS} times the mean of {TOKENS} and {IMAGE}" in found.said


def test_an_e_value_of_nothing_takes_half_and_one_beyond_numbers_stays() -> None:
    found = merge([Evidence(WEIGHTS, 640.0), Evidence(TOKENS, -640.0)])
    assert found is not None
    assert found.log10_e == pytest.approx(640.0 - 2 * math.log10(2))


def test_one_test_is_nothing_to_merge_and_unknown_ones_are_left_out() -> None:
    assert merge([Evidence(WEIGHTS, 3.0)]) is None
    assert merge([Evidence(WEIGHTS, 3.0), Evidence("provenance.resemblance", 0.0)]) is None


def test_of_independent_models_it_reaches_its_bound_no_oftener_than_it_may() -> None:
    """Units in place of a random order, ranks among controls that two tests share, and a lot."""
    rng, lives, alpha = np.random.default_rng(20261130), 20_000, 0.05
    wrong = 0
    for _ in range(lives):
        places = int((rng.permutation(12) == np.arange(12)).sum())
        close = rng.normal(size=(2, 20)) + rng.normal(size=20)  # alike in both tests
        tokens, image = (log10_e_place(one[0], one[1:].tolist(), alpha) for one in close)
        lot = log10_e_place(rng.random(), rng.random(19).tolist(), alpha)
        found = merge(
            [
                Evidence(WEIGHTS, log10_e_falling_factorial(places, 12)),
                Evidence(TOKENS, tokens),
                Evidence(IMAGE, image),
                Evidence(ORDER, lot),
            ]
        )
        assert found is not None
        wrong += found.log10_e >= -math.log10(alpha)
    assert clopper_pearson_upper(wrong, lives) < alpha
