import pytest

from compliance.domain.errors import TransitionError
from compliance.domain.runs import (
    LONGEST_BACKOFF_SECONDS,
    RUN_MOVES,
    SHARD_MOVES,
    backoff_seconds,
    move_check,
    queue_for,
    run_outcome,
    seed_for,
)
from compliance.domain.vocabulary import Need, RunState, ShardState


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


@pytest.mark.parametrize(
    ("needs", "endpoint", "large", "queue"),
    [
        ({Need.WEIGHTS}, False, False, "cpu"),
        ({Need.WEIGHTS}, False, True, "cpu"),  # files are read, no model is asked
        ({Need.GENERATE}, False, False, "cpu"),
        ({Need.GENERATE}, False, True, "gpu"),
        ({Need.LOGLIKELIHOOD, Need.WEIGHTS}, False, True, "gpu"),
        ({Need.GENERATE}, True, True, "endpoint"),
    ],
)
def test_a_shard_goes_where_its_needs_can_be_served(
    needs: set[Need], endpoint: bool, large: bool, queue: str
) -> None:
    assert queue_for(needs, endpoint=endpoint, large=large) == queue


def test_the_pause_doubles_with_each_failure_up_to_the_longest() -> None:
    assert [backoff_seconds(n) for n in (1, 2, 3)] == [2, 4, 8]
    assert backoff_seconds(60) == LONGEST_BACKOFF_SECONDS
