"""Recording that shards are completed: results, verdicts, events and the ends of their runs.

One transaction records one shard or a group of them. Every statement is about all of them, and
each is judged by its own fence: whose lease is gone is left out and the others are recorded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Case, F, Value, When

from compliance.audits.models import Result, Shard
from compliance.audits.services.claims import Lease, leases_lock
from compliance.audits.services.moves import shards_move
from compliance.audits.services.results import Outcome, results_record
from compliance.audits.services.scores import AnsweredItem, items_kept, score_of, scores_keep
from compliance.audits.services.settling import runs_settled
from compliance.domain.errors import LeaseLostError
from compliance.domain.verdicts import judge
from compliance.domain.vocabulary import ShardState
from compliance.events.services import events_write


@dataclass(frozen=True, slots=True)
class Completion:
    """What is to be recorded of a completed shard.

    Attributes:
        answered: items that no batch has kept yet.
        tokens: that the model read and wrote for these.
    """

    lease: Lease
    outcome: Outcome
    answered: Sequence[AnsweredItem] = ()
    tokens: int = 0


def shard_complete(*, lease: Lease, outcome: Outcome) -> Result:
    """Record the result, its verdict and the events that tell of them.

    Raises:
        LeaseLostError: the lease is gone; another worker will record the result.
    """
    results = shards_complete(completions=[Completion(lease, outcome)])
    if not results:
        raise LeaseLostError(f"shard {lease.shard_id} is no longer leased under {lease.fence}")
    return results[0]


@transaction.atomic
def shards_complete(*, completions: Sequence[Completion]) -> list[Result]:
    """Record those whose leases stand, in one transaction; returns their results."""
    standing = {lease.shard_id for lease in leases_lock([one.lease for one in completions])}
    held = [one for one in completions if one.lease.shard_id in standing]
    if not held:
        return []
    shards = [one.lease.shard for one in held]
    outcomes = [one.outcome for one in held]
    verdicts = [judge(one.estimate) for one in outcomes]
    _answers_keep(held)
    whys = [f"verdict {verdict.value}" for verdict in verdicts]
    shards_move(shards=shards, new=ShardState.COMPLETED, who=shards[0].worker, whys=whys)
    results, events = results_record(shards=shards, outcomes=outcomes, verdicts=verdicts)
    runs = {shard.run_id: shard.run for shard in shards}
    events_write([*events, *runs_settled(runs=list(runs.values()))])
    return results


def _answers_keep(completions: Sequence[Completion]) -> None:
    """What ``shard_batch`` does, for those that were not handed in before."""
    fresh = [one for one in completions if one.answered]
    if not fresh:
        return
    scores_keep([score_of(one.lease, item) for one in fresh for item in one.answered])
    spent = [When(id=one.lease.shard_id, then=Value(one.tokens)) for one in fresh if one.tokens]
    tokens = F("tokens") + Case(*spent, default=Value(0)) if spent else F("tokens")
    Shard.objects.filter(id__in=[one.lease.shard_id for one in fresh]).update(
        items_done=items_kept(), failures=0, tokens=tokens
    )
