"""How often a suspect's rank among controls is wrong, and which children it finds.

The zoo is that of ``provenance.shared_initialisation``. A claim is one accused model, one suspect
and controls drawn from a family; whoever shares a family shares some models, so bounds that take
claims as independent are a little too narrow.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch

from compliance.domain.canonical import Json
from compliance.domain.standing import Null
from compliance.domain.statistics.binomial import clopper_pearson, clopper_pearson_upper, wilson
from compliance.domain.statistics.ranks import places, rank_p
from workers.stress_tests.provenance import children_validity as trained
from workers.stress_tests.provenance import evasions_validity as evasions
from workers.stress_tests.provenance import shared_initialisation_validity as shared
from workers.stress_tests.provenance import zoo_arms_validity as zoo
from workers.stress_tests.provenance.asked_zoo_validity import Asked, Closeness, ask
from workers.stress_tests.provenance.evasions_validity import Cell, Tensors, members
from workers.stress_tests.provenance.zoo_arms_validity import part
from workers.stress_tests.provenance.zoo_families_validity import family, stands
from workers.stress_tests.provenance.zoo_validity import Stack

SEED = 20261202


@dataclass(frozen=True, slots=True)
class Plan:
    """Sizes of one measurement.

    Attributes:
        settings: (controls, alpha); error rates and power are judged by the first.
        merged, plain: parents of merges, and of other cells without training.
        tuned: fine-tuned models that stand among each other; 0 for no training at all.
        students: (number, steps) of models taught by a parent each.
        again: seeds trained a second time.
        prompts: that every model is asked.
    """

    seeds: int
    steps: int
    settings: tuple[tuple[int, float], ...]
    merged: int
    plain: int
    tuned: int
    students: tuple[int, int]
    again: int
    prompts: int


FULL = Plan(600, 200, ((29, 0.05), (19, 0.05), (99, 0.01)), 60, 20, 60, (30, 400), 20, 400)
QUICK = Plan(16, 30, ((6, 1 / 7),), 2, 2, 0, (0, 0), 0, 40)


@dataclass(frozen=True, slots=True)
class Claimed:
    """One accusation: how close the suspect is, and those that controls are drawn from."""

    suspect: float
    candidates: np.ndarray


def study(name: str, closeness: Closeness, *, quick: bool) -> dict[str, Json]:
    """The report of a stress test that ranks by ``closeness``."""
    plan, started = (QUICK if quick else FULL), time.monotonic()
    torch.set_num_threads(1)
    measured = _Zoo(plan, closeness)
    size = [row for case, claims in measured.families() for row in _size(plan, case, claims)]
    broken = [row for case, claims in measured.broken() for row in _size(plan, case, claims)[:1]]
    power = [_power(plan, *child) for child in measured.children()]
    controls, alpha = plan.settings[0]
    return {
        "test": name,
        "version": 1,
        "quick": quick,
        "command": f"python -m workers validate {name}",
        "design": {
            "zoo": "that of provenance.shared_initialisation",
            "controls": controls,
            "alpha": alpha,
            "seed": SEED,
            "bounds": "Clopper-Pearson, upper ones one-sided 95% (size); 95% Wilson (power)",
        },
        **stands(
            Null.CALIBRATED,
            alpha,
            [family(row, alpha) for row in size if row["controls"] == controls],
        ),
        "size": [*size],
        "broken": [*broken],
        "power": [*power],
        "seconds": round(time.monotonic() - started, 1),
    }


class _Zoo:
    """The models of a plan, asked once, and the claims that are made about them."""

    def __init__(self, plan: Plan, closeness: Closeness) -> None:
        self._plan, self._closeness = plan, closeness
        self._stack = zoo.seeds(zoo.arms(plan.steps)[0], plan.seeds)
        self._models = members(self._stack)
        self._asked = ask(self._models, plan.prompts)
        self._half = plan.seeds // 2
        self._among = closeness(self._asked, self._asked)

    def families(self) -> Iterator[tuple[str, list[Claimed]]]:
        """Controls that are exchangeable with a suspect that derives from nobody."""
        half, among = self._half, self._among
        first, second = slice(0, half), slice(half, 2 * half)
        yield "all read one text in one order", _ring(among[first, first])
        yield "suspect and controls read other text", _beside(among[second, first])
        yield "all read that other text, each in its own order", _ring(among[second, second])
        if self._plan.tuned:
            tuned = self._tuned
            yield "all fine-tuned on the same text", _ring(self._closeness(tuned, tuned))

    def broken(self) -> Iterator[tuple[str, list[Claimed]]]:
        """Suspects that derive from nobody, among controls that are not like them."""
        half, among, plan = self._half, self._among, self._plan
        same, other = among[:half, :half], among[half:, :half]
        yield "suspect read the accused's text, controls other text", _set(_next(same), other)
        yield "suspect read other text, controls the accused's", _set(np.diag(other), same)
        if not plan.tuned:
            return
        tuned = self._tuned
        against = self._closeness(self._first(half), tuned)
        both = _next(self._closeness(tuned, tuned))
        yield "suspect and accused fine-tuned on the same text, controls not", _set(both, against)
        arm = zoo.arms(plan.steps)[1]
        sgd = self._close(part(zoo.seeds(arm, 40), slice(0, 20)), 20)
        yield f"suspect trained by {arm.name}, controls by AdamW", _set(np.diag(sgd), same)
        students = self._students
        yield "student of another teacher, controls untaught", _set(_next(students), same)
        starts = (("accused's seed, other text", 0), ("checkpoint in common, other text", 50))
        for case, common in starts:
            again = zoo.again("other text", plan.again, plan.steps, common=common)
            found = np.diag(self._close(again, plan.again))
            yield f"the {case}, controls of other seeds on other text", _set(found, other)

    def children(self) -> Iterator[tuple[str, list[Claimed], list[Claimed]]]:
        """Children, each with its parent accused: among models that read the parent's text, and
        among children that other parents got in the same way.
        """
        same = self._among[: self._half, : self._half]
        for case, children in self._cells():
            found = self._closeness(self._ask(children), self._first(len(children)))
            yield case, _set(np.diag(found), same), _beside(found)
        number, steps = self._plan.students
        if number:
            case, taught = f"distilled into a fresh seed, {steps} steps", self._students
            yield case, _set(np.diag(taught), same), _beside(taught)

    def _cells(self) -> Iterator[Cell]:
        plan = self._plan
        yield from evasions.merges(self._models, plan.merged)
        yield from evasions.at_no_cost(self._models, plan.plain)
        if plan.tuned:
            yield from evasions.trained_for(self._stack, shared.FULL.effort)

    def _ask(self, models: Sequence[Tensors]) -> Asked:
        return ask(models, self._plan.prompts)

    def _first(self, number: int) -> Asked:
        asked = self._asked
        return Asked(asked.tokens[:number], asked.log_probabilities[:number], asked.heads[:number])

    def _close(self, suspects: Stack, accused: int) -> np.ndarray:
        return self._closeness(self._ask(members(suspects)), self._first(accused))

    @cached_property
    def _tuned(self) -> Asked:
        parents = part(self._stack, slice(0, self._plan.tuned))
        _, stack = next(trained.fine_tuned(parents, (100,), 1e-2))
        return self._ask(members(stack))

    @cached_property
    def _students(self) -> np.ndarray:
        number, steps = self._plan.students
        taught = trained.students(part(self._stack, slice(0, number)), steps=steps)
        return self._close(taught, number)


def _next(among: np.ndarray) -> np.ndarray:
    """How close each accused's neighbour is; shape (accused,), round the end."""
    return np.roll(among, -1, axis=0).diagonal()


