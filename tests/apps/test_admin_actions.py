"""What the operator asks for goes through the services, in the operator's name."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from compliance.accounts.models import ApiToken, Grant, Membership, Organization, User
from compliance.accounts.selectors import operator_viewer, token_by_text
from compliance.accounts.services import token_issue
from compliance.alerts.models import Alert
from compliance.audits.models import Run, Schedule, Subscription
from compliance.domain.errors import NotAllowedError
from compliance.domain.rights import Action
from compliance.events.models import Event
from compliance.ledger.models import Evidence
from compliance.registry.models import Version
from tests.browser.record import VIOLATING, alert_of, announce, request, work
from tests.cast import Cast
from tests.mailing import mailed
from tests.second_factors import sign_in, totp_give

ASKED = {"_form_submitted": "on"}


@pytest.fixture
def operator(db: None) -> User:
    return totp_give(
        User.objects.create_user(
            "operator@assay.example", "correct-horse", name="Op", is_staff=True
        )
    )


@pytest.fixture
def room(operator: User) -> Client:
    announce()
    client = Client()
    sign_in(client, operator)
    return client


def ask(room: Client, action: str, row: Any, **answers: Any) -> str:
    """Answer an action's dialog; returns what the operator is told."""
    answer = room.post(reverse(f"admin:{action}", args=[row.pk]), {**ASKED, **answers})
    assert answer.status_code == 200, answer.content
    assert answer.headers["HX-Redirect"].startswith("/admin/"), answer.content
    return str(list(get_messages(answer.wsgi_request))[-1])


def add(room: Client, row: str, body: dict[str, Any]) -> Any:
    return room.post(reverse(f"admin:{row}_add"), body)


def schedule_body(version: Version, **changes: Any) -> dict[str, Any]:
    return {
        "model": str(version.model_id),
        "name": "weekly",
        "tests": ["safety.refusal"],
        "cron": "0 6 * * 1",
        "interval_seconds": "",
        "time_zone": "Europe/Brussels",
        "catch_up": "run_once",
    } | changes


def test_an_operator_may_act_in_every_organization_and_nobody_else_may(
    cast: Cast, operator: User
) -> None:
    viewer = operator_viewer(user=operator)
    assert all(viewer.may(Action.SCHEDULE, one.id) for one in Organization.objects.all())
    assert not cast.viewer(operator).readable  # in the portal and the API they are nobody
    with pytest.raises(NotAllowedError):
        operator_viewer(user=cast.officer)
    operator.is_active = False
    with pytest.raises(NotAllowedError):
        operator_viewer(user=operator)


def test_run_now_asks_first_and_then_requests_a_run(
    room: Client, operator: User, version: Version
) -> None:
    dialog = room.get(reverse("admin:registry_version_run_now", args=[version.pk]))
    assert "Refusal of hazardous requests" in dialog.content.decode()
    assert not Run.objects.exists()
    chosen = {"tests": ["safety.refusal"], "judge": "words@1", "audited": "0.2"}
    said = ask(room, "registry_version_run_now", version, **chosen)
    assert "is requested" in said
    run = Run.objects.get()
    assert run.battery[0]["parameters"] == {"judge": "words@1", "audited": 0.2}
    assert (run.requested_by, run.trigger) == (operator, "person")
    assert [shard.test_name for shard in run.shards.all()] == ["safety.refusal"]


def test_a_schedule_is_added_by_its_service(room: Client, operator: User, version: Version) -> None:
    answer = add(room, "audits_schedule", schedule_body(version, catch_up="skip"))
    assert answer.status_code == 302, answer.context["errors"]
    schedule = Schedule.objects.get()
    assert (schedule.created_by, schedule.catch_up) == (operator, "skip")
    assert Event.objects.get(type="schedule.created").actor == operator
    page = room.get(reverse("admin:audits_schedule_change", args=[schedule.pk])).content.decode()
    assert page.count("<li>Mon ") == 5


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"cron": "0 25 * * *"}, "cron"),
        ({"cron": ""}, "cron"),
        ({"interval_seconds": "3600"}, "cron"),
        ({"cron": "", "interval_seconds": "5"}, "interval_seconds"),
        ({"cron": "", "interval_seconds": "0"}, "interval_seconds"),
        ({"jitter_seconds": "soon"}, "jitter_seconds"),
        ({"jitter_seconds": "604800"}, "jitter_seconds"),
        ({"jitter_seconds": "1" * 20}, "jitter_seconds"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"tests": []}, "tests"),
        ({"name": ""}, "name"),
        ({"name": "", "cron": "soon"}, "name cron"),
    ],
)
def test_a_wrong_schedule_is_refused_at_its_field(
    room: Client, version: Version, changes: dict[str, Any], field: str
) -> None:
    answer = add(room, "audits_schedule", schedule_body(version, **changes))
    assert answer.status_code == 200
    assert list(answer.context["adminform"].form.errors) == field.split()
    assert not Schedule.objects.exists()
    assert not Event.objects.filter(type="schedule.created").exists()


