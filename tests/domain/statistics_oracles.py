"""What other people's packages compute, for tests to be held against: not run by tests.

They need a compiler, or a hundred megabytes of other libraries, so they live in an environment of
their own and what they gave is kept beside this file, with their versions. confseq asks for Boost
to be installed, its module ``betting`` does not, so that its source will do:

    python -m venv ORACLES && ORACLES/bin/pip install online-fdr ppi-python multiprocess
    git clone --branch v0.0.11 https://github.com/gostevehoward/confseq
    PYTHONPATH=confseq/src ORACLES/bin/python tests/domain/statistics_oracles.py

Inputs are written with the outputs. Nothing here imports Assay.
"""

from __future__ import annotations

import json
import math
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

KEPT = Path(__file__).with_suffix(".json")
CONFSEQ = "0.0.11"
PACKAGES = ("online-fdr", "ppi-python", "numpy")


def betting(rng: np.random.Generator) -> dict[str, Any]:
    """Capital of bets of fixed shares, with and without replacement, by Waudby-Smith and Ramdas."""
    theirs = import_module("confseq.betting")
    values, size_of_bank = rng.beta(1, 4, 200), 120
    # The first half: towards its end a candidate can become impossible, which theirs does not ask.
    bank = rng.permutation(np.repeat([1.0, 0.0], [25, size_of_bank - 25]))[:60]
    means, shares = (0.15, 0.2, 0.25), (0.1, 0.5, 0.9)

    def capital(drawn: Any, mean: float, share: float, size: int | None) -> list[float]:
        found = theirs.betting_mart(
            drawn,
            mean,
            lambdas_fn_positive=lambda x, m: share / expected(x, m, size),
            theta=1,
            trunc_scale=1,
            N=size,
        )
        return [float(one) for one in found]

    def expected(drawn: Any, mean: float, size: int | None) -> Any:
        """The mean of each value, given those before it, if ``mean`` is the bank's."""
        before = np.arange(len(drawn))
        if size is None:
            return np.full(len(drawn), mean)
        return (size * mean - (np.cumsum(drawn) - drawn)) / (size - before)

    return {
        "values": values.tolist(),
        "bank": bank.tolist(),
        "rows": [
            {
                "mean": mean,
                "share": share,
                "size": size,
                "capital": capital(drawn, mean, share, size),
            }
            for drawn, size in ((values, None), (bank, size_of_bank))
            for mean in means
            for share in shares
        ],
    }


def online(rng: np.random.Generator) -> dict[str, Any]:
    """What e-LOND decides with the weights g_t = ln 2 (1 / ln(t+1) - 1 / ln(t+2))."""
    theirs = import_module("online_fdr.e_values").ELond

    class Weights:
        def calc_gamma(self, index: int, **_: float) -> float:
            return math.log(2) * (1 / math.log(index + 1) - 1 / math.log(index + 2))

    log10_e = rng.exponential(0.7, 300) + 4 * (rng.random(300) < 0.1)
    oracle = theirs(alpha=0.1, gamma_seq=Weights())
    decided = [bool(oracle.test_one(10**one)) for one in log10_e]
    return {"alpha": 0.1, "log10_e": log10_e.tolist(), "rejected": decided}


def prediction_powered(rng: np.random.Generator) -> dict[str, Any]:
    """A mean of outcomes by few labels and many predictions."""
    theirs = import_module("ppi_py")
    judge = (rng.random(1000) < 0.3).astype(float)
    truth = np.where(rng.random(1000) < 0.8, judge, 1 - judge)
    chosen = np.arange(1000) % 5 == 0
    mean = theirs.ppi_mean_pointestimate(truth[chosen], judge[chosen], judge, lam=1.0)
    return {
        "judge": judge.tolist(),
        "labels": [float(one) if drawn else None for one, drawn in zip(truth, chosen, strict=True)],
        "share": 0.2,
        "mean": float(np.squeeze(mean)),
    }


def main() -> None:
    vars(np)["float_"] = np.float64  # confseq names a type that numpy 2 dropped
    rng = np.random.default_rng(20261128)
    found = {
        "versions": {"confseq": CONFSEQ} | {name: version(name) for name in PACKAGES},
        "betting": betting(rng),
        "online": online(rng),
        "prediction_powered": prediction_powered(rng),
    }
    KEPT.write_text(json.dumps(found, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