def _ring(among: np.ndarray) -> list[Claimed]:
    """Each model accused, its neighbour the suspect, all others candidates."""
    return [
        Claimed(suspect, np.delete(among[:, k], [k, (k + 1) % len(among)]))
        for k, suspect in enumerate(_next(among))
    ]


def _beside(among: np.ndarray) -> list[Claimed]:
    """Each model accused, the k-th of a family of others the suspect and the rest candidates."""
    return [Claimed(among[k, k], np.delete(among[:, k], k)) for k in range(len(among))]


def _set(suspects: np.ndarray, pool: np.ndarray) -> list[Claimed]:
    """Suspects among a family of others; the accused and its neighbour are no candidates."""
    return [
        Claimed(suspect, np.delete(pool[:, k], [k, (k + 1) % len(pool)]))
        for k, suspect in enumerate(suspects)
    ]


def _found(claims: Sequence[Claimed], controls: int, alpha: float) -> int:
    """Claims whose suspect ranks within alpha, among controls drawn anew for each."""
    rng = np.random.default_rng([SEED, controls])
    ranks = [
        rank_p(float(one.suspect), rng.choice(one.candidates, controls, replace=False).tolist())
        for one in claims
    ]
    return sum(bool(p * (controls + 1) <= places(controls, alpha) + 1e-9) for p in ranks)


def _size(plan: Plan, case: str, claims: Sequence[Claimed]) -> list[dict[str, Json]]:
    """Wrong verdicts by setting; none where the family has too few for one."""
    rows: list[dict[str, Json]] = []
    for controls, alpha in plan.settings:
        if len(claims[0].candidates) < controls:
            continue
        wrong, n = _found(claims, controls, alpha), len(claims)
        rows.append(
            {
                "case": case,
                "controls": controls,
                "alpha": alpha,
                "claims": n,
                "wrong": wrong,
                "rate": wrong / n,
                "lower": round(clopper_pearson(wrong, n)[0], 4),
                "upper": round(clopper_pearson_upper(wrong, n), 4),
            }
        )
    return rows


def _power(
    plan: Plan, effect: str, claims: Sequence[Claimed], alike: Sequence[Claimed]
) -> dict[str, Json]:
    """Children found at the first setting, with Wilson's interval, and at the last; and, where
    there are enough of them for its alpha, among children of other parents.
    """
    n, (controls, alpha) = len(claims), plan.settings[0]
    detected = _found(claims, controls, alpha)
    lower, upper = wilson(detected, n)
    others = min(controls, n - 1)
    beside = _found(alike, others, alpha) if places(others, alpha) else None
    bounds = (0.0, 1.0) if beside is None else wilson(beside, n)
    return {
        "effect": effect,
        "pairs": n,
        "detected": detected,
        "lower": round(lower, 4),
        "upper": round(upper, 4),
        "shown_at_95": round(0.05 ** (1 / n), 4) if detected == n else 0.0,
        "detected_strictly": _found(claims, *plan.settings[-1]),
        "controls_alike": others,
        "detected_alike": beside,
        "alike_lower": round(bounds[0], 4),
        "alike_upper": round(bounds[1], 4),
        "alike_median": round(float(np.median([one.candidates for one in alike])), 4),
        "closeness_median": round(float(np.median([one.suspect for one in claims])), 4),
        "controls_median": round(float(np.median([one.candidates for one in claims])), 4),
        "controls_highest": round(float(np.max([one.candidates for one in claims])), 4),
    }
