"""The error budget: shares that last for ever, and lives in which every stream is healthy."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from compliance.domain.statistics.binomial import clopper_pearson_upper
from compliance.domain.statistics.multiplicity import alarm_bound, stream_share

ALPHA = 0.05


def test_shares_sum_to_one_over_streams_without_end() -> None:
    million = sum(stream_share(order) for order in range(1, 1_000_001))
    assert million == pytest.approx(1.0, abs=1e-6)
    assert million < 1.0


def test_an_alarm_needs_more_the_later_the_stream() -> None:
    bounds = [alarm_bound(order, ALPHA) for order in range(1, 50)]
    assert bounds == sorted(bounds)
    assert 10 ** bounds[0] == pytest.approx(math.pi**2 / 6 / ALPHA)


@pytest.mark.parametrize(("order", "alpha"), [(0, 0.05), (1, 0.0), (1, 1.0)])
def test_nonsense_is_refused(order: int, alpha: float) -> None:
    with pytest.raises(ValueError, match=r"counted|alpha"):
        alarm_bound(order, alpha)


def test_the_worst_healthy_streams_raise_a_false_alarm_in_at_most_alpha_of_lives() -> None:
    """Ville's inequality is met with equality by a maximum of 1/U: no stream can be worse."""
    lives, streams = 40_000, 200
    maxima = -np.log10(np.random.default_rng(20261127).random((lives, streams)))
    bounds = np.array([alarm_bound(order, ALPHA) for order in range(1, streams + 1)])
    alarmed = int(np.sum((maxima >= bounds).any(axis=1)))
    uncorrected = int(np.sum((maxima >= -math.log10(ALPHA)).any(axis=1)))
    bound = clopper_pearson_upper(alarmed, lives)
    assert bound == pytest.approx(ALPHA, rel=0.02)
    page = (Path(__file__).parents[2] / "docs" / "statistics.md").read_text()
    assert (
        f"a false alarm was raised in {alarmed:,} ({alarmed / lives:.2%}, one-sided 95% bound "
        f"{bound:.2%}); without the budget, in {uncorrected:,}."
    ) in page