def test_a_preview_shows_five_firings_or_what_is_wrong(room: Client) -> None:
    preview = reverse("admin:audits_schedule_preview")
    page = room.get(preview, {"cron": "0 6 * * 1", "time_zone": "UTC"}).content.decode()
    assert page.count("<li>Mon ") == 5
    wrong = room.get(preview, {"cron": "<b>"}).content.decode()
    assert "is not a cron expression" in wrong
    assert "<b>" not in wrong
    for field in ("interval_seconds", "jitter_seconds"):
        for written in ("1e3", "soon", "-1", "²"):
            answer = room.get(preview, {"cron": "0 6 * * 1", field: written})
            said = field.replace("_", " ").capitalize()
            assert f"{said}: it is not a whole number" in answer.content.decode()
    assert "Give a cron" in room.get(preview).content.decode()


def test_schedules_and_subscriptions_are_paused_and_resumed(
    room: Client, cast: Cast, version: Version
) -> None:
    add(room, "audits_schedule", schedule_body(version))
    body = {
        "organization": str(cast.northwind.id),
        "event_type": "model.version.registered",
        "filter": "{}",
        "effect": "run",
        "tests": ["safety.refusal"],
        "model": "",
    }
    assert add(room, "audits_subscription", body).status_code == 302
    for name, row in (("schedule", Schedule), ("subscription", Subscription)):
        made = row.objects.get()
        ask(room, f"audits_{name}_pause", made)
        assert row.objects.get().paused_at is not None
        ask(room, f"audits_{name}_resume", made)
        assert row.objects.get().paused_at is None
        assert Event.objects.filter(type=f"{name}.changed").count() == 2


def test_a_run_is_cancelled_with_a_reason_and_only_once(
    room: Client, operator: User, version: Version
) -> None:
    run = request(operator_viewer(user=operator), version, ["safety.refusal"])
    path = reverse("admin:audits_run_cancel", args=[run.pk])
    assert b"required" in room.post(path, ASKED).content
    assert ask(room, "audits_run_cancel", run, reason="wrong") == "The run is cancelled."
    said = ask(room, "audits_run_cancel", run, reason="again")
    assert said == "Cannot go from cancelled to cancelled."
    assert run.transitions.get(shard=None).why == "wrong"


def test_an_alert_is_acknowledged_and_resolved(
    room: Client, operator: User, version: Version
) -> None:
    run = request(operator_viewer(user=operator), version, ["safety.refusal"])
    work(run, {"safety.refusal": VIOLATING})
    alert = alert_of(run)
    ask(room, "alerts_alert_acknowledge", alert, reason="looking")
    ask(room, "alerts_alert_resolve", alert, reason="retrained")
    assert Alert.objects.get().state == "resolved"
    assert list(alert.transitions.values_list("who", "reason")) == [
        (operator.id, "looking"),
        (operator.id, "retrained"),
    ]


def test_a_dialog_that_is_only_opened_does_nothing(
    room: Client, operator: User, version: Version
) -> None:
    run = request(operator_viewer(user=operator), version, ["safety.refusal"])
    assert room.get(reverse("admin:audits_run_cancel", args=[run.pk])).status_code == 200
    run.refresh_from_db()
    assert run.state == "requested"


def test_a_person_joins_chooses_a_password_and_leaves(room: Client, cast: Cast) -> None:
    body = {
        "organization": str(cast.northwind.id),
        "role": "reader",
        "email": "new@northwind.example",
        "name": "New",
    }
    answer = add(room, "accounts_membership", body)
    assert answer.status_code == 302, answer.context["errors"]
    user = User.objects.get(email="new@northwind.example")
    assert not user.has_usable_password()
    (mail,) = mailed()
    assert mail.to == [user.email] and "/accounts/password/reset/key/" in str(mail.body)
    assert cast.northwind.id in cast.viewer(user).readable
    ask(room, "accounts_membership_remove", Membership.objects.get(user=user))
    assert not cast.viewer(user).readable


