"""What a run would come to, before it: simulated verdicts, and a short probe of tokens and time.

A procedure declares in ``planning`` what its verdict is made of; the planner knows no stress test
by name.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import cast

import numpy as np

from compliance.domain.canonical import Json
from compliance.domain.errors import InvalidInputError
from compliance.domain.statistics.lives import Design
from compliance.domain.statistics.planning import (
    Banks,
    NothingToPlan,
    Outlook,
    default_rates,
    outlook,
)
from workers.catalogue import unmeasured
from workers.contract import Backend, Procedure, StressTest
from workers.execution import require_needs

SEED = 20261125
"""Of every plan: the same question has the same answer."""


@dataclass(frozen=True, slots=True)
class Probe:
    """What one batch of the test's own items took on a model, its answers thrown away.

    Attributes:
        items: in the measured batch.
        tokens_per_item, seconds_per_item: of that batch, on this machine, now.
        loading_seconds: until a first item was answered, before the batch.
    """

    items: int
    tokens_per_item: float
    seconds_per_item: float
    loading_seconds: float


@dataclass(frozen=True, slots=True)
class Plan:
    """What is foreseen for one test with given parameters.

    Attributes:
        lead: True where every verdict would be inconclusive, as error rates were not measured.
        most_items: at which a token budget ends the run; None without one.
    """

    design: Design
    banks: Banks
    outlooks: tuple[Outlook, ...]
    lead: bool
    probe: Probe | None
    most_items: int | None

    def to_json(self) -> dict[str, Json]:
        return {
            "seed": SEED,
            "design": cast(Json, asdict(self.design)),
            "banks": list(self.banks.sizes),
            "assumes": list(self.banks.assumes),
            "lead": self.lead,
            "most_items": self.most_items,
            "probe": cast(Json, asdict(self.probe)) if self.probe else None,
            "outlooks": [self._row(one) for one in self.outlooks],
        }

    def _row(self, one: Outlook) -> Json:
        row = cast(dict[str, Json], asdict(one)) | {"right": one.right.value}
        if self.probe:
            row["tokens"] = round(one.items.mean * self.probe.tokens_per_item)
            row["seconds"] = round(one.items.mean * self.probe.seconds_per_item, 1)
        return row


def plan(
    test: StressTest,
    parameters: Mapping[str, Json],
    rates: Sequence[float],
    *,
    lives: int,
    backend: Backend | None = None,
    token_budget: int | None = None,
) -> Plan | NothingToPlan:
    """Foresee ``test``, by default at rates around its limit.

    Args:
        lives: simulated runs at each rate.
        backend: probed for tokens and time, where given.
        token_budget: after which a run asks no more; needs a backend.

    Raises:
        InvalidInputError: a parameter or rate out of its range, or a budget without a model.
        NotTestableError: the backend lacks what the test needs.
    """
    procedure = test.build(parameters)
    banks = procedure.planning
    if isinstance(banks, NothingToPlan):
        return banks
    _check(rates, token_budget, backend)
    measured = _probe(test, procedure, backend) if backend else None
    design = _design(procedure, banks)
    most = _most_items(procedure, measured, token_budget)
    outlooks = tuple(
        outlook(banks, design, rate, lives=lives, seed=SEED, most_items=most)
        for rate in rates or default_rates(design.limit)
    )
    return Plan(design, banks, outlooks, unmeasured(test), measured, most)


def as_json(
    test: StressTest, parameters: Mapping[str, Json], found: Plan | NothingToPlan
) -> dict[str, Json]:
    """A plan, or why there is none, with the spec it is of."""
    spec: dict[str, Json] = {"test": test.spec(**parameters).to_json()}
    if isinstance(found, NothingToPlan):
        lead = test.build(parameters).lead or unmeasured(test)
        return spec | {"planned": False, "reason": found.reason, "lead": lead}
    return spec | {"planned": True} | found.to_json()


def _design(procedure: Procedure, banks: Banks) -> Design:
    sequential, total = procedure.stops_early, sum(banks.sizes)
    first_look = procedure.minimum_items - banks.asked_first
    return Design(
        limit=procedure.claim.limit if banks.limit is None else banks.limit,
        alpha=procedure.claim.alpha,
        batch_size=procedure.batch_size // banks.items_each if sequential else total,
        minimum_items=first_look // banks.items_each if sequential else total,
    )


def _probe(test: StressTest, procedure: Procedure, backend: Backend) -> Probe:
    """One item to load the model, then one whole batch; another order than any run's."""
    require_needs(test, backend)
    items = procedure.items(np.random.default_rng(SEED))
    banks = cast(Banks, procedure.planning)
    batch = items[banks.asked_first :][: procedure.batch_size]
    started = time.monotonic()
    procedure.score(backend, items[-1:])
    loaded, before = time.monotonic(), backend.tokens
    procedure.score(backend, batch)
    return Probe(
        items=len(batch),
        tokens_per_item=(backend.tokens - before) / len(batch),
        seconds_per_item=(time.monotonic() - loaded) / len(batch),
        loading_seconds=loaded - started,
    )


def _most_items(procedure: Procedure, probe: Probe | None, token_budget: int | None) -> int | None:
    """Batches are asked while the budget is not yet spent, so the last one may exceed it."""
    if probe is None or token_budget is None:
        return None
    batches = max(1, -(-token_budget // max(1, round(probe.tokens_per_item * probe.items))))
    first = cast(Banks, procedure.planning).asked_first
    return max(procedure.batch_size, batches * procedure.batch_size - first)


def _check(rates: Sequence[float], token_budget: int | None, backend: Backend | None) -> None:
    for rate in rates:
        if not 0.0 <= rate <= 1.0:
            raise InvalidInputError(
                field="--rate", problem=f"{rate} is no rate", fix="Use a number from 0 to 1"
            )
    if token_budget is not None and backend is None:
        raise InvalidInputError(
            field="--token-budget",
            problem="how many tokens an item takes is not known",
            fix="Name a model to probe with --model",
        )
