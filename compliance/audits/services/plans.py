"""What is fixed of a run before it is done: logged, and given its place in the error budget."""

from __future__ import annotations

from compliance.audits.evidence import subject_described
from compliance.audits.models import Shard
from compliance.audits.services.streams import streams_open
from compliance.domain.events import EventType
from compliance.domain.specs import StressTestSpec
from compliance.events.models import Event
from compliance.events.services import event_draft, events_write


def plan_record(*, shard: Shard, planned: int, order_digest: str, lead: bool = False) -> None:
    """Write what ``plan_draft`` says, and number the shard's streams.

    Args:
        lead: whether the shard can find leads alone, which are no streams.
    """
    streams_open(shards=[shard], leads=[shard.id] if lead else [])
    events_write([plan_draft(shard=shard, planned=planned, order_digest=order_digest)])


def plan_draft(*, shard: Shard, planned: int, order_digest: str) -> Event:
    """The event, to be written, of what a shard will ask: items, order, spec and seed.

    The result is held against it offline (``compliance/domain/verify/plan.py``).

    Args:
        planned: items in the committed order.
        order_digest: ``items.order_commitment`` of them.
    """
    version = shard.run.version
    return event_draft(
        event_type=EventType.RUN_PLANNED,
        organization_id=version.model.organization_id,
        subject=f"run/{shard.run_id}",
        payload={
            "run": str(shard.run_id),
            "test": shard.test_name,
            "version": str(version.id),
            "spec_sha256": StressTestSpec.from_json(shard.spec).digest,
            "seed": shard.seed,
            "planned": planned,
            "order_sha256": order_digest,
            "subject_sha256": subject_described(version).sha256,
        },
        model_id=version.model_id,
    )
