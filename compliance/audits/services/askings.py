"""How often an endpoint was asked the same items.

Weights that are held give the same answers to the same items, so a run that is repeated is the
evidence there was. An endpoint may answer otherwise, at temperature 0 too, and many repeats would
be as many chances of a false alarm. So its askings of a claim are counted, each when it commits to
its items, and the k-th counts the share 6/(pi^2 k^2) of its e-value in the error budget
(docs/adr/0034).
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Max

from compliance.audits.models import Shard
from compliance.audits.services.claims import following
from compliance.domain.specs import StressTestSpec


def askings_count(shards: Sequence[Shard]) -> None:
    """Number shards of endpoints, each among all askings of its claim.

    The caller has locked their organizations' numbers. A shard that judges answers anew has the
    number of the one that asked. Stress tests that follow a version over time have none: they draw
    new items at each look and fold all looks into one e-process.
    """
    over_time = following(shards) if shards else set()
    for shard in shards:
        spec = StressTestSpec.from_json(shard.spec)
        if shard.asking is None and (spec.name, spec.version) not in over_time:
            shard.asking = shard.labelled.asking if shard.labelled else _next(shard)
            Shard.objects.filter(id=shard.id).update(asking=shard.asking)


def _next(shard: Shard) -> int:
    same = Shard.objects.filter(run__version=shard.run.version_id, spec=shard.spec)
    last: int | None = same.aggregate(last=Max("asking"))["last"]
    return (last or 0) + 1
