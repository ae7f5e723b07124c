"""Writes on schedules, subscriptions, runs and shards (a package: docs/adr/0004)."""

from compliance.audits.services.bundles import bundle_recheck, bundle_take, dossier_take
from compliance.audits.services.catalogue import (
    Announcement,
    battery_check,
    battery_default,
    battery_resolve,
    battery_with,
    catalogue_publish,
)
from compliance.audits.services.claims import Lease, shard_claim, shards_claim
from compliance.audits.services.completing import Completion, shard_complete, shards_complete
from compliance.audits.services.confirmations import confirmation_request
from compliance.audits.services.deliveries import deliveries_replay, subscription_secret_rotate
from compliance.audits.services.derived import derived_differences
from compliance.audits.services.doorbell import shards_ring
from compliance.audits.services.erasing import Asked, answers_erase
from compliance.audits.services.fsck import answers_check
from compliance.audits.services.labels import label_add, labels_conclude
from compliance.audits.services.repairs import (
    leases_reclaim,
    leases_release,
    messages_restore,
    runs_settle,
)
from compliance.audits.services.results import Outcome
from compliance.audits.services.runs import Cause, run_cancel, run_request, run_request_by
from compliance.audits.services.schedules import (
    battery_like,
    schedule_create,
    schedule_end,
    schedule_fire_due,
    schedule_pause,
    schedule_resume,
)
from compliance.audits.services.scores import AnsweredItem
from compliance.audits.services.shards import (
    Plan,
    shard_batch,
    shard_begin,
    shard_fail,
    shard_heartbeat,
    shard_refuse,
    shards_begin,
    shards_return,
)
from compliance.audits.services.subscriptions import (
    consequence_resolve,
    subscription_create,
    subscription_pause,
    subscription_reading_tell,
    subscription_resume,
    subscriptions_fire,
)
from compliance.audits.services.webhooks import webhook_attempt

__all__ = [
    "Announcement",
    "AnsweredItem",
    "Asked",
    "Cause",
    "Completion",
    "Lease",
    "Outcome",
    "Plan",
    "answers_check",
    "answers_erase",
    "battery_check",
    "battery_default",
    "battery_like",
    "battery_resolve",
    "battery_with",
    "bundle_recheck",
    "bundle_take",
    "catalogue_publish",
    "confirmation_request",
    "consequence_resolve",
    "deliveries_replay",
    "derived_differences",
    "dossier_take",
    "label_add",
    "labels_conclude",
    "leases_reclaim",
    "leases_release",
    "messages_restore",
    "run_cancel",
    "run_request",
    "run_request_by",
    "runs_settle",
    "schedule_create",
    "schedule_end",
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
    "shards_begin",
    "shards_claim",
    "shards_complete",
    "shards_return",
    "shards_ring",
    "subscription_create",
    "subscription_pause",
    "subscription_reading_tell",
    "subscription_resume",
    "subscription_secret_rotate",
    "subscriptions_fire",
    "webhook_attempt",
]
