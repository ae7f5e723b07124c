"""Against other people's packages where they compute the same number; skipped where absent."""

import math
from types import ModuleType

import numpy as np
import pytest

from compliance.domain.statistics.betting import BET_SHARES, log_e_process
from compliance.domain.statistics.judged import AuditedRate
from compliance.domain.statistics.multiplicity import e_lond


def _oracle(name: str) -> ModuleType:
    return pytest.importorskip(name, reason=f"the oracle {name} is not installed")


def test_capital_is_that_of_confseq(monkeypatch: pytest.MonkeyPatch) -> None:
    # Its last release names types that numpy 2 dropped.
    monkeypatch.setattr(np, "float_", np.float64, raising=False)
    betting = _oracle("confseq.betting")
    values = np.random.default_rng(1).beta(1, 4, 200)
    for mean in (0.1, 0.2, 0.5):
        theirs = np.mean(
            [
                betting.betting_mart(
                    values,
                    mean,
                    lambdas_fn_positive=lambda x, m, f=share: np.full(len(x), f / m),
                    theta=1,
                    trunc_scale=1,
                )
                for share in BET_SHARES
            ],
            axis=0,
        )
        ours = np.exp(log_e_process(values, mean=mean))
        assert ours == pytest.approx(theirs, rel=1e-9)


def test_e_lond_decides_as_online_fdr() -> None:
    theirs = _oracle("online_fdr.e_values").ELond

    class Weights:
        """Ours."""

        def calc_gamma(self, index: int, **_: float) -> float:
            return math.log(2) * (1 / math.log(index + 1) - 1 / math.log(index + 2))

    rng = np.random.default_rng(2)
    log10_e = rng.exponential(0.7, 300) + 4 * (rng.random(300) < 0.1)
    oracle = theirs(alpha=0.1, gamma_seq=Weights())
    decided = tuple(bool(oracle.test_one(10**one)) for one in log10_e)
    assert e_lond(log10_e.tolist(), 0.1) == decided
    assert 5 < sum(decided) < 100


def test_the_corrected_mean_is_that_of_prediction_powered_inference() -> None:
    ppi = _oracle("ppi_py")
    rng = np.random.default_rng(3)
    judge = (rng.random(1000) < 0.3).astype(float)
    truth = np.where(rng.random(1000) < 0.8, judge, 1 - judge)
    chosen = np.arange(1000) % 5 == 0
    labels = np.where(chosen, truth, np.nan)
    ours = AuditedRate(0.5, 0.2).corrected(np.stack([judge, labels], axis=1)).mean()
    theirs = ppi.ppi_mean_pointestimate(truth[chosen], judge[chosen], judge, lam=1.0)
    assert ours == pytest.approx(float(np.squeeze(theirs)), abs=1e-12)
