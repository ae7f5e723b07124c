"""Stress tests on offer, schedules, subscriptions, runs, shards, scores and results."""

from compliance.audits.models.labels import Label
from compliance.audits.models.plans import Firing, Schedule, StressTest, Subscription
from compliance.audits.models.results import (
    ItemErasure,
    Result,
    Score,
    Standing,
    StreamNewest,
    StreamRow,
    VerdictChange,
)
from compliance.audits.models.runs import Repair, Run, Shard, Transition
from compliance.audits.models.webhooks import WebhookCall

__all__ = [
    "Firing",
    "ItemErasure",
    "Label",
    "Repair",
    "Result",
    "Run",
    "Schedule",
    "Score",
    "Shard",
    "Standing",
    "StreamNewest",
    "StreamRow",
    "StressTest",
    "Subscription",
    "Transition",
    "VerdictChange",
    "WebhookCall",
]
