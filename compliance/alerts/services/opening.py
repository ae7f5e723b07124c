"""Opening alerts, and adding to them when the same is found again."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max, Q
from django.db.models.functions import Now

from compliance.alerts.models import Alert, Occurrence
from compliance.alerts.services.acts import alert_move
from compliance.alerts.services.deliveries import alert_deliver
from compliance.domain.alerts import RECURRENCE_DAYS, finding_of, more_severe
from compliance.domain.canonical import Json, canonical_json
from compliance.domain.errors import NotFoundError
from compliance.domain.events import EventType
from compliance.domain.vocabulary import AlertState, Occasion, Severity
from compliance.events.models import Event
from compliance.events.selectors import event_by_id
from compliance.events.services import event_record

_TITLES = {
    EventType.VERDICT_VIOLATING.value: "{label} violates {test}",
    EventType.PARENT_UNSHOWN.value: "A declared parent of {label} is not shown",
    EventType.WEIGHTS_CHANGED.value: "The files of {label} are not the registered ones",
    EventType.ENDPOINT_DRIFT_DETECTED.value: "{label} serves another model than it did",
    EventType.QUESTION_ASKED.value: "{asker} asks about {label}",
    EventType.OBLIGATION_OVERDUE.value: "{demand} is overdue on {label}",
    EventType.RUN_ERRORED.value: "A run on {label} ended in an error",
    EventType.DISPUTE_OPENED.value: "A dispute about {label} was opened",
    EventType.DISPUTE_BATTERY_PROPOSED.value: "A battery is proposed in the dispute about {label}",
    EventType.DISPUTE_BATTERY_OBJECTED.value: "A battery is objected to in the dispute of {label}",
    EventType.DISPUTE_BATTERY_AGREED.value: "A battery is agreed on in the dispute about {label}",
    EventType.DISPUTE_BATTERY_ORDERED.value: "A battery was ordered in the dispute about {label}",
    EventType.DISPUTE_HEARD.value: "The battery in the dispute about {label} has ended",
    EventType.DISPUTE_RULED.value: "The dispute about {label} was ruled on",
}


@transaction.atomic
def alert_open(*, event_id: UUID, severity: Severity | None = None) -> Alert:
    """Open the alert that an event calls for, or add to the one that tells of the same finding.

    The same event does either once, whoever asks. A finding that is more severe now than before
    opens its alert again and sends it out again.

    Args:
        severity: if none is given, a warning for a verdict that is no alarm (the organization's
            error budget asks for more), and critical for all else.

    Raises:
        NotFoundError: no such event, or no organization's.
    """
    event = event_by_id(event_id=event_id)
    if event.organization_id is None:
        raise NotFoundError("an event of the operator's own is nobody's alert")
    _in_turn(event.organization_id)
    known = Alert.objects.filter(Q(event=event) | Q(occurrences__event=event)).first()
    if known is not None:
        return known
    if severity is None:
        severity = Severity.CRITICAL if event.payload.get("alarm", True) else Severity.WARNING
    finding = finding_of(EventType(event.type), event.payload)
    same = _unresolved(event.organization_id, finding)
    if same is not None:
        return _again(same, event, severity)
    return _open(event, event.organization_id, severity, finding)


def _open(event: Event, organization_id: UUID, severity: Severity, finding: str) -> Alert:
    alert = Alert.objects.create(
        event=event,
        organization_id=organization_id,
        severity=severity.value,
        finding=finding,
        **_told(event),
    )
    event_record(
        event_type=EventType.ALERT_OPENED,
        organization_id=alert.organization_id,
        subject=f"alert/{alert.id}",
        payload={
            "alert": str(alert.id),
            "title": alert.title,
            "severity": alert.severity,
            "claim": alert.claim,
            "path": f"/alerts/{alert.id}/",
            "evidence": alert.path,
        },
        model_id=event.model_id,
    )
    alert_deliver(alert=alert, occasion=Occasion.OPENED)
    return alert


def _again(alert: Alert, event: Event, severity: Severity) -> Alert:
    Occurrence.objects.create(alert=alert, event=event)
    raised = more_severe(severity, Severity(alert.severity))
    event_record(
        event_type=EventType.ALERT_RECURRED,
        organization_id=alert.organization_id,
        subject=f"alert/{alert.id}",
        payload={"alert": str(alert.id), "event": str(event.id), "severity": severity.value},
        model_id=event.model_id,
    )
    if not raised:
        return alert
    told = _told(event)
    for name, value in {**told, "severity": severity.value}.items():
        setattr(alert, name, value)
    alert.save(update_fields=[*told, "severity"])
    if alert.state != AlertState.OPEN.value:
        why = f"It was found again, and is {severity.value} now."
        alert = alert_move(alert=alert, new=AlertState.OPEN, who=None, reason=why)
    alert_deliver(alert=alert, occasion=Occasion.RAISED)
    return alert


def _in_turn(organization_id: UUID) -> None:
    """Until the transaction ends: two events at once would not see each other's alert."""
    with connection.cursor() as cursor:
        lock = f"alerts of {organization_id}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [lock])


def _unresolved(organization_id: UUID, finding: str) -> Alert | None:
    """The alert that tells of the same finding, last found within the window."""
    if not finding:
        return None
    since = Now() - timedelta(days=RECURRENCE_DAYS)
    return (
        Alert.objects.select_for_update(of=("self",))
        .filter(
            id__in=Alert.objects.filter(organization_id=organization_id, finding=finding)
            .annotate(last=Max("occurrences__at"))
            .filter(Q(opened_at__gte=since) | Q(last__gte=since))
            .values("id")
        )
        .exclude(state=AlertState.RESOLVED.value)
        .order_by("-opened_at")
        .first()
    )


def _told(event: Event) -> dict[str, Json]:
    """What the alert that an event calls for says: its title, claim, and where the evidence is."""
    payload, title = event.payload, _TITLES.get(event.type, "{type} about {subject}")
    told = {"type": event.type, "subject": event.subject, **payload}
    plain = f"{event.type}: {canonical_json(payload).decode()}"
    result = payload.get("result")
    return {
        "title": title.format_map(told)[:200],
        "statement": str(payload.get("statement") or plain),
        "claim": payload.get("claim") or {},
        "path": str(payload.get("path", "/")),
        "bundle_path": f"/results/{result}/bundle/" if result else "",
        "subject": str(payload.get("label", ""))[:300],
    }
