"""Ending runs whose shards have all ended."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from compliance.audits.models import Run, Shard
from compliance.audits.services.moves import runs_move
from compliance.domain.canonical import Json
from compliance.domain.events import EventType
from compliance.domain.runs import TERMINAL_RUN_STATES, run_outcome
from compliance.domain.vocabulary import RunState, ShardState
from compliance.events.models import Event
from compliance.events.services import event_draft, events_write
from compliance.tracing import trace_within

_TOLD = ("run_id", "test_name", "state", "trouble", "attempts", "result__verdict")
"""What a run's end says of each shard."""
_Told = Mapping[str, Any]


def run_settle(*, run: Run) -> None:
    """End the run once every shard has ended, and say so in an event."""
    events_write(runs_settled(runs=[run]))


def runs_settled(*, runs: Sequence[Run]) -> list[Event]:
    """End those of the runs whose shards have all ended; returns the events to be written."""
    ids = [run.id for run in runs]
    # Their shards are read under the runs' locks: of two that end at once, one sees both.
    locked = Run.objects.select_for_update().filter(id__in=ids).order_by("id")
    states = dict(locked.values_list("id", "state"))
    shards = _shards(ids)
    ending = defaultdict(list)
    for run in runs:
        run.state = states[run.id]
        outcome = run_outcome(ShardState(shard["state"]) for shard in shards[run.id])
        if outcome is not None and RunState(run.state) not in TERMINAL_RUN_STATES:
            ending[outcome].append(run)
    for outcome, ended in ending.items():
        unstarted = [run for run in ended if run.state == RunState.REQUESTED.value]
        why = "no shard is testable"  # nothing of them could be tested
        runs_move(runs=unstarted, new=RunState.RUNNING, who="assay", why=why)
        runs_move(runs=ended, new=outcome, who="assay", why="every shard has ended")
    return [
        _event(run, outcome, shards[run.id]) for outcome, ended in ending.items() for run in ended
    ]


def _shards(run_ids: Sequence[UUID]) -> Mapping[UUID, list[_Told]]:
    found: dict[UUID, list[_Told]] = defaultdict(list)
    for shard in Shard.objects.filter(run__in=run_ids).order_by("run", "position").values(*_TOLD):
        found[shard["run_id"]].append(shard)
    return found


def _event(run: Run, outcome: RunState, shards: Sequence[_Told]) -> Event:
    errored = outcome is RunState.ERRORED
    with trace_within(run.traceparent):
        return event_draft(
            event_type=EventType.RUN_ERRORED if errored else EventType.RUN_COMPLETED,
            organization_id=run.version.model.organization_id,
            subject=f"run/{run.id}",
            payload=_outcome_payload(run, shards),
            model_id=run.version.model_id,
        )


def _outcome_payload(run: Run, shards: Sequence[_Told]) -> dict[str, Json]:
    verdicts: dict[str, Json] = {
        shard["test_name"]: shard["result__verdict"]
        for shard in shards
        if shard["state"] == ShardState.COMPLETED.value
    }
    not_testable: dict[str, Json] = {
        shard["test_name"]: shard["trouble"]
        for shard in shards
        if shard["state"] == ShardState.NOT_TESTABLE.value
    }
    errored = [shard for shard in shards if shard["state"] == ShardState.ERRORED.value]
    statement = "; ".join(
        f"{shard['test_name']} ended in an error after {shard['attempts']} attempts: "
        f"{shard['trouble'] or 'no message'}"
        for shard in errored
    )
    return {
        "run": str(run.id),
        "version": str(run.version_id),
        "trigger": run.trigger,
        "label": str(run.version),
        "verdicts": verdicts,
        "not_testable": not_testable,
        "statement": statement,
        "path": f"/runs/{run.id}/",
    }
