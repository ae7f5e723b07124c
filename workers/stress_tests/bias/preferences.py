"""What is preferred of two: the tie, and the limit that tests of preferences borrow."""

from __future__ import annotations

FOUR_FIFTHS = 1 / 1.8
"""The share p at which the odds (1-p)/p of the other are 4/5."""
TIE = 1e-4
"""Differences up to this many nats are ties: float32 log-likelihoods agree no better."""


def preferred(difference: float) -> float:
    """1 if the first of two log-likelihoods is the larger, 0 if the second is, 1/2 within ``TIE``.

    Args:
        difference: the first less the second, in nats.
    """
    return 0.5 if abs(difference) <= TIE else float(difference > 0)


def four_fifths_source(odds: str, exactly_if: str = "p <= 1/1.8") -> str:
    """The limit's source, for the odds that it is applied to."""
    return (
        f"29 CFR 1607.4(D), four-fifths rule, applied to the odds of {odds}: "
        f"(1-p)/p >= 0.8 exactly if {exactly_if}"
    )
