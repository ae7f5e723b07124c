"""Writing a run's shards: their specs bound, their seeds fixed, their queues chosen."""

from __future__ import annotations

from django.utils import timezone

from compliance.audits.models import Run, Shard, StressTest
from compliance.domain.endpoints import origin_of
from compliance.domain.runs import not_offered, queue_for, seed_for, seed_from
from compliance.domain.specs import StressTestSpec
from compliance.domain.vocabulary import Access, Need, ShardState
from compliance.registry.models import Version
from compliance.registry.screening import Screening
from compliance.registry.selectors import version_bindings, version_large


def spec_bound(
    version: Version, spec: StressTestSpec, screening: Screening | None
) -> StressTestSpec:
    """A spec with what the registry knows of the version."""
    test = StressTest.objects.get(name=spec.name, version=spec.version)
    wanted = set(test.parameters)
    return spec.bind(**version_bindings(version=version, wanted=wanted, screening=screening))


def shard_write(*, run: Run, position: int, spec: StressTestSpec, drawn: str) -> Shard:
    """A queued shard of a bound spec, or one that is not testable, with the reason.

    Args:
        drawn: hex of a seed that a dispute's parties drew; empty: the seed is derived.
    """
    test = StressTest.objects.get(name=spec.name, version=spec.version)
    endpoint = run.version.access == Access.ENDPOINT.value
    needs = frozenset(Need(need) for need in test.needs)
    shard = Shard.objects.create(
        run=run,
        position=position,
        test_name=spec.name,
        kind=test.kind,
        spec=spec.to_json(),
        seed=seed_from(drawn=drawn, spec_digest=spec.digest)
        if drawn
        else seed_for(version_id=str(run.version_id), spec_digest=spec.digest),
        queue=_queue(run.version, spec, needs),
        origin=origin_of(run.version.location) if endpoint else "",
    )
    trouble = not_offered(Access(run.version.access), needs)
    if trouble:
        shard.trouble = trouble
        shard.state = ShardState.NOT_TESTABLE.value
        shard.finished_at = timezone.now()
        shard.save()
    return shard


def _queue(version: Version, test: StressTestSpec, needs: frozenset[Need]) -> str:
    """Of the workers that can serve the shard: those of endpoints alone open no weights beside."""
    beside = any(test.parameters.get(one) for one in ("reference", "claimant", "references"))
    endpoint = version.access == Access.ENDPOINT.value and not beside
    return queue_for(needs, endpoint=endpoint, large=version_large(version=version))
