"""What follows what: every event type with the tasks that its publication starts.

The whole reactive behaviour of Assay stands on this screen. What subscriptions add is theirs (rows
that officers write). Everything that is to be done waits in a row, and a message is a bell that is
rung for it: what follows events, queued shards, mails and webhook calls.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from compliance.domain.events import EventType


@dataclass(frozen=True, slots=True)
class Route:
    """A task and the queue that it is sent to."""

    task: str
    queue: str = "events"


SUBSCRIPTIONS = "events.subscriptions_fire"
"""Follows every event whose type somebody subscribed to."""

EXECUTE = "runs.execute"
"""Rung for queued shards, in the queue of each."""
DELIVER = Route("alerts.deliver", queue="alerts")
CALL = Route("webhooks.call", queue="alerts")
MAIL = Route("accounts.mail", queue="alerts")

SKETCH = "registry.sketch"
INVITE = "people.mail_invitation"
QUEUES: Mapping[str, str] = {SKETCH: "cpu", INVITE: "alerts"}
"""Of tasks that follow events and need what only workers of these queues have: weights, mail."""

_ALERT = "alerts.open"
_OBLIGE = "obligations.follow"
_TOLD = "disputes.alert"

HEARING = "disputes.hear"
"""Follows the end of a run that a dispute asked for."""

ROUTES: Mapping[EventType, tuple[str, ...]] = {
    EventType.MODEL_REGISTERED: (),
    EventType.MODEL_OFFERED: (_OBLIGE,),
    EventType.TRAINING_SOURCE_DECLARED: (),
    EventType.VERSION_REGISTERED: (SKETCH, _OBLIGE),
    EventType.VERSION_SCREENED: ("runs.confirm",),
    EventType.WEIGHTS_CHANGED: (_ALERT,),
    EventType.ENDPOINT_LIMITED: (),
    EventType.SCHEDULE_CREATED: (),
    EventType.SCHEDULE_CHANGED: (),
    EventType.SCHEDULE_ENDED: (),
    EventType.SCHEDULE_DUE: (),
    EventType.SUBSCRIPTION_CREATED: (),
    EventType.SUBSCRIPTION_CHANGED: (),
    EventType.RUN_REQUESTED: (),
    EventType.RUN_PLANNED: (),
    EventType.RUN_COMPLETED: (),
    EventType.RUN_ERRORED: (_ALERT,),
    EventType.RUN_CANCELLED: (),
    EventType.VERDICT_REACHED: (),
    EventType.VERDICT_VIOLATING: (_ALERT,),
    EventType.PARENT_UNSHOWN: (_ALERT,),
    EventType.ENDPOINT_DRIFT_DETECTED: (_ALERT,),
    EventType.ALERT_OPENED: (),
    EventType.ALERT_ACKNOWLEDGED: (),
    EventType.ALERT_RESOLVED: (),
    EventType.QUESTION_ASKED: (_ALERT,),
    EventType.QUESTION_ANSWERED: (),
    EventType.PACK_REGISTERED: (),
    EventType.PACK_ADOPTED: (_OBLIGE,),
    EventType.PACK_DROPPED: (),
    EventType.OBLIGATION_DUE: (),
    EventType.OBLIGATION_OVERDUE: (_ALERT,),
    EventType.SUMMARY_ISSUED: (),
    EventType.ALERT_RECURRED: (),
    EventType.ALERT_ASSIGNED: (),
    EventType.ALERT_SNOOZED: (),
    EventType.ALERT_WOKEN: (),
    EventType.ALERT_ANSWERED: (),
    EventType.ALERT_ESCALATED: (),
    EventType.ALERT_SILENCED: (),
    EventType.ALERT_ROUTE_CREATED: (),
    EventType.ALERT_ROUTE_CHANGED: (),
    EventType.WINDOW_OPENED: (),
    EventType.WINDOW_ENDED: (),
    EventType.EVIDENCE_READ: (),
    EventType.RECORD_READ: (),
    EventType.GRANT_GIVEN: (),
    EventType.GRANT_ENDED: (),
    EventType.TOKEN_ISSUED: (),
    EventType.TOKEN_REVOKED: (),
    EventType.SERVICE_ACCOUNT_ADDED: (),
    EventType.SERVICE_ACCOUNT_ENDED: (),
    EventType.RECORD_ERASED: (),
    EventType.EVIDENCE_ERASED: (),
    EventType.ANSWERS_ERASED: (),
    EventType.MEMBER_INVITED: (INVITE,),
    EventType.MEMBER_UNINVITED: (),
    EventType.MEMBER_JOINED: (),
    EventType.MEMBER_CHANGED: (),
    EventType.MEMBER_LEFT: (),
    EventType.LOG_CONFIGURED: (),
    EventType.LOG_REFUSED: (),
    EventType.LOG_KEY_CHANGED: (),
    EventType.MANIFEST_VERIFIED: (),
    EventType.DISPUTE_OPENED: (_TOLD,),
    EventType.DISPUTE_FILED: (),
    EventType.DISPUTE_REVIEWER_APPOINTED: (),
    EventType.DISPUTE_BATTERY_PROPOSED: (_TOLD,),
    EventType.DISPUTE_BATTERY_OBJECTED: (_TOLD,),
    EventType.DISPUTE_BATTERY_AGREED: (_TOLD,),
    EventType.DISPUTE_BATTERY_ORDERED: (_TOLD,),
    EventType.DISPUTE_COMMITTED: (),
    EventType.DISPUTE_REVEALED: (),
    EventType.DISPUTE_SEED_DRAWN: (),
    EventType.DISPUTE_HEARD: (_TOLD,),
    EventType.DISPUTE_RULED: (_TOLD,),
    EventType.DISPUTE_DISSENTED: (),
    EventType.DISPUTE_WITHDRAWN: (),
}
