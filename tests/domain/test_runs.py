import pytest

from compliance.domain.errors import TransitionError
from compliance.domain.runs import RUN_MOVES, SHARD_MOVES, move_check, run_outcome, seed_for
from compliance.domain.vocabulary import RunState, ShardState


def test_every_state_has_a_row() -> None:
    assert set(RUN_MOVES) == set(RunState)
    assert set(SHARD_MOVES) == set(ShardState)


def test_a_completed_run_moves_no_more() -> None:
    with pytest.raises(TransitionError, match="completed to running"):
        move_check(RUN_MOVES, RunState.COMPLETED, RunState.RUNNING)


def test_an_error_in_one_shard_errors_the_run() -> None:
    states = [ShardState.COMPLETED, ShardState.ERRORED, ShardState.NOT_TESTABLE]
    assert run_outcome(states) is RunState.ERRORED


def test_not_testable_is_an_end_and_no_error() -> None:
    assert run_outcome([ShardState.COMPLETED, ShardState.NOT_TESTABLE]) is RunState.COMPLETED


def test_a_run_is_open_while_a_shard_is() -> None:
    assert run_outcome([ShardState.COMPLETED, ShardState.QUEUED]) is None


def test_the_seed_is_the_same_for_the_same_version_and_spec_and_no_other() -> None:
    seed = seed_for(version_id="v", spec_digest="s")
    assert seed == seed_for(version_id="v", spec_digest="s")
    assert seed != seed_for(version_id="w", spec_digest="s")
    assert 0 <= seed < 2**53