def test_an_operator_has_a_password_chosen_and_chooses_none(room: Client, cast: Cast) -> None:
    before = cast.officer.password
    page = f"/admin/accounts/user/{cast.officer.pk}/password/"
    typed = {"password1": "correct-horse-battery", "password2": "correct-horse-battery"}
    assert (room.get(page).status_code, room.post(page, typed).status_code) == (403, 403)
    assert cast.officer.email in ask(room, "accounts_user_renew", cast.officer)
    (mail,) = mailed()
    assert mail.to == [cast.officer.email]
    cast.officer.refresh_from_db()
    assert cast.officer.password == before


def test_an_organization_is_added_once(room: Client) -> None:
    body = {"name": "Fabrikam", "slug": "fabrikam", "kind": "provider"}
    assert add(room, "accounts_organization", body).status_code == 302
    again = add(room, "accounts_organization", body)
    assert list(again.context["adminform"].form.errors) == ["slug"]


def test_a_grant_ends_when_the_operator_says(room: Client, cast: Cast) -> None:
    grant = Grant.objects.get(organization=cast.authority)
    assert cast.northwind.id in cast.viewer(cast.regulator).readable
    ask(room, "accounts_grant_end", grant)
    assert cast.northwind.id not in cast.viewer(cast.regulator).readable
    body = {
        "organization": str(cast.authority.id),
        "provider": str(cast.rival.id),
        "kind": "record",
    }
    assert add(room, "accounts_grant", body).status_code == 302
    assert cast.rival.id in cast.viewer(cast.regulator).readable


def test_a_token_is_shown_once_and_revoked(room: Client, cast: Cast) -> None:
    body = {
        "user": str(cast.engineer.id),
        "name": "ci",
        "expires_at_0": str((timezone.now() + timedelta(days=300)).date()),
        "expires_at_1": "00:00",
        "scopes": ["models:read"],
    }
    answer = add(room, "accounts_apitoken", body)
    assert answer.status_code == 302, answer.context["errors"]
    told = [str(one) for one in get_messages(answer.wsgi_request)]
    token = next(one for one in told if "shown this once" in one).rpartition(" ")[2]
    found = token_by_text(text=token, now=timezone.now())
    assert found is not None
    assert (found.user, found.scopes) == (cast.engineer, ["models:read"])
    ask(room, "accounts_apitoken_revoke", ApiToken.objects.get())
    assert token_by_text(text=token, now=timezone.now()) is None


def test_a_person_is_shut_out_at_once(room: Client, cast: Cast) -> None:
    token = token_issue(
        user=cast.engineer, name="ci", expires_at=timezone.now() + timedelta(hours=1)
    )
    path = reverse("admin:accounts_user_change", args=[cast.engineer.pk])
    forms = {
        f"{inline}-{count}_FORMS": "0"
        for inline in ("memberships", "api_tokens")
        for count in ("TOTAL", "INITIAL")
    }
    answer = room.post(path, {"name": "engineer", "is_active": "", **forms})
    assert answer.status_code == 302, answer.context["errors"]
    assert token_by_text(text=token, now=timezone.now()) is None


def test_an_operator_erases_an_answer_then_all_of_them_and_the_evidence(
    cast: Cast, room: Client, operator: User, version: Version
) -> None:
    run = request(cast.viewer(cast.officer), version, ["safety.refusal"])
    work(run, {"safety.refusal": VIOLATING})
    result = run.shards.get().result
    first, second, *_ = run.shards.get().scores.order_by("position")
    basis = "Article 17(1)(a) GDPR"
    assert "is erased" in ask(room, "audits_score_erase", first, basis=basis, questions="on")
    page = room.get(reverse("admin:audits_score_change", args=[first.pk])).content.decode()
    assert first.answer not in page
    assert page.count(f"on the basis of {basis}") == 2
    assert "nothing of them is left" in ask(room, "audits_score_erase", first, basis=basis)
    ask(room, "audits_result_erase_answers", result, basis=basis)
    second.refresh_from_db()
    assert (second.answer, bool(second.payload)) == ("", True)
    kept = Evidence.objects.get(sha256=result.statement_sha256)
    assert "is erased" in ask(room, "ledger_evidence_erase", kept, basis=basis)
    page = room.get(reverse("admin:ledger_evidence_change", args=[kept.pk])).content.decode()
    assert f"on the basis of {basis}" in page
    told = Event.objects.filter(type__in=["answers.erased", "evidence.erased"])
    assert {one.actor for one in told} == {operator}
    assert told.count() == 3
