"""Faults at random moments, each noted with what it struck."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.utils import timezone

from tests.faults.plant import Plant, answers
from tests.faults.tally import Fault, Line, open_shards, reckon
from tests.faults.workload import Batch, Reference

BACK_SECONDS = 60.0


@dataclass
class Storm:
    """Injects ``rounds`` faults, ``pause`` seconds apart (drawn between its two figures).

    Attributes:
        kinds: faults; one that strikes a worker alone returns its name.
        when: what must hold besides; a fault whose moment has come waits for it.
    """

    plant: Plant
    kinds: Sequence[Callable[[], str | None]]
    rounds: int
    pause: tuple[float, float]
    when: Callable[[], object] = field(default=lambda: True)
    faults: list[Fault] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._next = time.monotonic() + self._drawn()

    @property
    def over(self) -> bool:
        return len(self.faults) >= self.rounds

    def tick(self) -> None:
        """Inject the next fault if its moment has come."""
        if self.over or time.monotonic() < self._next or not self.when():
            return
        nothing: dict[UUID, str] = {}
        under_way = self.plant.ask(open_shards, otherwise=nothing)
        if not under_way:
            return  # nothing is under way that could be hit
        fault = self.plant.rng.choice(self.kinds)
        began = timezone.now()
        victim = fault()
        struck = frozenset(s for s, worker in under_way.items() if victim in {None, worker})
        self.plant.wait(
            lambda: answers(self.plant.servers), seconds=BACK_SECONDS, what="the servers"
        )
        self.faults.append(Fault(fault.__name__, began, timezone.now(), struck))
        self._next = time.monotonic() + self._drawn()

    def rage(self, batch: Batch) -> None:
        """Inject until the last round; the batch grows, so that there is always work to hit."""
        while not self.over:
            self.plant.tend()
            batch.size = max(batch.size, len(batch.acknowledged) + batch.at_once)
            batch.top_up()
            self.tick()
            time.sleep(0.02)

    def survived(self, batch: Batch, scenario: str, reference: Reference) -> Line:
        """Rage, let the batch end, and count what became of it."""
        self.rage(batch)
        batch.finish()
        return reckon(scenario, batch.acknowledged, reference, self.faults)

    def _drawn(self) -> float:
        return self.plant.rng.uniform(*self.pause)
