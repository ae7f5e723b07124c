"""Lifecycles of runs and shards as tables: state to the states it may move to."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

from compliance.domain.canonical import digest
from compliance.domain.errors import TransitionError
from compliance.domain.vocabulary import Need, RunState, ShardState

RUN_MOVES: Mapping[RunState, frozenset[RunState]] = {
    RunState.REQUESTED: frozenset({RunState.RUNNING, RunState.CANCELLED}),
    RunState.RUNNING: frozenset({RunState.COMPLETED, RunState.ERRORED, RunState.CANCELLED}),
    RunState.COMPLETED: frozenset(),
    RunState.ERRORED: frozenset(),
    RunState.CANCELLED: frozenset(),
}

SHARD_MOVES: Mapping[ShardState, frozenset[ShardState]] = {
    ShardState.QUEUED: frozenset({ShardState.LEASED, ShardState.CANCELLED}),
    ShardState.LEASED: frozenset(
        {
            ShardState.LEASED,  # an expired lease taken over by another worker
            ShardState.QUEUED,
            ShardState.COMPLETED,
            ShardState.ERRORED,
            ShardState.NOT_TESTABLE,
            ShardState.CANCELLED,
        }
    ),
    ShardState.COMPLETED: frozenset(),
    ShardState.ERRORED: frozenset(),
    ShardState.NOT_TESTABLE: frozenset(),
    ShardState.CANCELLED: frozenset(),
}

TERMINAL_SHARD_STATES = frozenset(state for state, moves in SHARD_MOVES.items() if not moves)
TERMINAL_RUN_STATES = frozenset(state for state, moves in RUN_MOVES.items() if not moves)

MAX_ATTEMPTS = 3
"""A shard that failed this often is errored, with its traceback, instead of retried."""

LEASE_SECONDS = 60
"""How long a worker may be silent before its shard is given to another."""

_State = TypeVar("_State", RunState, ShardState)


def move_check(moves: Mapping[_State, frozenset[_State]], old: _State, new: _State) -> None:
    """Refuse a move that the table does not hold.

    Raises:
        TransitionError: naming both states.
    """
    if new not in moves[old]:
        raise TransitionError(f"cannot go from {old.value} to {new.value}")


def run_outcome(shards: Iterable[ShardState]) -> RunState | None:
    """The state a run ends in, or None while a shard is still under way.

    An error in one shard makes the run errored: errors never count as verdicts, and the
    verdicts of the other shards stand on their own.
    """
    states = set(shards)
    if states - TERMINAL_SHARD_STATES:
        return None
    if ShardState.ERRORED in states:
        return RunState.ERRORED
    return RunState.CANCELLED if states == {ShardState.CANCELLED} else RunState.COMPLETED


def queue_for(needs: Iterable[Need], *, endpoint: bool) -> str:
    """The Celery queue whose workers can serve these needs."""
    model_needed = set(needs) - {Need.WEIGHTS}
    return "endpoint" if endpoint and model_needed else "cpu"


def seed_for(*, version_id: str, spec_digest: str) -> int:
    """The seed of every execution of one spec on one version, below 2^53.

    Derived, not drawn: asking a deterministic model the same bank again repeats the same
    draw. A fresh seed for each run would give a healthy model one more chance a week to be
    called guilty; this way the claim's alpha holds over the version's life.
    """
    return int(digest({"version": version_id, "spec": spec_digest})[:13], 16)
