from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from compliance.audits.models import Run, Schedule, Subscription
from compliance.registry.models import Model, TrainingSource, Version
from tests.api.conftest import Call, Record
from tests.cast import Cast
from tests.conftest import write_weights

Body = dict[str, Any]
EVERYBODY = ("officer", "engineer", "regulator", "reviewer", "rival_engineer", "outsider")


def schedule_body(record: Record, **changes: Any) -> Body:
    return {
        "model": str(record.model.id),
        "name": "weekly",
        "battery": ["safety.refusal"],
        "cron": "0 6 * * 1",
        "time_zone": "Europe/Brussels",
    } | changes


def subscription_body(record: Record, **changes: Any) -> Body:
    return {
        "organization": "northwind",
        "event_type": "model.version.registered",
        "battery": ["safety.refusal"],
    } | changes


def test_a_model_and_a_version_are_registered_with_declarations(
    cast: Cast, call: Call, record: Record, models_root: Any
) -> None:
    client = call(cast.engineer)
    body = {"organization": "northwind", "slug": "translator", "name": "Translator"}
    model = client.post("/api/v1/models", body, format="json")
    assert model.status_code == 201
    assert client.get(model["Location"]).json() == model.json()
    answer = client.post(
        "/api/v1/versions",
        {
            "model": model.json()["id"],
            "name": "2.0",
            "access": "weights",
            "location": write_weights(models_root, "tuned", seed=2),
            "parents": [{"version": str(record.version.id), "relation": "fine_tune"}],
            "sources": [{"kind": "licensed", "name": "News", "licence": "by contract"}],
        },
        format="json",
    )
    assert answer.status_code == 201, answer.json()
    version = client.get(answer["Location"]).json()
    assert version == answer.json()
    assert version["parents"][0]["version"]["label"] == "northwind/assistant 1.0"
    assert version["sources"][0]["licence"] == "by contract"
    assert TrainingSource.objects.get().version_id == Version.objects.get(name="2.0").id


def test_a_schedule_is_made_paused_resumed_and_ended(
    cast: Cast, call: Call, record: Record
) -> None:
    client = call(cast.officer)
    answer = client.post("/api/v1/schedules", schedule_body(record), format="json")
    assert answer.status_code == 201, answer.json()
    address = answer["Location"]
    assert client.get("/api/v1/schedules").json()["rows"] == [client.get(address).json()]
    assert client.post(f"{address}/pause").json()["paused_at"] is not None
    assert client.post(f"{address}/resume").json()["paused_at"] is None
    assert client.post(f"{address}/end").json()["ended_at"] is not None
    assert client.post(f"{address}/resume").status_code == 409
    ended = client.get("/api/v1/schedules?ended=true").json()["rows"]
    assert [one["id"] for one in ended] == [address.rpartition("/")[2]]


def test_a_preview_names_the_next_five_firings(cast: Cast, call: Call) -> None:
    rule = {"cron": "0 6 * * 1", "time_zone": "Europe/Brussels"}
    answer = call(cast.reviewer).post("/api/v1/schedules/preview", rule, format="json")
    firings = answer.json()["firings"]
    assert len(firings) == 5
    assert firings == sorted(firings)
    assert not Schedule.objects.exists()


def test_a_subscription_is_made_paused_and_resumed(cast: Cast, call: Call, record: Record) -> None:
    client = call(cast.officer)
    body = subscription_body(record, model=str(record.model.id))
    answer = client.post("/api/v1/subscriptions", body, format="json")
    assert answer.status_code == 201, answer.json()
    address = answer["Location"]
    assert client.get(address).json()["model"]["label"] == "northwind/assistant"
    assert client.post(f"{address}/pause").json()["paused_at"] is not None
    assert client.post(f"{address}/resume").json()["paused_at"] is None


def test_a_run_without_a_battery_holds_every_stress_test(
    cast: Cast, call: Call, record: Record
) -> None:
    body = {"version": str(record.version.id)}
    answer = call(cast.engineer).post("/api/v1/runs", body, format="json")
    assert answer.status_code == 201, answer.json()
    assert [shard["test"] for shard in answer.json()["shards"]] == [
        "provenance.weights_digest",
        "safety.refusal",
        "bias.counterfactual_pairs",
    ]
    assert answer.json()["requested_by"] == "engineer"


def test_a_run_keeps_the_parameters_it_was_given(cast: Cast, call: Call, record: Record) -> None:
    spec = {"name": "safety.refusal", "version": 1, "parameters": {"alpha": 0.01}}
    body = {"version": str(record.version.id), "battery": [spec]}
    answer = call(cast.engineer).post("/api/v1/runs", body, format="json")
    assert answer.json()["battery"] == [spec]


def test_a_run_without_any_announced_stress_test_is_refused(
    cast: Cast, call: Call, version: Version
) -> None:
    body = {"version": str(version.id)}
    answer = call(cast.engineer).post("/api/v1/runs", body, format="json")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "battery")
    assert not Run.objects.exists()


