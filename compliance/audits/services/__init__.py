"""Writes on schedules, subscriptions, runs and shards (a package: docs/adr/0004)."""

from compliance.audits.services.catalogue import (
    Announcement,
    battery_default,
    battery_resolve,
    catalogue_publish,
)
from compliance.audits.services.results import Outcome
from compliance.audits.services.runs import run_cancel, run_request, run_request_by
from compliance.audits.services.schedules import (
    schedule_create,
    schedule_fire_due,
    schedule_pause,
    schedule_resume,
)
from compliance.audits.services.shards import (
    AnsweredItem,
    Lease,
    leases_reclaim,
    shard_batch,
    shard_begin,
    shard_claim,
    shard_complete,
    shard_fail,
    shard_heartbeat,
    shard_refuse,
)
from compliance.audits.services.subscriptions import (
    subscription_create,
    subscription_pause,
    subscription_resume,
    subscriptions_fire,
)

__all__ = [
    "Announcement",
    "AnsweredItem",
    "Lease",
    "Outcome",
    "battery_default",
    "battery_resolve",
    "catalogue_publish",
    "leases_reclaim",
    "run_cancel",
    "run_request",
    "run_request_by",
    "schedule_create",
    "schedule_fire_due",
    "schedule_pause",
    "schedule_resume",
    "shard_batch",
    "shard_begin",
    "shard_claim",
    "shard_complete",
    "shard_fail",
    "shard_heartbeat",
    "shard_refuse",
    "subscription_create",
    "subscription_pause",
    "subscription_resume",
    "subscriptions_fire",
]
