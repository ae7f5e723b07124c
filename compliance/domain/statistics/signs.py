"""Exact e-value from the signs of matched hidden units in gated MLPs.

A gated unit computes down * (act(gate . x) * (up . x)), so (up, down) -> (-up, -down) leaves
the network's function unchanged. Null hypothesis: one network's signs are fair coins,
independent of everything else (independent, sign-symmetric initialisation; training that
commutes with the flip, as SGD, Adam, weight decay and clipping do). Units are matched by a
score that does not change under the flip; then the number of matched pairs whose up and down
weights point the same way is Binomial(n, 1/2) exactly, however alike the two networks grew.

The labels of the units are never used, so the e-value survives a permutation of hidden units,
and under the null it may be multiplied with one from fixed points of a sign-blind matching.
"""

from __future__ import annotations

import math

from scipy.special import betaln


def log10_e_signs(positive: int, matched: int) -> float:
    """log10 of E = 2^n B(S+1, n-S+1), the likelihood ratio of a uniform share against 1/2.

    The ratio integrates theta^S (1-theta)^(n-S) over theta in [0, 1] and divides by 2^-n; its
    mean under Binomial(n, 1/2) is exactly 1. Both an excess and a lack of agreement count.

    Args:
        positive: S, matched pairs that agree in sign.
        matched: n, matched pairs whose agreement is not exactly zero; 0 gives log10 E = 0.

    Raises:
        ValueError: not 0 <= positive <= matched.
    """
    if not 0 <= positive <= matched:
        raise ValueError("positive signs must lie between 0 and the matched pairs")
    natural = matched * math.log(2.0) + float(betaln(positive + 1, matched - positive + 1))
    return natural / math.log(10.0)
