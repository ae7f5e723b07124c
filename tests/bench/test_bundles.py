"""How long a bundle takes to build and to verify."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import pytest

from compliance.domain.verify.bundle import bundle_build
from compliance.domain.verify.rules import Outcome, Rule, verify
from tests.domain.verify.bundles import SmallLog, bundle

pytestmark = pytest.mark.bench

ROUNDS = 21
ASKED_MS = 50.0
"""What the issue asks of a bundle of 300 items, without the statistic."""


def median_ms(work: Callable[[], object]) -> float:
    found = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        work()
        found.append(1e3 * (time.perf_counter() - started))
    return statistics.median(found)


@pytest.mark.parametrize("asked", [24, 300, 2_520])
def test_bundles(asked: int) -> None:
    log = SmallLog(entries=[b"%d" % n for n in range(1_000)])
    whole = bundle(log, count=asked, asked=asked)
    data, trust = bundle_build(whole), log.trust

    def proofs() -> None:
        for step in verify(data, trust):
            assert step.outcome is Outcome.HOLDS
            if step.rule is Rule.PAGE:
                return

    built, proved = median_ms(lambda: bundle_build(whole)), median_ms(proofs)
    everything = median_ms(lambda: list(verify(data, trust)))
    print(
        f"\nbundle of {asked:,} items, {len(data):,} bytes: built in {built:.1f} ms, proofs "
        f"verified in {proved:.1f} ms, with the statistic {everything:.1f} ms (median of "
        f"{ROUNDS})"
    )
    if asked <= 300:
        assert proved <= ASKED_MS
