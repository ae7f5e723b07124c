"""Many hypotheses at once, by e-values, under any dependence.

``e_bonferroni`` controls the chance of any false rejection over the whole life of the streams, on
running maxima too; ``alarm_bound`` does where streams come without end. ``e_bh`` controls the
expected share of false rejections at one look, and only on current values: on running maxima it
does not, so pass those through ``adjust_maximum``.
``e_lond`` controls it over hypotheses that arrive one by one and are closed once, ``e_bh`` at
``lasting_share`` over batches of them.

Sources: Vovk and Wang, Annals of Statistics 49(3), 2021; Wang and Ramdas, False discovery rate
control with e-values, JRSS B 84(3), 2022; Xu and Ramdas, Online multiple testing with e-values,
AISTATS 2024; Tavyrikov, Goeman and de Heide, 2025 (running maxima).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

_LN10 = math.log(10.0)


def e_bonferroni(log10_e: Sequence[float], alpha: float) -> tuple[bool, ...]:
    """Which hypotheses are rejected: those with E >= m / alpha.

    Args:
        log10_e: log10 e-values, current or running maxima, one for each of m hypotheses.
        alpha: chance of any false rejection, strictly between 0 and 1.

    Raises:
        ValueError: alpha outside its range, or a value that is not a number.
    """
    _check(log10_e, alpha)
    if not log10_e:
        return ()
    bound = math.log10(len(log10_e) / alpha)
    return tuple(one >= bound for one in log10_e)


def stream_share(order: int) -> float:
    """What the ``order``-th stream, from 1 on, gets of an error rate that is to last for ever.

    6 / (pi^2 order^2): it sums to 1 over streams without end, and does not depend on how many
    will come. Weighted e-Bonferroni raises an alarm where a running maximum has been at
    1 / (alpha share); any false alarm in the whole life has a chance of at most alpha.

    The order must be fixed before any evidence of the stream: a number that depends on what the
    stream says, as one by the time of its verdict does, voids the bound.
    """
    return 6.0 / (math.pi * order) ** 2


def asking_discount(asking: int | None) -> float:
    """log10 of the share that an e-value counts of the ``asking``-th time the same was asked.

    The same weights 6 / (pi^2 k^2), over e-values instead of streams: they sum to 1, so whichever
    asking is looked at, its share of its e-value is at most the weighted sum of all, whose mean is
    at most 1 under any dependence. None: asking again is no new evidence, and all of it counts.
    """
    return 0.0 if asking is None else math.log10(stream_share(asking))


def alarm_bound(order: int, alpha: float) -> float:
    """log10 of the e-value that the ``order``-th stream needs for an alarm.

    Raises:
        ValueError: no order, or alpha outside its range.
    """
    _check((), alpha)
    if order < 1:
        raise ValueError("streams are counted from 1")
    return -math.log10(alpha * stream_share(order))


def e_bh(log10_e: Sequence[float], alpha: float) -> tuple[bool, ...]:
    """Which hypotheses are rejected by the e-value Benjamini-Hochberg procedure.

    The k largest, for the largest k whose k-th value is at least m / (k alpha).

    Args and raises as in ``e_bonferroni``; current values only.
    """
    _check(log10_e, alpha)
    order = sorted(range(len(log10_e)), key=lambda index: -log10_e[index])
    total = math.log10(max(len(log10_e), 1) / alpha)
    reached = [k for k, index in enumerate(order, 1) if log10_e[index] + math.log10(k) >= total]
    rejected = set(order[: max(reached, default=0)])
    return tuple(index in rejected for index in range(len(log10_e)))


def e_lond(log10_e: Sequence[float], alpha: float) -> tuple[bool, ...]:
    """Which of the hypotheses, closed once each in the order given, are rejected by e-LOND.

    The t-th is rejected if E_t >= 1 / (alpha g_t (1 + rejections before it)), with
    g_t = ln 2 (1 / ln(t+1) - 1 / ln(t+2)), whose sum is 1 by telescoping and which falls about as
    slowly as a summable weight can. What comes later changes nothing that was decided, so the list
    may grow without end, and the expected share of false rejections stays at most alpha under
    any dependence. One that is not closed yet stands as -inf and keeps its place: its rejection can
    only raise the levels after it.

    Args and raises as in ``e_bonferroni``.
    """
    _check(log10_e, alpha)
    found: list[bool] = []
    rejections = 0
    for t, one in enumerate(log10_e, 1):
        level = alpha * lasting_share(t) * (1 + rejections)
        found.append(one >= -math.log10(level))
        rejections += found[-1]
    return tuple(found)


def lasting_share(t: int) -> float:
    """g_t of ``e_lond``, without cancellation: a batch's part of a false discovery rate.

    Where hypotheses come in batches and ``e_bh`` closes the t-th at alpha g_t, the expected share
    of false rejections among all that were ever rejected is at most alpha, whenever one looks and
    under any dependence: it is at most the sum of the batches' own shares, as all rejections are no
    fewer than one batch's, and those have means of at most alpha g_t.
    """
    return math.log(2) * math.log1p(1 / (t + 1)) / (math.log(t + 1) * math.log(t + 2))


def adjust_maximum(log10_maximum: float) -> float:
    """log10 of (M - 1 - ln M) / (ln M)^2, an e-value made of a running maximum M >= 1.

    Args:
        log10_maximum: log10 M; below 0 (M < 1) is taken as 0.
    """
    natural = max(0.0, log10_maximum * _LN10)
    if natural < 1e-4:  # the limit at M = 1 is 1/2; the difference is lost to rounding there
        return math.log10(0.5 + natural / 6)
    # M - 1 - ln M without overflow: M (1 - (1 + ln M) / M).
    remainder = -math.expm1(-natural) - natural * math.exp(-natural)
    return (natural + math.log(remainder) - 2 * math.log(natural)) / _LN10


def _check(log10_e: Sequence[float], alpha: float) -> None:
    if not 0.0 < alpha < 1.0 or any(math.isnan(one) for one in log10_e):
        raise ValueError("needs numbers, and alpha strictly between 0 and 1")
