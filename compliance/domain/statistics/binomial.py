"""Fixed-n intervals for one rate: Clopper-Pearson for bounds, Wilson for plots, never Wald.

Source: Clopper and Pearson, Biometrika 26, 1934; Wilson, JASA 22, 1927. Both by scipy.
"""

from __future__ import annotations

from functools import lru_cache

from scipy.stats import beta, binomtest

_KEPT = 4_096
"""Intervals kept: a page that judges a report anew asks for the same ones at every look."""


def clopper_pearson(hits: int, n: int, alpha: float = 0.05) -> tuple[float, float]:
    """Two-sided exact interval at 1 - ``alpha``; (0, 1) for n = 0.

    Raises:
        ValueError: not 0 <= hits <= n, or alpha outside (0, 1).
    """
    return _interval(hits, n, alpha, "exact")


def wilson(hits: int, n: int, alpha: float = 0.05) -> tuple[float, float]:
    """Two-sided score interval at 1 - ``alpha``; (0, 1) for n = 0. Raises as above."""
    return _interval(hits, n, alpha, "wilson")


@lru_cache(maxsize=_KEPT)
def clopper_pearson_upper(hits: int, n: int, alpha: float = 0.05) -> float:
    """One-sided exact upper bound at 1 - ``alpha``; 1 for n = 0. Raises as above."""
    _check(hits, n, alpha)
    return 1.0 if hits == n else float(beta.ppf(1.0 - alpha, hits + 1, n - hits))


@lru_cache(maxsize=_KEPT)
def _interval(hits: int, n: int, alpha: float, method: str) -> tuple[float, float]:
    _check(hits, n, alpha)
    if n == 0:
        return 0.0, 1.0
    found = binomtest(hits, n).proportion_ci(confidence_level=1.0 - alpha, method=method)
    return float(found.low), float(found.high)


def _check(hits: int, n: int, alpha: float) -> None:
    if not 0 <= hits <= n or not 0.0 < alpha < 1.0:
        raise ValueError("needs 0 <= hits <= n and alpha strictly between 0 and 1")
