"""Against what other people's packages computed, kept with their versions and how to make it again.

``statistics_oracles.py`` beside this file made the values, in an environment of its own.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from compliance.domain.statistics.betting import BET_SHARES, log_e_process
from compliance.domain.statistics.judged import AuditedRate
from compliance.domain.statistics.multiplicity import e_bh, e_lond

KEPT: dict[str, Any] = json.loads(Path(__file__).with_name("statistics_oracles.json").read_text())


def test_the_packages_are_named_with_their_versions() -> None:
    assert set(KEPT["versions"]) == {"confseq", "numpy", "online-fdr", "ppi-python"}
    assert all(KEPT["versions"].values())


def test_capital_is_that_of_confseq(monkeypatch: pytest.MonkeyPatch) -> None:
    """Share by share, with replacement and without; a mixture is the mean over its shares."""
    rows = KEPT["betting"]["rows"]
    assert {row["size"] for row in rows} == {None, 120}
    for row in rows:
        monkeypatch.setattr(
            "compliance.domain.statistics.betting.BET_SHARES", np.array([row["share"]])
        )
        drawn = np.array(KEPT["betting"]["values" if row["size"] is None else "bank"])
        ours = log_e_process(drawn, mean=row["mean"], bank_size=row["size"])
        assert np.exp(ours) == pytest.approx(row["capital"], rel=1e-9), row["mean"]
    assert len(BET_SHARES) == 8


def test_e_lond_decides_as_online_fdr() -> None:
    found = KEPT["online"]
    assert e_lond(found["log10_e"], found["alpha"]) == tuple(found["rejected"])
    assert 5 < sum(found["rejected"]) < 100


def test_the_corrected_mean_is_that_of_prediction_powered_inference() -> None:
    found = KEPT["prediction_powered"]
    pairs = np.array([found["judge"], found["labels"]], dtype=np.float64).T
    ours = AuditedRate(0.5, found["share"]).corrected(pairs).mean()
    assert ours == pytest.approx(found["mean"], abs=1e-12)


def test_e_bh_is_the_largest_set_that_is_consistent_with_itself() -> None:
    """By its definition: the most that can be, each with an e-value of at least m/(k alpha)."""
    rng = np.random.default_rng(4)
    for _ in range(200):
        log10_e = rng.exponential(0.8, 12)
        own, m, alpha = 10**log10_e, 12, 0.2
        sizes = [k for k in range(1, m + 1) if np.sort(own)[-k] >= m / (k * alpha)]
        threshold = np.sort(own)[-max(sizes)] if sizes else np.inf
        assert e_bh(log10_e.tolist(), alpha) == tuple(own >= threshold)
