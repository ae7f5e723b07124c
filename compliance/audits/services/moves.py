"""How shards and runs move: only as their tables allow, and each move is a row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.utils import timezone

from compliance.audits.models import Run, Shard, Transition
from compliance.domain.runs import (
    RUN_MOVES,
    SHARD_MOVES,
    TERMINAL_RUN_STATES,
    TERMINAL_SHARD_STATES,
    move_check,
)
from compliance.domain.vocabulary import RunState, ShardState

_ANY = Q()


def shard_move(
    *, shard: Shard, new: ShardState, who: str, why: str, only: Q = _ANY, **changes: Any
) -> bool:
    """Move a shard by compare-and-set, with what else is to be written, and note the transition.

    Args:
        only: what must still hold beside the shard's state and fence.

    Returns:
        False where the shard has moved since it was read; nothing was written then.
    """
    old = ShardState(shard.state)
    changes = _checked(old, new, changes)
    as_read = Shard.objects.filter(only, id=shard.id, fence=shard.fence, state=old.value)
    if not as_read.update(**changes):
        return False
    for name, value in changes.items():  # an expression stays one, as after Django's own save()
        setattr(shard, name, value)
    Transition.objects.bulk_create([_of_shard(shard, old, new, who, why)])
    return True


def shards_move(
    *, shards: Sequence[Shard], new: ShardState, who: str, whys: Sequence[str], **changes: Any
) -> None:
    """Move shards that the caller has locked, all to one state, in one statement.

    Args:
        shards: as they were read under their locks, in one state or several.
        whys: one for each shard.
        changes: what else is to be written; expressions, where it differs from shard to shard.
    """
    noted = []
    for shard, why in zip(shards, whys, strict=True):
        old = ShardState(shard.state)
        changes = _checked(old, new, changes)
        noted.append(_of_shard(shard, old, new, who, why))
    Shard.objects.filter(id__in=[shard.id for shard in shards]).update(**changes)
    for shard in shards:
        shard.state = new.value
    Transition.objects.bulk_create(noted)


def runs_start(*, runs: Sequence[Run], who: str) -> None:
    """Note that a first shard of each was claimed; later claims change nothing."""
    read = [run.id for run in runs if run.state == RunState.REQUESTED.value]
    if not read:
        return
    old, new = RunState.REQUESTED, RunState.RUNNING
    requested = Run.objects.select_for_update().filter(id__in=read, state=old.value)
    # In the order of their ids, as everywhere: two who wait for each other would be cut off.
    ids = list(requested.order_by("id").values_list("id", flat=True))
    Run.objects.filter(id__in=ids).update(state=new.value)
    why = "a first shard was claimed"
    Transition.objects.bulk_create(
        [Transition(run_id=one, old=old.value, new=new.value, who=who, why=why) for one in ids]
    )


def runs_move(*, runs: Sequence[Run], new: RunState, who: str, why: str) -> None:
    """Move runs that the caller has locked, all to one state."""
    if not runs:
        return
    changes: dict[str, Any] = {"state": new.value}
    if new in TERMINAL_RUN_STATES:
        changes["finished_at"] = timezone.now()
    noted = []
    for run in runs:
        move_check(RUN_MOVES, RunState(run.state), new)
        noted.append(Transition(run=run, old=run.state, new=new.value, who=who, why=why[:500]))
        for name, value in changes.items():
            setattr(run, name, value)
    Run.objects.filter(id__in=[run.id for run in runs]).update(**changes)
    Transition.objects.bulk_create(noted)


def _checked(old: ShardState, new: ShardState, changes: dict[str, Any]) -> dict[str, Any]:
    move_check(SHARD_MOVES, old, new)
    ended = {"finished_at": timezone.now()} if new in TERMINAL_SHARD_STATES else {}
    return changes | ended | {"state": new.value}


def _of_shard(shard: Shard, old: ShardState, new: ShardState, who: str, why: str) -> Transition:
    return Transition(
        run_id=shard.run_id, shard=shard, old=old.value, new=new.value, who=who, why=why[:500]
    )
