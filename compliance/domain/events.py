"""What can happen. Event types name a past fact; each lists the keys its payload must hold.

What follows an event stands in ``workers/routes.py``; the envelope is CloudEvents 1.0.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from compliance.domain.attestation import PLAN_FIELDS, STATEMENT_PATH
from compliance.domain.canonical import Json
from compliance.domain.errors import InvalidInputError


class EventType(StrEnum):
    """Every domain event; the value is the CloudEvents ``type``."""

    MODEL_REGISTERED = "model.registered"
    MODEL_OFFERED = "model.offered"
    TRAINING_SOURCE_DECLARED = "model.training_source.declared"
    VERSION_REGISTERED = "model.version.registered"
    VERSION_SCREENED = "model.version.screened"
    WEIGHTS_CHANGED = "model.version.weights.changed"
    ENDPOINT_LIMITED = "endpoint.limited"
    SCHEDULE_CREATED = "schedule.created"
    SCHEDULE_CHANGED = "schedule.changed"
    SCHEDULE_ENDED = "schedule.ended"
    SCHEDULE_DUE = "schedule.due"
    SUBSCRIPTION_CREATED = "subscription.created"
    SUBSCRIPTION_CHANGED = "subscription.changed"
    RUN_REQUESTED = "run.requested"
    RUN_PLANNED = "run.planned"
    RUN_COMPLETED = "run.completed"
    RUN_ERRORED = "run.errored"
    RUN_CANCELLED = "run.cancelled"
    VERDICT_REACHED = "verdict.reached"
    VERDICT_VIOLATING = "verdict.violating"
    PARENT_UNSHOWN = "lineage.parent.unshown"
    ENDPOINT_DRIFT_DETECTED = "endpoint.drift.detected"
    ALERT_OPENED = "alert.opened"
    ALERT_ACKNOWLEDGED = "alert.acknowledged"
    ALERT_RESOLVED = "alert.resolved"
    QUESTION_ASKED = "question.asked"
    QUESTION_ANSWERED = "question.answered"
    PACK_REGISTERED = "policy.pack.registered"
    PACK_ADOPTED = "policy.pack.adopted"
    PACK_DROPPED = "policy.pack.dropped"
    OBLIGATION_DUE = "obligation.due"
    OBLIGATION_OVERDUE = "obligation.overdue"
    SUMMARY_ISSUED = "obligation.summary.issued"
    ALERT_RECURRED = "alert.recurred"
    ALERT_ASSIGNED = "alert.assigned"
    ALERT_SNOOZED = "alert.snoozed"
    ALERT_WOKEN = "alert.woken"
    ALERT_ANSWERED = "alert.answered"
    ALERT_ESCALATED = "alert.escalated"
    ALERT_SILENCED = "alert.silenced"
    ALERT_ROUTE_CREATED = "alert.route.created"
    ALERT_ROUTE_CHANGED = "alert.route.changed"
    WINDOW_OPENED = "alert.window.opened"
    WINDOW_ENDED = "alert.window.ended"
    EVIDENCE_READ = "evidence.read"
    RECORD_READ = "record.read"
    GRANT_GIVEN = "grant.given"
    GRANT_ENDED = "grant.ended"
    TOKEN_ISSUED = "token.issued"  # noqa: S105 - no secret, for all that it says token
    TOKEN_REVOKED = "token.revoked"  # noqa: S105
    SERVICE_ACCOUNT_ADDED = "service_account.added"
    SERVICE_ACCOUNT_ENDED = "service_account.ended"
    RECORD_ERASED = "record.erased"
    EVIDENCE_ERASED = "evidence.erased"
    ANSWERS_ERASED = "answers.erased"
    MEMBER_INVITED = "member.invited"
    MEMBER_UNINVITED = "member.uninvited"
    MEMBER_JOINED = "member.joined"
    MEMBER_CHANGED = "member.changed"
    MEMBER_LEFT = "member.left"
    LOG_CONFIGURED = "log.configured"
    LOG_REFUSED = "log.refused"
    LOG_KEY_CHANGED = "log.key.changed"
    MANIFEST_VERIFIED = "model.manifest.verified"
    DISPUTE_OPENED = "dispute.opened"
    DISPUTE_FILED = "dispute.filed"
    DISPUTE_REVIEWER_APPOINTED = "dispute.reviewer.appointed"
    DISPUTE_BATTERY_PROPOSED = "dispute.battery.proposed"
    DISPUTE_BATTERY_OBJECTED = "dispute.battery.objected"
    DISPUTE_BATTERY_AGREED = "dispute.battery.agreed"
    DISPUTE_BATTERY_ORDERED = "dispute.battery.ordered"
    DISPUTE_COMMITTED = "dispute.committed"
    DISPUTE_REVEALED = "dispute.revealed"
    DISPUTE_SEED_DRAWN = "dispute.seed.drawn"
    DISPUTE_HEARD = "dispute.heard"
    DISPUTE_RULED = "dispute.ruled"
    DISPUTE_DISSENTED = "dispute.dissented"
    DISPUTE_WITHDRAWN = "dispute.withdrawn"


class Reader(StrEnum):
    """Who reads recorded events; each keeps its own pending rows."""

    RELAY = "relay"
    LEDGER = "ledger"


_OBLIGATION = frozenset(
    {"obligation", "pack", "demand", "version", "label", "due_at", "statement", "path"}
)
_VERDICT = frozenset({"run", "test", "version", "label", "statement", "verdict", "path"})
_DISPUTE = frozenset({"dispute", "by", "side", "label", "statement", "path"})

PAYLOAD_KEYS: Mapping[EventType, frozenset[str]] = {
    EventType.MODEL_REGISTERED: frozenset({"model", "slug"}),
    EventType.MODEL_OFFERED: frozenset({"model", "jurisdictions"}),
    EventType.TRAINING_SOURCE_DECLARED: frozenset({"version", "source", "kind", "name"}),
    EventType.VERSION_REGISTERED: frozenset(
        {"model", "version", "weights_digest", "parents", "sources"}
    ),
    EventType.VERSION_SCREENED: frozenset(
        {"model", "version", "screened", "resembles", "parents", "reason"}
    ),
    EventType.WEIGHTS_CHANGED: frozenset({"run", "version", "label", "files", "statement", "path"}),
    EventType.ENDPOINT_LIMITED: frozenset({"origin", "requests_at_once", "requests_per_minute"}),
    EventType.SCHEDULE_CREATED: frozenset({"schedule", "rule", "battery"}),
    EventType.SCHEDULE_CHANGED: frozenset({"schedule", "changes"}),
    EventType.SCHEDULE_ENDED: frozenset({"schedule"}),
    EventType.SCHEDULE_DUE: frozenset({"schedule", "due_at", "outcome"}),
    EventType.SUBSCRIPTION_CREATED: frozenset({"subscription", "event_type", "effect"}),
    EventType.SUBSCRIPTION_CHANGED: frozenset({"subscription", "changes"}),
    EventType.RUN_REQUESTED: frozenset({"run", "version", "battery", "trigger"}),
    EventType.RUN_PLANNED: frozenset({"run", "test", "version", *PLAN_FIELDS}),
    EventType.RUN_COMPLETED: frozenset({"run", "version", "verdicts", "not_testable"}),
    EventType.RUN_ERRORED: frozenset({"run", "version", "label", "statement", "path"}),
    EventType.RUN_CANCELLED: frozenset({"run", "why"}),
    EventType.VERDICT_REACHED: _VERDICT | {STATEMENT_PATH},
    EventType.VERDICT_VIOLATING: _VERDICT,
    EventType.PARENT_UNSHOWN: _VERDICT | {"alarm"},
    EventType.ENDPOINT_DRIFT_DETECTED: _VERDICT | {"alarm"},
    EventType.ALERT_OPENED: frozenset({"alert", "title"}),
    EventType.ALERT_ACKNOWLEDGED: frozenset({"alert", "reason"}),
    EventType.ALERT_RESOLVED: frozenset({"alert", "reason"}),
    EventType.QUESTION_ASKED: frozenset(
        {"question", "model", "asker", "label", "text", "due_at", "statement", "path"}
    ),
    EventType.QUESTION_ANSWERED: frozenset({"question", "model", "text"}),
    EventType.PACK_REGISTERED: frozenset({"pack", "sha256"}),
    EventType.PACK_ADOPTED: frozenset({"adoption", "pack", "sha256"}),
    EventType.PACK_DROPPED: frozenset({"adoption", "pack", "sha256"}),
    EventType.OBLIGATION_DUE: _OBLIGATION,
    EventType.OBLIGATION_OVERDUE: _OBLIGATION,
    EventType.SUMMARY_ISSUED: frozenset({"summary", "pack", "version", "result", STATEMENT_PATH}),
    EventType.ALERT_RECURRED: frozenset({"alert", "event", "severity"}),
    EventType.ALERT_ASSIGNED: frozenset({"alert", "assignee"}),
    EventType.ALERT_SNOOZED: frozenset({"alert", "reason", "until"}),
    EventType.ALERT_WOKEN: frozenset({"alert", "reason"}),
    EventType.ALERT_ANSWERED: frozenset({"alert", "answer"}),
    EventType.ALERT_ESCALATED: frozenset({"alert", "route"}),
    EventType.ALERT_SILENCED: frozenset({"alert", "window"}),
    EventType.ALERT_ROUTE_CREATED: frozenset({"route", "name", "channel"}),
    EventType.ALERT_ROUTE_CHANGED: frozenset({"route", "changes"}),
    EventType.WINDOW_OPENED: frozenset({"window", "reason", "starts_at", "ends_at", "model"}),
    EventType.WINDOW_ENDED: frozenset({"window", "ends_at"}),
    EventType.EVIDENCE_READ: frozenset({"what", "reader"}),
    EventType.RECORD_READ: frozenset({"what", "reader"}),
    EventType.GRANT_GIVEN: frozenset({"grant", "organization", "scope", "expires_at"}),
    EventType.GRANT_ENDED: frozenset({"grant", "organization"}),
    EventType.TOKEN_ISSUED: frozenset({"token", "owner", "scopes", "expires_at"}),
    EventType.TOKEN_REVOKED: frozenset({"token", "owner"}),
    EventType.SERVICE_ACCOUNT_ADDED: frozenset({"account", "role"}),
    EventType.SERVICE_ACCOUNT_ENDED: frozenset({"account"}),
    EventType.RECORD_ERASED: frozenset({"event", "fields", "basis"}),
    EventType.EVIDENCE_ERASED: frozenset({"evidence", "sha256", "basis"}),
    EventType.ANSWERS_ERASED: frozenset({"run", "shard", "items", "what", "basis"}),
    EventType.MEMBER_INVITED: frozenset({"invitation", "email", "role"}),
    EventType.MEMBER_UNINVITED: frozenset({"invitation", "email"}),
    EventType.MEMBER_JOINED: frozenset({"member", "email", "role"}),
    EventType.MEMBER_CHANGED: frozenset({"member", "before", "role"}),
    EventType.MEMBER_LEFT: frozenset({"member", "role"}),
    EventType.LOG_CONFIGURED: frozenset({"origin", "verifier_keys", "policy"}),
    EventType.LOG_REFUSED: frozenset({"witness", "refusal"}),
    EventType.MANIFEST_VERIFIED: frozenset({"version", "manifest", "key"}),
    EventType.LOG_KEY_CHANGED: frozenset({"origin", "added", "retired", "until_size"}),
    EventType.DISPUTE_OPENED: _DISPUTE | {"claimant", "respondent", "court", "answer_by"},
    EventType.DISPUTE_FILED: _DISPUTE | {"filing", "number", "confidential", "text", "files"},
    EventType.DISPUTE_REVIEWER_APPOINTED: _DISPUTE | {"reviewer"},
    EventType.DISPUTE_BATTERY_PROPOSED: _DISPUTE | {"plan", "draw_by", "agree_by", "reasons"},
    EventType.DISPUTE_BATTERY_OBJECTED: _DISPUTE | {"plan", "reasons"},
    EventType.DISPUTE_BATTERY_AGREED: _DISPUTE | {"plan", "court_commitment", "draw_by"},
    EventType.DISPUTE_BATTERY_ORDERED: _DISPUTE
    | {"plan", "court_commitment", "draw_by", "reasons"},
    EventType.DISPUTE_COMMITTED: _DISPUTE | {"commitment"},
    EventType.DISPUTE_REVEALED: _DISPUTE | {"share"},
    EventType.DISPUTE_SEED_DRAWN: _DISPUTE | {"shares", "seed", "run"},
    EventType.DISPUTE_HEARD: _DISPUTE | {"run", "findings"},
    EventType.DISPUTE_RULED: _DISPUTE | {"outcome", "operative", "reasons", "findings"},
    EventType.DISPUTE_DISSENTED: _DISPUTE | {"text"},
    EventType.DISPUTE_WITHDRAWN: _DISPUTE | {"reason"},
}

HOUSE_MATTERS: frozenset[EventType] = frozenset(
    {
        EventType.EVIDENCE_READ,
        EventType.RECORD_READ,
        EventType.GRANT_GIVEN,
        EventType.GRANT_ENDED,
        EventType.TOKEN_ISSUED,
        EventType.TOKEN_REVOKED,
        EventType.SERVICE_ACCOUNT_ADDED,
        EventType.SERVICE_ACCOUNT_ENDED,
        EventType.MEMBER_INVITED,
        EventType.MEMBER_UNINVITED,
        EventType.MEMBER_JOINED,
        EventType.MEMBER_CHANGED,
        EventType.MEMBER_LEFT,
    }
)
"""What no grant opens: it is between an organization and whoever did it."""


def payload_check(event_type: EventType, payload: Mapping[str, Json]) -> None:
    """Refuse a payload that lacks a key readers rely on.

    Raises:
        InvalidInputError: naming the missing key.
    """
    missing = sorted(PAYLOAD_KEYS[event_type] - set(payload))
    if missing:
        raise InvalidInputError(
            field=f"payload.{missing[0]}",
            problem=f"{event_type.value} needs it",
            fix="Record the event with every key of PAYLOAD_KEYS",
        )


def envelope(
    *,
    event_id: UUID,
    event_type: EventType,
    source: str,
    subject: str,
    occurred_at: datetime,
    payload: Mapping[str, Json],
) -> dict[str, Json]:
    """The CloudEvents 1.0 JSON form of an event (cloudevents/spec v1.0.2, section 3.1)."""
    return {
        "specversion": "1.0",
        "id": str(event_id),
        "type": event_type.value,
        "source": source,
        "subject": subject,
        "time": occurred_at.isoformat(),
        "datacontenttype": "application/json",
        "data": dict(payload),
    }
