from datetime import timedelta

import pytest
from django.utils import timezone

from compliance.alerts.models import Alert
from compliance.alerts.services import (
    alert_acknowledge,
    alert_answer,
    alert_assign,
    alert_open,
    alert_resolve,
    alert_snooze,
)
from compliance.domain.errors import InvalidInputError, NotAllowedError, TransitionError
from compliance.domain.events import EventType
from compliance.domain.vocabulary import Severity
from compliance.events.models import Event
from compliance.events.services import event_record
from tests.cast import Cast


@pytest.fixture
def alert(cast: Cast) -> Alert:
    event = event_record(
        event_type=EventType.VERDICT_VIOLATING,
        organization_id=cast.northwind.id,
        subject="run/x",
        payload={
            "run": "x",
            "test": "safety.refusal",
            "version": "v",
            "label": "northwind/assistant 1.0",
            "statement": "The rate is 0.61.",
            "verdict": "violating",
            "path": "/runs/x/",
        },
    )
    return alert_open(event_id=event.id, severity=Severity.CRITICAL)


def test_the_same_event_opens_one_alert(alert: Alert) -> None:
    again = alert_open(event_id=alert.event_id, severity=Severity.CRITICAL)
    assert again == alert
    assert Alert.objects.count() == 1
    assert Event.objects.filter(type="alert.opened").count() == 1


def test_officer_and_engineer_are_told_and_nobody_else(alert: Alert) -> None:
    recipients = set(alert.deliveries.values_list("recipient", flat=True))
    assert recipients == {"officer@northwind.example", "engineer@northwind.example"}


def test_an_alert_is_acknowledged_then_resolved_with_reasons(cast: Cast, alert: Alert) -> None:
    viewer = cast.viewer(cast.engineer)
    alert_acknowledge(viewer=viewer, alert=alert, reason="looking")
    alert_resolve(viewer=viewer, alert=alert, reason="retrained")
    moves = list(alert.transitions.values_list("old", "new", "reason"))
    assert moves == [
        ("open", "acknowledged", "looking"),
        ("acknowledged", "resolved", "retrained"),
    ]
    with pytest.raises(TransitionError):
        alert_resolve(viewer=viewer, alert=alert, reason="again")


def test_an_answer_without_a_reason_is_refused(cast: Cast, alert: Alert) -> None:
    with pytest.raises(InvalidInputError, match="reason"):
        alert_resolve(viewer=cast.viewer(cast.officer), alert=alert, reason="  ")


def test_a_regulator_reads_an_alert_and_cannot_answer_it(cast: Cast, alert: Alert) -> None:
    with pytest.raises(NotAllowedError):
        alert_resolve(viewer=cast.viewer(cast.regulator), alert=alert, reason="mine")


def test_an_alert_is_assigned_to_a_member_who_is_told(cast: Cast, alert: Alert) -> None:
    officer = cast.viewer(cast.officer)
    given = alert_assign(viewer=officer, alert=alert, assignee=cast.engineer.email)
    assert given.assignee == cast.engineer
    told = alert.deliveries.get(occasion="assigned")
    assert told.recipient == cast.engineer.email
    event = Event.objects.get(type="alert.assigned")
    assert event.payload["assignee"] == str(cast.engineer.pk)  # a name would be personal data


@pytest.mark.parametrize("who", ["regulator", "rival_engineer", "outsider"])
def test_an_alert_is_given_to_nobody_else(cast: Cast, alert: Alert, who: str) -> None:
    with pytest.raises(InvalidInputError, match="assignee"):
        alert_assign(
            viewer=cast.viewer(cast.officer), alert=alert, assignee=getattr(cast, who).email
        )


@pytest.mark.parametrize("days", [-1, 31])
def test_an_alert_is_put_off_until_a_moment_to_come(cast: Cast, alert: Alert, days: int) -> None:
    until = timezone.now() + timedelta(days=days)
    with pytest.raises(InvalidInputError, match="until"):
        alert_snooze(viewer=cast.viewer(cast.officer), alert=alert, until=until, reason="tomorrow")


def test_what_is_resolved_is_neither_snoozed_nor_assigned(cast: Cast, alert: Alert) -> None:
    officer = cast.viewer(cast.officer)
    alert_resolve(viewer=officer, alert=alert, reason="retrained")
    until = timezone.now() + timedelta(days=1)
    with pytest.raises(TransitionError):
        alert_snooze(viewer=officer, alert=alert, until=until, reason="later")
    with pytest.raises(TransitionError):
        alert_assign(viewer=officer, alert=alert, assignee=cast.engineer.email)


def test_an_engineers_answer_is_an_event_and_a_regulator_gives_none(
    cast: Cast, alert: Alert
) -> None:
    alert_answer(viewer=cast.viewer(cast.engineer), alert=alert, text=" A bad checkpoint. ")
    assert alert.answers.get().text == "A bad checkpoint."
    event = Event.objects.get(type="alert.answered")
    assert (event.payload["answer"], event.actor) == ("A bad checkpoint.", cast.engineer)
    with pytest.raises(NotAllowedError):
        alert_answer(viewer=cast.viewer(cast.regulator), alert=alert, text="mine")
    with pytest.raises(InvalidInputError, match="answer"):
        alert_answer(viewer=cast.viewer(cast.engineer), alert=alert, text=" ")