def test_a_run_is_cancelled_once(cast: Cast, call: Call, record: Record) -> None:
    client, address = call(cast.officer), f"/api/v1/runs/{record.waiting.id}/cancel"
    answer = client.post(address, {"reason": "wrong version"}, format="json")
    assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
    again = client.post(address, {"reason": "wrong version"}, format="json")
    assert (again.status_code, again.json()["title"]) == (409, "Conflict")


def test_an_alert_is_acknowledged_and_resolved(cast: Cast, call: Call, record: Record) -> None:
    client, address = call(cast.officer), f"/api/v1/alerts/{record.alert.id}"
    client.post(f"{address}/acknowledge", {"reason": "looking"}, format="json")
    answer = client.post(f"{address}/resolve", {"reason": "retrained"}, format="json").json()
    assert [(move["new"], move["reason"]) for move in answer["transitions"]] == [
        ("acknowledged", "looking"),
        ("resolved", "retrained"),
    ]
    assert client.get("/api/v1/alerts?state=open").json()["rows"] == []


def test_an_alert_is_snoozed_assigned_and_answered(cast: Cast, call: Call, record: Record) -> None:
    client, address = call(cast.officer), f"/api/v1/alerts/{record.alert.id}"
    until = {"until": tomorrow(), "reason": "not today"}
    assert client.post(f"{address}/snooze", until, format="json").json()["state"] == "snoozed"
    whom = {"assignee": cast.engineer.email}
    assert client.post(f"{address}/assign", whom, format="json").json()["assignee"] == "engineer"
    said = client.post(f"{address}/answer", {"text": "A bad checkpoint."}, format="json").json()
    assert [(one["who"], one["text"]) for one in said["answers"]] == [
        ("officer", "A bad checkpoint.")
    ]
    past = {"until": "2020-01-01T00:00:00Z", "reason": "never"}
    refused = client.post(f"{address}/snooze", past, format="json")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "until")


def test_a_route_is_made_changed_and_tried_and_never_tells_its_secret(
    cast: Cast, call: Call, record: Record
) -> None:
    client = call(cast.officer)
    answer = client.post("/api/v1/alert-routes", route_body(), format="json")
    assert answer.status_code == 201, answer.json()
    address = answer["Location"]
    change = {"name": "desk", "minimum_severity": "critical", "enabled": False}
    changed = client.put(address, change, format="json").json()
    assert (changed["minimum_severity"], changed["enabled"]) == ("critical", False)
    assert changed["destination"] == "slack://T...2/A...D/T...Q"
    assert client.post(f"{address}/try").status_code == 200
    assert client.get("/api/v1/alert-routes?enabled=false").json()["rows"] == [changed]
    assert client.get("/api/v1/alert-routes?enabled=true").json()["rows"] == []
    assert b"TIiajkdnlazkcOXrIdevi7FQ" not in client.get(address).content
    internal = route_body() | {"name": "in", "destination": "jsons://10.0.0.1/x"}
    refused = client.post("/api/v1/alert-routes", internal, format="json")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "destination")
    for who, status in (("engineer", 403), ("regulator", 404), ("outsider", 404)):
        asked = call(getattr(cast, who)).put(address, change, format="json")
        assert asked.status_code == status, who


def test_a_window_is_opened_and_ended_once(cast: Cast, call: Call, record: Record) -> None:
    client = call(cast.officer)
    answer = client.post("/api/v1/maintenance-windows", window_body(), format="json")
    assert answer.status_code == 201, answer.json()
    address = answer["Location"]
    assert client.get("/api/v1/maintenance-windows").json()["rows"] == [client.get(address).json()]
    assert call(cast.regulator).post(f"{address}/end").status_code == 403
    assert client.post(f"{address}/end").status_code == 200
    assert client.post(f"{address}/end").status_code == 409


def tomorrow() -> str:
    return (timezone.now() + timedelta(days=1)).isoformat()


def route_body() -> Body:
    return {
        "organization": "northwind",
        "name": "desk",
        "channel": "service",
        "destination": "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ",
    }


def window_body() -> Body:
    return {
        "organization": "northwind",
        "reason": "new hardware",
        "starts_at": timezone.now().isoformat(),
        "ends_at": tomorrow(),
    }


