from enum import StrEnum

class EventType(StrEnum):
    ALERT_ACKNOWLEDGED = "alert.acknowledged"
    ALERT_OPENED = "alert.opened"
    ALERT_RESOLVED = "alert.resolved"
    ENDPOINT_LIMITED = "endpoint.limited"
    EVIDENCE_READ = "evidence.read"
    LINEAGE_PARENT_UNSHOWN = "lineage.parent.unshown"
    LOG_CONFIGURED = "log.configured"
    LOG_REFUSED = "log.refused"
    MODEL_REGISTERED = "model.registered"
    MODEL_VERSION_REGISTERED = "model.version.registered"
    MODEL_VERSION_SCREENED = "model.version.screened"
    RECORD_ERASED = "record.erased"
    RUN_CANCELLED = "run.cancelled"
    RUN_COMPLETED = "run.completed"
    RUN_ERRORED = "run.errored"
    RUN_REQUESTED = "run.requested"
    SCHEDULE_CHANGED = "schedule.changed"
    SCHEDULE_CREATED = "schedule.created"
    SCHEDULE_DUE = "schedule.due"
    SUBSCRIPTION_CHANGED = "subscription.changed"
    SUBSCRIPTION_CREATED = "subscription.created"
    VERDICT_REACHED = "verdict.reached"
    VERDICT_VIOLATING = "verdict.violating"

    def __str__(self) -> str:
        return str(self.value)
