"""What follows what: every event type with the tasks that its publication starts.

The whole reactive behaviour of Assay stands on this screen. A task is handed the event's id
(or the id that ``argument`` names in its payload) and must be idempotent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from compliance.domain.events import EventType


@dataclass(frozen=True, slots=True)
class Route:
    """A task that follows an event.

    Attributes:
        queue: the queue's name, or ``payload:<key>`` to take it from the payload.
        argument: the payload key handed to the task; empty for the event's id.
    """

    task: str
    queue: str = "events"
    argument: str = ""


_EXECUTE = Route("runs.execute", queue="payload:queue", argument="shard")
_SUBSCRIPTIONS = Route("events.subscriptions_fire")
_ALERT = Route("alerts.open")

ROUTES: Mapping[EventType, tuple[Route, ...]] = {
    EventType.MODEL_REGISTERED: (),
    EventType.VERSION_REGISTERED: (_SUBSCRIPTIONS,),
    EventType.SCHEDULE_CREATED: (),
    EventType.SCHEDULE_CHANGED: (),
    EventType.SCHEDULE_DUE: (),
    EventType.SUBSCRIPTION_CREATED: (),
    EventType.SUBSCRIPTION_CHANGED: (),
    EventType.RUN_REQUESTED: (),
    EventType.RUN_COMPLETED: (),
    EventType.RUN_ERRORED: (_ALERT,),
    EventType.RUN_CANCELLED: (),
    EventType.SHARD_QUEUED: (_EXECUTE,),
    EventType.SHARD_REQUEUED: (_EXECUTE,),
    EventType.VERDICT_REACHED: (),
    EventType.VERDICT_VIOLATING: (_ALERT, _SUBSCRIPTIONS),
    EventType.ALERT_OPENED: (Route("alerts.deliver", queue="alerts", argument="alert"),),
    EventType.ALERT_ACKNOWLEDGED: (),
    EventType.ALERT_RESOLVED: (),
}