Write = Callable[[Record], tuple[str, Body]]
# What each role gets; 422 and 404 where it may not even know of the model it names.
WRITES: dict[str, tuple[Write, dict[str, int]]] = {
    "model_register": (
        lambda record: (
            "models",
            {"organization": "northwind", "slug": "other", "name": "Other"},
        ),
        {"officer": 201, "engineer": 201, "regulator": 403, "reviewer": 403},
    ),
    "version_register": (
        lambda record: (
            "versions",
            {
                "model": str(record.model.id),
                "name": "sealed",
                "access": "sealed",
                "location": "vault",
            },
        ),
        {"officer": 201, "engineer": 201, "regulator": 403, "reviewer": 403},
    ),
    "schedule_create": (
        lambda record: ("schedules", schedule_body(record)),
        {"officer": 201, "engineer": 403, "regulator": 403, "reviewer": 403},
    ),
    "subscription_create": (
        lambda record: ("subscriptions", subscription_body(record)),
        {"officer": 201, "engineer": 403, "regulator": 403, "reviewer": 403},
    ),
    "run_request": (
        lambda record: ("runs", {"version": str(record.version.id)}),
        {"officer": 201, "engineer": 201, "regulator": 403, "reviewer": 403},
    ),
    "run_cancel": (
        lambda record: (f"runs/{record.waiting.id}/cancel", {"reason": "mine"}),
        {"officer": 200, "engineer": 200, "regulator": 403, "reviewer": 403}
        | dict.fromkeys(("rival_engineer", "outsider"), 404),
    ),
    "alert_acknowledge": (
        lambda record: (f"alerts/{record.alert.id}/acknowledge", {"reason": "mine"}),
        {"officer": 200, "engineer": 200, "regulator": 403, "reviewer": 403}
        | dict.fromkeys(("rival_engineer", "outsider"), 404),
    ),
    "alert_resolve": (
        lambda record: (f"alerts/{record.alert.id}/resolve", {"reason": "mine"}),
        {"officer": 200, "engineer": 200, "regulator": 403, "reviewer": 403}
        | dict.fromkeys(("rival_engineer", "outsider"), 404),
    ),
    "alert_snooze": (
        lambda record: (
            f"alerts/{record.alert.id}/snooze",
            {"until": tomorrow(), "reason": "mine"},
        ),
        {"officer": 200, "engineer": 200, "regulator": 403, "reviewer": 403}
        | dict.fromkeys(("rival_engineer", "outsider"), 404),
    ),
    "alert_assign": (
        lambda record: (
            f"alerts/{record.alert.id}/assign",
            {"assignee": "engineer@northwind.example"},
        ),
        {"officer": 200, "engineer": 200, "regulator": 403, "reviewer": 403}
        | dict.fromkeys(("rival_engineer", "outsider"), 404),
    ),
    "alert_answer": (
        lambda record: (f"alerts/{record.alert.id}/answer", {"text": "mine"}),
        {"officer": 200, "engineer": 200, "regulator": 403, "reviewer": 403}
        | dict.fromkeys(("rival_engineer", "outsider"), 404),
    ),
    "alert_route_create": (
        lambda record: ("alert-routes", route_body()),
        {"officer": 201, "engineer": 403, "regulator": 403, "reviewer": 403},
    ),
    "maintenance_window_open": (
        lambda record: ("maintenance-windows", window_body()),
        {"officer": 201, "engineer": 403, "regulator": 403, "reviewer": 403},
    ),
}


@pytest.mark.parametrize("name", WRITES)
def test_who_may_write_what(cast: Cast, call: Call, record: Record, name: str) -> None:
    write, statuses = WRITES[name]
    path, body = write(record)
    for who in EVERYBODY:
        with transaction.atomic():
            answer = call(getattr(cast, who)).post(f"/api/v1/{path}", body, format="json")
            transaction.set_rollback(True)  # the next role finds the record as it was
        assert answer.status_code == statuses.get(who, 422), (who, answer.json())
        if answer.status_code >= 400:
            assert "northwind/" not in answer.content.decode()


@pytest.mark.parametrize("what", ["schedules", "subscriptions"])
@pytest.mark.parametrize("move", ["pause", "resume"])
def test_only_the_officer_pauses_and_resumes(
    cast: Cast, call: Call, record: Record, what: str, move: str
) -> None:
    body = schedule_body(record) if what == "schedules" else subscription_body(record)
    made = call(cast.officer).post(f"/api/v1/{what}", body, format="json")
    address = f"{made['Location']}/{move}"
    statuses = {who: call(getattr(cast, who)).post(address).status_code for who in EVERYBODY}
    assert statuses == {
        "officer": 200,
        "engineer": 403,
        "regulator": 403,
        "reviewer": 403,
        "rival_engineer": 404,
        "outsider": 404,
    }


def test_a_subscription_on_another_organizations_model_is_refused(
    cast: Cast, call: Call, record: Record
) -> None:
    from compliance.accounts.services import grant_give
    from compliance.domain.vocabulary import Role
    from compliance.people.services import member_add

    member_add(
        organization=cast.rival,
        email=cast.outsider.email,
        name="",
        role=Role.COMPLIANCE_OFFICER,
        password="",
    )
    administrator = cast.viewer(cast.appoint(Role.ADMINISTRATOR))
    grant_give(viewer=administrator, organization=cast.rival, provider=cast.northwind)
    body = subscription_body(record, organization="rival", model=str(record.model.id))
    answer = call(cast.outsider).post("/api/v1/subscriptions", body, format="json")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "model")
    assert not Subscription.objects.exists()
    assert Model.objects.count() == 1
