"""Lifecycles of runs and shards as tables: state to the states it may move to."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

from compliance.domain.canonical import digest
from compliance.domain.errors import TransitionError
from compliance.domain.vocabulary import Access, Need, RunState, ShardState

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

MAX_FAILURES = 5
"""A shard that failed this often without finishing a batch in between is errored."""

MAX_ATTEMPTS = 25
"""A shard claimed this often is errored: what kills its worker each time is in the shard."""

LEASE_SECONDS = 15
"""How long a worker may be silent before its shard is given to another."""

HEARTBEAT_SECONDS = 3
"""How often a worker renews its lease, and so how late it may learn of a cancellation."""

STALL_SECONDS = 1_800
"""A worker whose batch takes longer than this hangs: it ends itself and its shard goes on."""

GROUP_SHARDS = 32
"""How many brief shards, neighbours in their queue, one bell is rung for."""

BRIEF_SECONDS = 0.5
"""A shard is taken for brief where its test last took no longer on the same version.

From claim to record, so that a busy machine's wait is in it: too low, and shards would no longer
share a bell where it helps most.
"""

GROUP_SECONDS = 2.0
"""How long a worker goes on beginning shards of one group; what it did not begin it gives back.

Shards share a bell where they last took no longer together. Below HEARTBEAT_SECONDS, and so below
what cancelling may take.
"""

RING_AGAIN_SECONDS = 5
"""A shard still queued this long after its bell rang into an empty queue was not heard."""

LONGEST_BACKOFF_SECONDS = 300

ENDPOINT_WAIT_SECONDS = 5
"""How long a shard waits when its endpoint has all the company it may have."""

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


def backoff_seconds(failures: int) -> int:
    """How long a shard waits after so many failures in a row: 2, 4, 8, ... seconds."""
    return min(1 << failures, LONGEST_BACKOFF_SECONDS)


def not_offered(access: Access, needs: Iterable[Need]) -> str:
    """Why a version of this access cannot be asked what these needs take; empty if it can."""
    if access is Access.SEALED:
        return "the version's weights are sealed, so no worker can open them"
    missing = sorted(need.value for need in {*needs} & {Need.WEIGHTS, Need.HIDDEN_STATES})
    if access is Access.ENDPOINT and missing:
        return f"the stress test needs {' and '.join(missing)}, which an endpoint does not offer"
    return ""


def queue_for(needs: Iterable[Need], *, endpoint: bool, large: bool = False) -> str:
    """The Celery queue whose workers can serve these needs.

    Args:
        large: the weights are so large that the operator wants them on a GPU.
    """
    if not set(needs) - {Need.WEIGHTS}:  # files are read, the model itself is asked nothing
        return "cpu"
    if endpoint:
        return "endpoint"
    return "gpu" if large else "cpu"


def seed_for(*, version_id: str, spec_digest: str) -> int:
    """The seed of every execution of one spec on one version, below 2^53.

    Derived, not drawn: asking a deterministic model the same bank again repeats the same
    draw. A fresh seed for each run would give a healthy model one more chance a week to be
    called guilty; this way the claim's alpha holds over the version's life.
    """
    return int(digest({"version": version_id, "spec": spec_digest})[:13], 16)


def seed_from(*, drawn: str, spec_digest: str) -> int:
    """The seed of one spec in a dispute, below 2^53, by what its parties drew together.

    Args:
        drawn: 64 hex digits: ``drawing.seed_drawn``.
    """
    return int(digest({"drawn": drawn, "spec": spec_digest})[:13], 16)
