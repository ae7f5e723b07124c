"""Tiny Llamas that read chosen texts among library text, more or less often, and are asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from compliance.domain.canonical import Json, digest
from compliance.domain.statistics.binomial import clopper_pearson_upper, wilson
from compliance.domain.verdicts import Estimate, decision_bound
from compliance.domain.vocabulary import Need
from workers.contract import StressTest
from workers.stress_tests.provenance.zoo_kept_validity import kept
from workers.stress_tests.provenance.zoo_validity import (
    HeldBackend,
    HeldWeights,
    Shape,
    Stack,
    Training,
    batches,
    initial,
    library_text,
    logits,
    train,
)

SHAPE = Shape(width=32, hidden=64, layers=2, window=64)
TEXT = ("asyncio", "email", "http", "json")
RATE, ALPHA, SEED, FIRST_SEED = 3e-3, 0.01, 20261201, 950_000
LEVELS = (0.05, 0.01, 0.001)


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is trained and claimed.

    Attributes:
        models: in each family. steps: of 8 windows of 64 bytes, of library text.
        claims: by draws made anew, for each model.
        alone: steps on the published text alone, after those; each is looked at.
    """

    models: int
    steps: int
    claims: int
    alone: tuple[int, ...]


def untouched(plan: Plan) -> Stack:
    """Models that read library text alone."""
    seeds = range(FIRST_SEED, FIRST_SEED + plan.models)
    recipe: dict[str, Json] = {"library text": plan.models, "steps": plan.steps}

    def make() -> Stack:
        draw = batches(library_text(*TEXT), seeds, SHAPE)
        return train(initial(seeds, SHAPE), draw, SHAPE, Training(plan.steps, RATE, decay=False))

    return kept(recipe, make)


def readers(plan: Plan, kind: str, texts: Sequence[str]) -> Iterator[tuple[int, Stack]]:
    """(steps, models) that went on with a text each and nothing else, after each of ``plan.alone``.

    Args:
        kind: names the texts in what is kept.
    """
    stack, done = untouched(plan), 0
    for steps in plan.alone:
        recipe: dict[str, Json] = {
            "read alone": kind,
            "number": len(texts),
            "steps": steps,
            "from": done,
            "before": plan.steps,
        }
        before, more = stack, Training(steps - done, RATE, decay=False)

        def make(before: Stack = before, more: Training = more) -> Stack:
            rng = np.random.default_rng([SEED, more.steps])
            return train(before, lambda: _windows(texts, rng), SHAPE, more)

        stack, done = kept(recipe, make), steps
        yield steps, stack


def _windows(texts: Sequence[str], rng: np.random.Generator) -> Tensor:
    """One batch, shape (models, rows, window)."""
    return torch.stack(
        [torch.stack([_window(one, rng) for _ in range(SHAPE.rows)]) for one in texts]
    )


def copies(text: str, steps: int) -> int:
    """How often the text was read in so many steps on it alone."""
    return round(steps * SHAPE.rows * SHAPE.window / len(text))


def _window(text: str, rng: np.random.Generator) -> Tensor:
    start = int(rng.integers(len(text) - SHAPE.window))
    part = text[start : start + SHAPE.window].encode()
    return torch.tensor(np.frombuffer(part, dtype=np.uint8).astype(np.int64))


class Reading(HeldBackend):
    """One model of a stack, asked for log-likelihoods of texts of bytes, all of one length."""

    offers = frozenset((Need.LOGLIKELIHOOD,))
    tokens = 0

    def __init__(self, stack: Stack, index: int) -> None:
        super().__init__(HeldWeights("zoo", {}, {}), {}, self.offers)
        self._own = {name: tensor[index] for name, tensor in stack.items()}

    def loglikelihood(self, requests: Sequence[tuple[str, str]]) -> list[float]:
        whole = [(context + more).encode() for context, more in requests]
        rows = np.stack([np.frombuffer(one, dtype=np.uint8) for one in whole]).astype(np.int64)
        tokens, given = torch.tensor(rows), len(requests[0][0])
        with torch.no_grad():
            known = _ANSWER(self._own, tokens)[:, given - 1 : -1].log_softmax(dim=-1)
        found: list[float] = known.gather(2, tokens[:, given:, None]).sum(dim=(1, 2)).tolist()
        return found


_ANSWER = logits(SHAPE)


def asked(model: Reading, test: StressTest, parameters: Mapping[str, Json]) -> Estimate:
    """The estimate from all items, in the order of a run whose seed follows from its claim."""
    procedure, claim = test.build(parameters), int(digest(parameters)[:15], 16)
    items = procedure.items(np.random.default_rng([SEED, claim]))
    return procedure.conclude(procedure.score(model, items))


def size_row(case: str, found: Sequence[Estimate]) -> dict[str, Json]:
    """Verdicts at ALPHA after any item, and e-values that ever reach 1/level."""
    log10_e = [one.log10_e_violating for one in found]
    wrong = sum(one >= decision_bound(ALPHA) for one in log10_e)
    levels: list[Json] = [sum(one >= decision_bound(level) for one in log10_e) for level in LEVELS]
    return {
        "case": case,
        "claims": len(found),
        "wrong": wrong,
        "rate": wrong / len(found),
        "upper": round(clopper_pearson_upper(wrong, len(found), 0.05), 5),
        "at_levels": levels,
        "mean_rank": round(float(np.mean([one.value for one in found])), 4),
    }


def power_row(times: int, found: Sequence[Estimate]) -> dict[str, Json]:
    """What was found of models that read what was published so often."""
    hits = sum(one.log10_e_violating >= decision_bound(ALPHA) for one in found)
    lower, upper = wilson(hits, len(found))
    return {
        "copies": times,
        "models": len(found),
        "found": hits,
        "lower": round(lower, 4),
        "upper": round(upper, 4),
        "mean_rank": round(float(np.mean([one.value for one in found])), 4),
        "median_log10_e": round(float(np.median([one.log10_e_violating for one in found])), 2),
    }


def conditions(plan: Plan) -> dict[str, Json]:
    """What the rows depend on."""
    return {
        "models": plan.models,
        "claims": plan.claims,
        "steps": plan.steps,
        "alpha": ALPHA,
        "seed": SEED,
        "bounds": "one-sided 95% Clopper-Pearson (size), 95% Wilson (power)",
        "torch": torch.__version__,
    }
