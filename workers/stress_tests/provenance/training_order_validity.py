"""How often ``provenance.training_order`` accuses wrongly, and what it finds: tiny models in order.

Claimants train side by side on the same passages, each once and each in an order of its own; the
second half starts from the seeds of the first. In the chain 0, h, 1, h + 1, ... every order is
claimed once, against the next model, and what is read of each claim lies later in the chain: so the
claims are independent, and exact bounds on their number hold.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from compliance.domain.canonical import Json
from compliance.domain.standing import Family, Null
from compliance.domain.statistics.binomial import clopper_pearson_upper, wilson
from compliance.domain.statistics.orders import falling_p, lean, log10_e_falling
from compliance.domain.verdicts import decision_bound
from workers.stress_tests.provenance.ordered_zoo_validity import (
    PASSAGE,
    Plan,
    losses_of,
    passages_of,
    strangers_of,
    tuned,
)
from workers.stress_tests.provenance.ordered_zoo_validity import claimants as trained
from workers.stress_tests.provenance.training_order import SEED, training_order
from workers.stress_tests.provenance.zoo_families_validity import family, stands

ALPHA = 0.01
ANEW = "an order drawn anew"
LEVELS = (0.05, 0.01, 0.001)
RESHUFFLES = 1_999
FULL = Plan(100, 400, tuned=(10, 50, 200, 800), parents=20, zoo=600, strangers=110, anew=10_000)
QUICK = Plan(6, 20, tuned=(5,), parents=2, zoo=4, zoo_steps=5, strangers=2, anew=40)


@dataclass(frozen=True, slots=True)
class Claim:
    """That a model (``losses``, shape (passages,)) trained in an order (``places``, likewise)."""

    losses: np.ndarray
    places: np.ndarray

    @property
    def log10_e(self) -> float:
        return log10_e_falling(self.losses, self.places)

    @property
    def p_value(self) -> float:
        rng = np.random.default_rng(SEED)
        return falling_p(self.losses, self.places, rng, reshuffles=RESHUFFLES)


def validate(quick: bool) -> dict[str, Json]:
    """False accusations by family of suspects, broken assumptions, and power."""
    plan, started = (QUICK if quick else FULL), time.monotonic()
    torch.set_num_threads(1)
    passages = passages_of(plan)
    orders = [np.random.default_rng(k).permutation(plan.passages) for k in range(plan.claimants)]
    models = trained(plan, passages, orders)
    losses, places = losses_of(models, passages), [np.argsort(one) * 1.0 for one in orders]
    size = list(_size(plan, losses, places, passages))
    return {
        "test": "provenance.training_order",
        "version": training_order.identity.version,
        "quick": quick,
        "command": "python -m workers validate provenance.training_order",
        "design": {
            "claimants": plan.claimants,
            "passages": plan.passages,
            "bytes_a_passage": PASSAGE,
            "steps": plan.steps,
            "parents": plan.parents,
            "reshuffles": RESHUFFLES,
            "alpha": ALPHA,
            "bounds": "one-sided 95% Clopper-Pearson (size), 95% Wilson (power)",
            "torch": torch.__version__,
        },
        **stands(Null.EXACT, ALPHA, [_family(row) for row in size]),
        "size": [*size],
        "broken": [*_broken(plan, losses, passages)],
        "power": [*_power(plan, models, losses, places, passages)],
        "seconds": round(time.monotonic() - started, 1),
    }


def _size(
    plan: Plan, losses: np.ndarray, places: Sequence[np.ndarray], passages: Tensor
) -> Iterator[dict[str, Json]]:
    """Claims against models that did not train in the claimed order."""
    half = plan.claimants // 2
    chain = [k + part * half for k in range(half) for part in (0, 1)]
    links = list(zip(chain, chain[1:], chain[2:], strict=False))
    rng = np.random.default_rng(SEED)
    strangers = losses_of(strangers_of(plan), passages)
    made_up = [rng.permutation(plan.passages) * 1.0 for _ in strangers]
    for reference in (True, False):
        found = [
            Claim(losses[suspect] - reference * losses[other], places[own])
            for own, suspect, other in links
        ]
        yield _accused("another order, the same seed", reference, found[::2])
        yield _accused("another order, another seed", reference, found[1::2])
        apart = [
            Claim(strangers[k] - reference * losses[k % plan.claimants], made_up[k])
            for k in range(len(strangers))
        ]
        yield _accused("the same text in windows of its own", reference, apart[: plan.strangers])
        yield _accused("other text", reference, apart[plan.strangers :])
        yield _drawn_anew(plan, losses, reference)


def _drawn_anew(plan: Plan, losses: np.ndarray, reference: bool) -> dict[str, Json]:
    """Given the models, orders drawn anew are independent claims: as many as one likes."""
    rng = np.random.default_rng([SEED, int(reference)])
    found = []
    for k in range(plan.anew):
        suspect, other = k % plan.claimants, (k + 1) % plan.claimants
        told = losses[suspect] - reference * losses[other]
        found.append(Claim(told, rng.permutation(plan.passages) * 1.0).log10_e)
    return _row(ANEW, reference, found)


def _family(row: dict[str, Json]) -> Family:
    setting = "with a reference" if row["reference"] else "alone"
    return family(row, ALPHA, drawn=row["case"] == ANEW, setting=setting)


def _accused(case: str, reference: bool, claims: Sequence[Claim]) -> dict[str, Json]:
    p_values = [one.p_value for one in claims]
    shown: list[Json] = [sum(p <= level for p in p_values) for level in LEVELS]
    return _row(case, reference, [one.log10_e for one in claims]) | {"p_at_levels": shown}


def _row(case: str, reference: bool, log10_e: Sequence[float]) -> dict[str, Json]:
    """Verdicts at ALPHA, and e-values of at least 1/level."""
    wrong = sum(one >= decision_bound(ALPHA) for one in log10_e)
    levels: list[Json] = [sum(one >= decision_bound(level) for one in log10_e) for level in LEVELS]
    return {
        "case": case,
        "reference": reference,
        "claims": len(log10_e),
        "wrong": wrong,
        "rate": wrong / len(log10_e),
        "upper": round(clopper_pearson_upper(wrong, len(log10_e), 0.05), 5),
        "mean_e": round(float(np.mean(10.0 ** np.array(log10_e))), 3),
        "at_levels": levels,
    }


def _broken(plan: Plan, losses: np.ndarray, passages: Tensor) -> Iterator[dict[str, Json]]:
    """Orders that are no shuffle, claimed of models that trained in another one."""
    rng = np.random.default_rng(SEED)
    spaces = (passages == ord(" ")).sum(dim=1).double().numpy() + 0.1 * rng.random(len(passages))
    kinds = {
        "as in the source text": np.arange(plan.passages) * 1.0,
        "a curriculum, from dense lines to blank ones": spaces.argsort().argsort() * 1.0,
    }
    for case, places in kinds.items():
        for reference in (True, False):
            told = [losses[k] - reference * losses[k - 1] for k in range(plan.claimants)]
            yield _row(case, reference, [Claim(one, places).log10_e for one in told])


def _power(
    plan: Plan,
    models: dict[str, Tensor],
    losses: np.ndarray,
    places: Sequence[np.ndarray],
    passages: Tensor,
) -> Iterator[dict[str, Json]]:
    """What descends from a claimant's run, and parts of its transcript."""
    everything = np.full(plan.passages, True)
    case = "the claimant's own model"
    yield from _found(case, everything, losses[: plan.parents], losses, places)
    spread_over = {
        f"its transcript, one passage in {share}": np.arange(plan.passages) % share == 0
        for share in (2, 4, 8)
    }
    for name, asked in spread_over.items():
        yield from _found(name, asked, losses[: plan.parents], losses, places)
    late = np.arange(plan.passages) >= plan.passages * 3 // 4
    case = "its transcript, the last quarter alone"
    yield from _found(case, late, losses[: plan.parents], losses, places)
    for steps, stack in tuned(plan, models):
        suspects = losses_of(stack, passages)
        case = f"fine-tuned for {steps} steps"
        yield from _found(case, everything, suspects, losses, places)


def _found(
    case: str,
    asked: np.ndarray,
    suspects: np.ndarray,
    losses: np.ndarray,
    places: Sequence[np.ndarray],
) -> Iterator[dict[str, Json]]:
    """Each suspect against the order it descends from.

    Args:
        asked: which places of the transcript are asked, shape (passages,).
    """
    for reference in (True, False):
        claims = []
        for k in range(len(suspects)):
            of = asked[places[k].astype(int)]
            told = suspects[k] - reference * losses[(k + 1) % len(losses)]
            claims.append(Claim(told[of], places[k][of]))
        hits = sum(one.log10_e >= decision_bound(ALPHA) for one in claims)
        lower, upper = wilson(hits, len(claims))
        yield {
            "case": case,
            "reference": reference,
            "suspects": len(claims),
            "found": hits,
            "lower": round(lower, 4),
            "upper": round(upper, 4),
            "passages": int(asked.sum()),
            "median_correlation": round(
                float(np.median([-lean(one.losses, one.places) for one in claims])), 4
            ),
            "median_log10_e": round(float(np.median([one.log10_e for one in claims])), 2),
            "median_p": float(np.median([one.p_value for one in claims])),
        }
