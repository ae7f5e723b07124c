"""Claiming shards: what makes a lease, and what the lease tells a worker."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F, Q
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from compliance.audits.labelling import label_sheet
from compliance.audits.models import Result, Score, Shard, StressTest
from compliance.audits.services.moves import runs_start, shards_move
from compliance.domain.items import Score as ItemScore
from compliance.domain.runs import ENDPOINT_WAIT_SECONDS, LEASE_SECONDS
from compliance.domain.specs import ShardSpec, StressTestSpec
from compliance.domain.vocabulary import Access, ShardState
from compliance.registry.models import Version
from compliance.registry.selectors import (
    reference_versions,
    request_limit,
    siblings_held,
    version_subject,
)

WHOSE = "run__version__model__organization"
"""Joined where an event tells of the shard, or a worker is told what to open."""


@dataclass(frozen=True, slots=True)
class Relabelled:
    """An earlier execution and people's labels of it.

    Attributes:
        record: with the keys of an execution's JSON, as the terminal prints it.
        labels: outcomes by item id, in the order drawn.
    """

    record: Mapping[str, object]
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on a shard while its fence stands.

    Attributes:
        shard: as it was claimed, with its run, version, model and organization; what batches
            change since then is not in it.
        finished: scores already kept, by the digest of the item they answer, as score JSON.
        relabelled: what is to be judged anew, where no model is to be asked.
    """

    shard: Shard
    spec: ShardSpec
    finished: Mapping[str, Mapping[str, object]]
    relabelled: Relabelled | None = None

    @property
    def shard_id(self) -> UUID:
        return self.shard.id

    @property
    def fence(self) -> int:
        return self.shard.fence

    @property
    def tokens(self) -> int:
        """Read and written for what is finished."""
        return self.shard.tokens


def shard_claim(*, shard_id: UUID, worker: str) -> Lease | None:
    """Claim a queued shard, or one whose lease ran out; None if it is not to be had."""
    leases = shards_claim(shard_ids=[shard_id], worker=worker)
    return leases[0] if leases else None


@transaction.atomic
def shards_claim(*, shard_ids: Sequence[UUID], worker: str) -> list[Lease]:
    """Claim those of the shards that are to be had, as ``shard_claim`` does; each has its lease."""
    # In the order of their ids, as everywhere: two who wait for each other would be cut off.
    claimable = Shard.objects.select_for_update(of=("self",)).select_related(WHOSE)
    found = claimable.filter(queued_and_due() | lease_expired(), id__in=shard_ids).order_by("id")
    shards = [shard for shard in found if not (shard.origin and _busy(shard))]
    if not shards:
        return []
    _lease(shards, worker)
    runs_start(runs=[shard.run for shard in shards], who=worker)
    over_time = following(shards)
    return [
        Lease(
            shard=shard,
            spec=_spec(shard, over_time),
            finished=_finished(shard),
            relabelled=_relabelled(shard.labelled, shard.labels_counted or 0),
        )
        for shard in sorted(shards, key=lambda one: shard_ids.index(one.id))
    ]


def _lease(shards: Sequence[Shard], worker: str) -> None:
    now = timezone.now()
    shards_move(
        shards=shards,
        new=ShardState.LEASED,
        who=worker,
        whys=[f"attempt {shard.attempts + 1}" for shard in shards],
        worker=worker,
        fence=F("fence") + 1,
        attempts=F("attempts") + 1,
        claimed_at=now,
        started_at=Coalesce(F("started_at"), now),
        items_at_claim=F("items_done"),
        tokens_at_claim=F("tokens"),
        lease_expires_at=lease_end(),
    )
    for shard in shards:  # as the statement left them
        shard.worker, shard.claimed_at = worker, now
        shard.fence += 1
        shard.attempts += 1
        shard.started_at = shard.started_at or now
        shard.items_at_claim, shard.tokens_at_claim = shard.items_done, shard.tokens


def leases_lock(leases: Sequence[Lease]) -> list[Lease]:
    """Those that still stand, their shards locked until the transaction ends.

    Whoever reads them after this writes under their fences, in as few statements as he likes.
    """
    held = Shard.objects.select_for_update().filter(
        id__in=[lease.shard_id for lease in leases], state=ShardState.LEASED.value
    )
    fences = dict(held.order_by("id").values_list("id", "fence"))
    standing = [lease for lease in leases if fences.get(lease.shard_id) == lease.fence]
    for lease in standing:  # whatever was made of it in a transaction that was undone
        lease.shard.state = ShardState.LEASED.value
    return standing


