"""What a scenario cost: lost, recorded twice, different, and how long until work went on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median
from typing import Any, TypeAlias
from uuid import UUID

from compliance.audits.models import Result, Run, Shard, Transition
from compliance.domain.events import EventType
from compliance.domain.runs import TERMINAL_SHARD_STATES
from compliance.domain.vocabulary import RunState, ShardState
from compliance.events.models import Event
from tests.faults.workload import Reference, alerts_missing, findings, key

RECOVERY_SECONDS = 30.0
HEADER = (
    "| scenario | faults | runs due | runs recorded | lost | recorded twice | differ "
    "| alerts missing | recovery, median | recovery, max |"
)
Move: TypeAlias = tuple[UUID, datetime, str]
"""A shard, when it moved, its new state."""
_ENDS = frozenset(state.value for state in TERMINAL_SHARD_STATES)
_OPEN = (ShardState.QUEUED.value, ShardState.LEASED.value)


@dataclass(frozen=True)
class Fault:
    """Something broken on purpose.

    Attributes:
        lifted: when its cause was gone: the server up again, the process started again.
        struck: the shards that were queued or leased when it began; where a worker alone was
            struck, those it held.
    """

    what: str
    began: datetime
    lifted: datetime
    struck: frozenset[UUID]

    def recovery(self, moves: Sequence[Move]) -> float | None:
        """Seconds until every struck shard was taken up again or had ended; None if none was.

        Args:
            moves: every move of a shard, in order.
        """
        # What ended in the moment between the look at the record and the blow was not struck.
        spared = {shard for shard, at, new in moves if at <= self.began and new in _ENDS}
        own: dict[UUID, list[tuple[datetime, str]]] = {s: [] for s in self.struck - spared}
        for shard, at, new in moves:
            if shard in own and at > self.began:
                own[shard].append((at, new))
        return max((self._taken_up(one) for one in own.values()), default=None)

    def _taken_up(self, moves: Sequence[tuple[datetime, str]]) -> float:
        """Seconds until the first claim or end; a claim in the outage that failed is none."""
        following = [new for _, new in moves[1:]] + [""]
        for (at, new), then in zip(moves, following, strict=True):
            failed = at <= self.lifted and then == ShardState.QUEUED.value
            if new != ShardState.QUEUED.value and not failed:
                return max(0.0, (at - self.lifted).total_seconds())
        return float("inf")


@dataclass(frozen=True)
class Line:
    """One row of the table."""

    scenario: str
    faults: int
    due: int
    recorded: int
    lost: int
    twice: int
    differ: int
    alerts_missing: int
    recovery_median: float | None
    recovery_max: float | None
    notes: tuple[str, ...] = field(default=())

    @property
    def holds(self) -> bool:
        """Whether nothing was lost, doubled or changed, and work went on in time."""
        slow = self.recovery_max is not None and self.recovery_max >= RECOVERY_SECONDS
        return not (self.lost or self.twice or self.differ or self.alerts_missing or slow)

    def row(self) -> str:
        counts = (self.faults, self.due, self.recorded, self.lost, self.twice, self.differ)
        cells = [self.scenario, *(f"{n:,}" for n in (*counts, self.alerts_missing))]
        times = (self.recovery_median, self.recovery_max)
        cells += ["none needed" if one is None else f"{one:.1f} s" for one in times]
        return f"| {' | '.join(cells)} |"

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Line:
        return cls(**{**value, "notes": tuple(value["notes"])})


def open_shards() -> dict[UUID, str]:
    """What is queued or leased now, with the worker that holds it."""
    shards = Shard.objects.filter(state__in=_OPEN)
    return {s.id: s.worker if s.state == ShardState.LEASED.value else "" for s in shards}


def reckon(
    scenario: str,
    due: Iterable[UUID],
    reference: Reference,
    faults: Sequence[Fault],
    *,
    owed: int | None = None,
) -> Line:
    """Count what became of the runs due, from the record alone.

    Args:
        due: runs that were acknowledged; what the record holds beside them is due as well.
        reference: the undisturbed results, whose runs are not counted.
        owed: how many runs there must be, where nobody acknowledged them one by one.
    """
    calm = set(Run.objects.order_by("requested_at").values_list("id", flat=True)[: len(reference)])
    expected = (set(due) | set(Run.objects.values_list("id", flat=True))) - calm
    whole = set(_runs_recorded()) & expected
    never_made = max(0, (owed or 0) - len(expected))
    beyond = len(expected) - owed if owed is not None and not never_made else 0
    results = list(Result.objects.exclude(shard__run_id__in=calm))
    moves = _moves()
    times = [one for fault in faults if (one := fault.recovery(moves)) is not None]
    return Line(
        scenario=scenario,
        faults=len(faults),
        due=len(expected) + never_made - beyond,
        recorded=len(whole),
        lost=len(expected - whole) + never_made,
        twice=_twice() + beyond,
        differ=sum(reference[key(result)] != findings(result) for result in results),
        alerts_missing=alerts_missing(),
        recovery_median=round(median(times), 2) if times else None,
        recovery_max=round(max(times), 2) if times else None,
        notes=_troubles(expected - whole),
    )


def _runs_recorded() -> list[UUID]:
    """Runs that ended as completed with a result for each of their shards."""
    bare = Shard.objects.filter(result__isnull=True).values("run_id")
    completed = Run.objects.filter(state=RunState.COMPLETED.value)
    return list(completed.exclude(id__in=bare).values_list("id", flat=True))


def _twice() -> int:
    """Verdicts told of more than once; the results themselves are unique by a key."""
    told = Event.objects.filter(type=EventType.VERDICT_REACHED.value).values_list(
        "payload__run", "payload__test"
    )
    return sum(count - 1 for count in Counter(told).values())


def _moves() -> list[Move]:
    moves = Transition.objects.filter(shard__isnull=False).order_by("at", "id")
    return list(moves.values_list("shard_id", "at", "new"))


def _troubles(lost: set[UUID]) -> tuple[str, ...]:
    """Why runs are lost, each reason once, with the last line of its trouble."""
    shards = Shard.objects.filter(run_id__in=lost)
    said = Counter((shard.state, _last_line(shard.trouble)) for shard in shards)
    return tuple(f"{count} {state}: {why}" for (state, why), count in said.most_common(5))


def _last_line(trouble: str) -> str:
    lines = trouble.strip().splitlines()
    return lines[-1][:160] if lines else "no trouble noted"
