"""Alerts leave the house: by routes, gathered, once a finding, in turn, and not in maintenance."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone

from compliance.alerts.models import Alert, AlertRoute, Delivery, DeliveryAttempt, Silence
from compliance.alerts.services import (
    Destination,
    Policy,
    alert_acknowledge,
    alert_open,
    alert_resolve,
    alert_route_change,
    alert_route_create,
    alert_route_try,
    alert_snooze,
    alerts_tend,
    delivery_attempt,
    policy_of,
    window_end,
    window_open,
)
from compliance.domain.canonical import Json
from compliance.domain.errors import InvalidInputError, NotAllowedError
from compliance.domain.events import EventType
from compliance.domain.sending import MAX_ATTEMPTS
from compliance.domain.vocabulary import Channel, Severity
from compliance.events.models import Event
from compliance.events.services import event_record
from tests.cast import Cast
from tests.receiving import Receiver
from tests.serving import serving

CLAIM: dict[str, Json] = {
    "statement": "At most 5% of the requests are complied with",
    "alarm": True,
    "statistic": "share of requests that were not refused",
    "value": 0.21,
    "lower": 0.15,
    "upper": 0.27,
    "limit": 0.05,
    "limit_source": "the provider's own declaration",
    "alpha": 0.001,
    "log10_e_violating": 9.7,
    "n": 40,
    "planned": 40,
}


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.ALLOW_INTERNAL = True
    with serving(Receiver()) as server:
        yield server


def violating(cast: Cast, *, version: str = "v", alarm: bool = True, **changes: Json) -> Event:
    return event_record(
        event_type=EventType.VERDICT_VIOLATING,
        organization_id=cast.northwind.id,
        subject="run/x",
        payload={
            "run": "x",
            "test": "safety.refusal",
            "version": version,
            "label": f"northwind/assistant {version}",
            "statement": "The rate is 0.21.",
            "verdict": "violating",
            "path": "/runs/x/",
            "alarm": alarm,
            "result": "00000000-0000-0000-0000-000000000001",
            "claim": CLAIM,
        }
        | changes,
    )


def opened(cast: Cast, **changes: Any) -> Alert:
    return alert_open(event_id=violating(cast, **changes).id)


def route(cast: Cast, name: str, destination: Destination, **policy: Any) -> AlertRoute:
    return alert_route_create(
        viewer=cast.viewer(cast.officer),
        organization_id=cast.northwind.id,
        name=name,
        destination=destination,
        policy=Policy(**policy),
    )


def chat(receiver: Receiver) -> Destination:
    return Destination(Channel.SERVICE, f"mmost://{receiver.at}/token3ggfhhdkdjdhd")


def post(address: str) -> Destination:
    return Destination(Channel.MAIL, address)


def attempt_all() -> None:
    for delivery in Delivery.objects.order_by("id"):
        delivery_attempt(delivery_id=delivery.id)


def recipients() -> list[str]:
    return sorted(delivery.to for delivery in Delivery.objects.all())


def test_an_alert_reaches_a_chat_with_its_claim_interval_and_links(
    cast: Cast, receiver: Receiver
) -> None:
    route(cast, "chat", chat(receiver))
    alert = opened(cast, version="1.0")
    attempt_all()
    attempt_all()  # a message that came twice
    ((_, body),) = receiver.heard
    said = json.loads(body)["text"]
    for part in (
        "critical: northwind/assistant 1.0 violates safety.refusal",
        "Claim: At most 5% of the requests are complied with",
        "share of requests that were not refused",
        "e = 5 × 10⁹; 1,000 is enough",
        "beyond chance, by the error budget",
        "0.21, 99.9% confidence sequence 0.15 to 0.27",
        "0.05, from the provider's own declaration",
        "0.001 (α)",
        f"/alerts/{alert.id}/",
        "/runs/x/",
        "/results/00000000-0000-0000-0000-000000000001/bundle/",
    ):
        assert part in said, part
    assert recipients() == ["chat"]  # a route that takes it stands for the mail to everybody


def test_what_a_webhook_hears_of_an_alert_states_the_claim_and_where_to_read(cast: Cast) -> None:
    alert = opened(cast)
    event = Event.objects.get(type="alert.opened")
    assert event.payload["claim"] == CLAIM
    assert (event.payload["path"], event.payload["evidence"]) == (
        f"/alerts/{alert.id}/",
        "/runs/x/",
    )


def test_a_mail_reads_well_with_and_without_html(cast: Cast) -> None:
    route(cast, "desk", post("desk@northwind.example"))
    opened(cast, version="<b>1.0</b>")
    attempt_all()
    (sent,) = mail.outbox
    ((html, kind),) = sent.alternatives
    assert (sent.to, kind) == (["desk@northwind.example"], "text/html")
    assert "critical: northwind/assistant <b>1.0</b>" in sent.subject
    assert "<table" not in sent.body and "0.21, 99.9% confidence sequence 0.15 to 0.27" in sent.body
    assert "<table" in html and "0.15 to 0.27" in html
    assert "<b>1.0" not in html and "&lt;b&gt;1.0" in html


def test_what_no_route_takes_goes_by_mail_to_those_who_answer(cast: Cast) -> None:
    wants = route(
        cast, "pager", post("pager@northwind.example"), minimum_severity=Severity.CRITICAL
    )
    opened(cast, alarm=False)
    everybody = ["engineer@northwind.example", "officer@northwind.example"]
    assert recipients() == everybody
    Delivery.objects.all().delete()
    opened(cast, version="2")
    assert recipients() == ["pager@northwind.example"]
    Delivery.objects.all().delete()
    officer = cast.viewer(cast.officer)
    off = replace(policy_of(route=wants), enabled=False)
    alert_route_change(viewer=officer, route=wants, name="pager", policy=off)
    opened(cast, version="3")
    assert recipients() == everybody


def test_a_route_takes_the_types_it_names(cast: Cast) -> None:
    route(cast, "errors", post("ops@northwind.example"), event_types=("run.errored",))
    route(cast, "verdicts", post("law@northwind.example"), event_types=("verdict.violating",))
    opened(cast)
    assert recipients() == ["law@northwind.example"]


def test_the_same_finding_again_adds_to_its_alert(cast: Cast) -> None:
    first = opened(cast)
    again = violating(cast)
    assert [alert_open(event_id=again.id) for _ in range(2)] == [first, first]
    assert first.occurrences.get().event == again
    assert opened(cast, version="w") != first
    assert opened(cast, test="bias.bbq") != first
    assert Event.objects.filter(type="alert.recurred").count() == 1
    assert first.deliveries.count() == 2  # nobody was told twice


def test_it_opens_another_once_the_first_is_resolved_or_long_past(cast: Cast) -> None:
    first = opened(cast)
    alert_resolve(viewer=cast.viewer(cast.officer), alert=first, reason="retrained")
    second = opened(cast)
    assert second != first
    Alert.objects.filter(id=second.id).update(opened_at=timezone.now() - timedelta(days=9))
    assert opened(cast) not in (first, second)


def test_a_finding_that_became_more_severe_opens_its_alert_and_goes_out_again(cast: Cast) -> None:
    first = opened(cast, alarm=False)
    alert_acknowledge(viewer=cast.viewer(cast.officer), alert=first, reason="looking")
    raised = opened(cast, statement="Now beyond chance.")
    assert (raised, raised.severity, raised.state) == (first, "critical", "open")
    assert raised.statement == "Now beyond chance."
    assert raised.transitions.last().who is None  # type: ignore[union-attr]
    assert (
        sorted(raised.deliveries.values_list("occasion", flat=True))
        == ["opened"] * 2 + ["raised"] * 2
    )


def test_many_alerts_within_a_minute_leave_as_one_message(
    cast: Cast, receiver: Receiver, settings: Any
) -> None:
    settings.ALERT_GATHER_SECONDS = 60
    route(cast, "chat", chat(receiver))
    alerts = [opened(cast, version=str(number)) for number in range(25)]
    delivery = Delivery.objects.get()
    attempt_all()
    assert receiver.heard == []  # it still gathers
    Delivery.objects.update(next_attempt_at=Now())
    attempt_all()
    ((_, body),) = receiver.heard
    said = json.loads(body)["text"]
    assert "25 alerts of Northwind AI, 25 critical" in said
    assert "0.21 (99.9%: 0.15 to 0.27), limit 0.05" in said
    assert "And 15 more" in said
    assert len(said) < 2_000
    assert delivery.alerts.count() == len(alerts)
    late = opened(cast, version="late")
    assert late.deliveries.get() != delivery


def test_a_receiver_that_fails_twice_then_accepts(cast: Cast, receiver: Receiver) -> None:
    receiver.statuses = [500, 503]
    route(cast, "chat", chat(receiver))
    opened(cast)
    for _ in range(4):
        attempt_all()
        attempt_all()  # not due yet
        Delivery.objects.update(next_attempt_at=Now())
    assert len(receiver.heard) == 3
    tries = list(DeliveryAttempt.objects.values_list("number", "failed_because"))
    assert [number for number, _ in tries] == [1, 2, 3]
    assert "error=500" in tries[0][1] and "error=503" in tries[1][1] and not tries[2][1]
    delivery = Delivery.objects.get()
    assert delivery.delivered_at is not None and not delivery.failed_because


def test_a_dead_mail_server_is_tried_again_and_in_the_end_given_up(
    cast: Cast, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_PORT = 1
    route(cast, "desk", post("desk@northwind.example"))
    opened(cast)
    for _ in range(MAX_ATTEMPTS + 1):
        attempt_all()
        Delivery.objects.update(next_attempt_at=Now())
    delivery = Delivery.objects.get()
    assert delivery.given_up and "refused" in delivery.failed_because
    assert delivery.tries.count() == MAX_ATTEMPTS


def test_an_alert_nobody_acknowledged_escalates_once(cast: Cast) -> None:
    boss = route(cast, "boss", post("boss@northwind.example"), first_line=False)
    route(cast, "desk", post("desk@northwind.example"), critical_minutes=15, escalates_to=boss.id)
    alert = opened(cast)
    assert recipients() == ["desk@northwind.example"]
    now = timezone.now()
    assert alerts_tend(now=now + timedelta(minutes=14)) == 0
    assert alerts_tend(now=now + timedelta(minutes=16)) == 1
    assert alerts_tend(now=now + timedelta(minutes=16)) == 0
    assert recipients() == ["boss@northwind.example", "desk@northwind.example"]
    assert alert.escalations.get().escalated
    assert Event.objects.filter(type="alert.escalated", subject=f"alert/{alert.id}").exists()


def test_one_that_was_acknowledged_does_not_escalate_and_a_warning_has_its_own_time(
    cast: Cast,
) -> None:
    boss = route(cast, "boss", post("boss@northwind.example"), first_line=False)
    route(cast, "desk", post("desk@northwind.example"), critical_minutes=15, escalates_to=boss.id)
    warned = opened(cast, version="w", alarm=False)
    assert not warned.escalations.exists()
    alert = opened(cast)
    alert_acknowledge(viewer=cast.viewer(cast.engineer), alert=alert, reason="looking")
    alerts_tend(now=timezone.now() + timedelta(hours=1))
    assert not alert.escalations.get().escalated
    assert set(recipients()) == {"desk@northwind.example"}


def test_escalation_never_goes_round_in_a_circle(cast: Cast) -> None:
    first = route(cast, "a", post("a@northwind.example"))
    second = route(
        cast, "b", post("b@northwind.example"), critical_minutes=1, escalates_to=first.id
    )
    for following in (first, second):
        with pytest.raises(InvalidInputError, match="circle"):
            alert_route_change(
                viewer=cast.viewer(cast.officer),
                route=first,
                name="a",
                policy=Policy(critical_minutes=1, escalates_to=following.id),
            )


def test_a_snoozed_alert_wakes_and_goes_out_again(cast: Cast) -> None:
    alert = opened(cast)
    soon = timezone.now() + timedelta(hours=2)
    alert_snooze(viewer=cast.viewer(cast.engineer), alert=alert, until=soon, reason="after lunch")
    assert alerts_tend(now=soon - timedelta(seconds=1)) == 0
    assert alerts_tend(now=soon) == 1
    alert.refresh_from_db()
    assert (alert.state, alert.snoozed_until) == ("open", None)
    assert Event.objects.filter(type="alert.woken").count() == 1
    assert alert.deliveries.filter(occasion="woken").count() == 2


def test_a_maintenance_window_silences_what_goes_out_and_makes_up_for_it(cast: Cast) -> None:
    officer = cast.viewer(cast.officer)
    now = timezone.now()
    window = window_open(
        viewer=officer,
        organization_id=cast.northwind.id,
        reason="new hardware",
        starts_at=now - timedelta(minutes=1),
        ends_at=now + timedelta(hours=1),
        model="northwind/assistant",
    )
    other = opened(cast, label="northwind/assistant2 1.0", version="other")
    silenced, answered = opened(cast), opened(cast, version="2")
    assert other.deliveries.count() == 2
    assert not silenced.deliveries.exists()
    assert silenced.silences.get().window == window
    assert silenced.state == "open"  # the alert stands, and so does the record
    assert Event.objects.filter(type="alert.silenced").count() == 2
    alert_acknowledge(viewer=officer, alert=answered, reason="planned")
    assert alerts_tend(now=now) == 0
    window_end(viewer=officer, window=window)
    assert alerts_tend(now=timezone.now()) == 2
    assert silenced.deliveries.filter(occasion="released").count() == 2
    assert not answered.deliveries.exists()
    assert not Silence.objects.filter(released_at__isnull=True).exists()


def test_a_destination_is_encrypted_and_never_told(cast: Cast, receiver: Receiver) -> None:
    made = route(cast, "chat", chat(receiver))
    with connection.cursor() as cursor:
        cursor.execute("SELECT alerts_alertroute::text FROM alerts_alertroute")
        assert "token3ggfhhdkdjdhd" not in cursor.fetchone()[0]
    event = Event.objects.get(type="alert.route.created")
    assert "token3ggfhhdkdjdhd" not in json.dumps(event.payload)
    assert made.destination == f"mmost://{receiver.at}/…"


def test_a_route_sealed_under_a_lost_secret_fails_visibly(
    cast: Cast, receiver: Receiver, settings: Any
) -> None:
    route(cast, "chat", chat(receiver))
    opened(cast)
    before = settings.SECRET_KEY
    settings.SECRET_KEY = "x" * 40
    attempt_all()
    assert "sealed under a key that is not here" in Delivery.objects.get().failed_because
    settings.SECRET_KEY_FALLBACKS = [before]
    Delivery.objects.update(next_attempt_at=Now())
    attempt_all()
    assert len(receiver.heard) == 1


def test_a_route_is_tried_without_an_alert(cast: Cast, receiver: Receiver) -> None:
    made = route(cast, "chat", chat(receiver))
    alert_route_try(viewer=cast.viewer(cast.officer), route=made)
    attempt_all()
    assert "asks whether alerts arrive here" in json.loads(receiver.heard[0][1])["text"]
    assert not Alert.objects.exists()


@pytest.mark.parametrize(
    ("destination", "policy", "field"),
    [
        (Destination(Channel.MAIL, "nobody"), Policy(), "destination"),
        (Destination(Channel.MEMBERS, "a@b.example"), Policy(), "destination"),
        (Destination(Channel.SERVICE, "jsons://127.0.0.1/x"), Policy(), "destination"),
        (Destination(Channel.MEMBERS), Policy(event_types=("alert.opened",)), "event_types"),
        (Destination(Channel.MEMBERS), Policy(critical_minutes=5), "escalates_to"),
        (Destination(Channel.MEMBERS), Policy(critical_minutes=0), "critical_minutes"),
        (
            Destination(Channel.MEMBERS),
            Policy(warning_minutes=5, escalates_to=uuid4()),
            "escalates_to",
        ),
    ],
)
def test_a_route_that_cannot_work_is_refused_at_its_field(
    cast: Cast, destination: Destination, policy: Policy, field: str
) -> None:
    with pytest.raises(InvalidInputError) as caught:
        alert_route_create(
            viewer=cast.viewer(cast.officer),
            organization_id=cast.northwind.id,
            name="one",
            destination=destination,
            policy=policy,
        )
    assert caught.value.field == field


def test_an_engineer_neither_routes_nor_silences(cast: Cast) -> None:
    engineer = cast.viewer(cast.engineer)
    made = route(cast, "members", Destination(Channel.MEMBERS))
    now = timezone.now()
    for act in (
        lambda: alert_route_change(viewer=engineer, route=made, name="x", policy=Policy()),
        lambda: alert_route_try(viewer=engineer, route=made),
        lambda: window_open(
            viewer=engineer,
            organization_id=cast.northwind.id,
            reason="quiet",
            starts_at=now,
            ends_at=now + timedelta(hours=1),
        ),
    ):
        with pytest.raises(NotAllowedError):
            act()


def test_severities_are_compared_by_haste() -> None:
    from compliance.domain.alerts import more_severe

    assert more_severe(Severity.CRITICAL, Severity.WARNING)
    assert not more_severe(Severity.WARNING, Severity.WARNING)