def queued_and_due() -> Q:
    """Shards that a worker may claim, for no one has them and their moment has come."""
    due = Q(not_before__isnull=True) | Q(not_before__lte=Now())
    return Q(state=ShardState.QUEUED.value) & due


def lease_expired() -> Q:
    """Shards whose worker fell silent."""
    return Q(state=ShardState.LEASED.value, lease_expires_at__lt=Now())


def _busy(shard: Shard) -> bool:
    """Whether the shard's endpoint has all the company it may have; if so, ring again later."""
    with connection.cursor() as cursor:  # until the transaction ends: two claims count in turn
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [shard.origin])
    at_work = Shard.objects.filter(
        origin=shard.origin, state=ShardState.LEASED.value, lease_expires_at__gte=Now()
    ).exclude(id=shard.id)
    if at_work.count() < request_limit(version=shard.run.version).shards:
        return False
    again = Now() + timedelta(seconds=ENDPOINT_WAIT_SECONDS)
    Shard.objects.filter(id=shard.id).update(rung_at=None, not_before=again)
    return True


def lease_end() -> Combinable:
    """By the database's clock, not the worker's: workers' clocks may disagree."""
    return Now() + timedelta(seconds=LEASE_SECONDS)


def _spec(shard: Shard, over_time: Collection[tuple[str, int]]) -> ShardSpec:
    version, test = shard.run.version, StressTestSpec.from_json(shard.spec)
    compared = _compared(version, test)
    return ShardSpec(
        test=test,
        seed=shard.seed,
        subject=version_subject(version=version),
        references=tuple(version_subject(version=other) for other in compared),
        token_budget=shard.run.token_budget,
        earlier=_looks(version, test) if (test.name, test.version) in over_time else (),
    )


def following(shards: Sequence[Shard]) -> set[tuple[str, int]]:
    """Name and version of those of the shards' tests that follow a version over time.

    One parameter says so, which the spec need not name: how many ``earlier`` runs it reads.
    """
    names = {shard.test_name for shard in shards}
    tests = StressTest.objects.filter(name__in=names, parameters__has_key="earlier")
    return set(tests.values_list("name", "version"))


def _looks(version: Version, test: StressTestSpec) -> tuple[tuple[ItemScore, ...], ...]:
    """Scores of all results of this claim on this version, oldest first."""
    results = Result.objects.filter(version=version, spec_digest=test.digest)
    told = results.order_by("recorded_at").prefetch_related("shard__scores")
    return tuple(
        tuple(ItemScore.from_json(_score_json(score)) for score in result.shard.scores.all())
        for result in told
    )


def _compared(version: Version, test: StressTestSpec) -> list[Version]:
    """What the worker may open beside the version: what the spec names, and no more."""
    if "references" in test.parameters:
        # What an endpoint answers is its operator's choice, at every run anew: compared with other
        # organizations' weights, it could be used to read them.
        endpoint = version.access == Access.ENDPOINT.value
        return (siblings_held if endpoint else reference_versions)(version=version)
    parent = test.parameters.get("parent")
    bound = parent.get("digest") if isinstance(parent, Mapping) else None
    asked = {test.parameters.get("reference"), test.parameters.get("claimant")}
    named = {bound, *asked} - {None}
    if not named:
        return []
    return [one for one in siblings_held(version=version) if one.weights_digest in named]


def _finished(shard: Shard) -> dict[str, Mapping[str, object]]:
    kept = shard.scores.order_by("position") if shard.items_done else ()
    return {score.item_digest: _score_json(score) for score in kept}


def _relabelled(shard: Shard | None, counted: int) -> Relabelled | None:
    if shard is None:
        return None
    labels = label_sheet(shard=shard).counted
    return Relabelled(
        record={
            "test": shard.spec,
            "model": str(shard.run.version),
            "seed": shard.seed,
            "planned": shard.items_total,
            "order_digest": shard.order_digest,
            "scores": [_score_json(score) for score in shard.scores.order_by("position")],
            "stopped": shard.result.stopped,
            "environment": shard.result.environment,
        },
        labels=dict(itertools.islice(labels.items(), counted)),
    )


def _score_json(score: Score) -> dict[str, object]:
    return {
        "item_id": score.item_id,
        "part": score.part,
        "cluster": score.cluster,
        "value": score.value,
        "label": score.label,
        "answer": score.answer,
        "detail": score.detail,
    }
