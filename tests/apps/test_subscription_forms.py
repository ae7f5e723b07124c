"""Subscriptions are made in the portal: what is heard, under which conditions, what is done."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from compliance.audits.models import Subscription
from compliance.registry.models import Version
from tests.browser import record
from tests.cast import Cast

pytestmark = pytest.mark.django_db
PATH, TYPE = "/subscriptions/new/", "event_type"


@pytest.fixture
def officer(cast: Cast, version: Version) -> Client:
    record.announce()
    client = Client()
    client.force_login(cast.officer)
    return client


def body(cast: Cast, **changes: Any) -> dict[str, Any]:
    return {
        "organization": str(cast.northwind.id),
        "event_type": "verdict.violating",
        "effect": "webhook",
        "url": "https://93.184.215.14/hook",
        "severity": "warning",
    } | changes


def test_a_webhooks_secret_is_shown_in_the_answer_alone(officer: Client, cast: Cast) -> None:
    answer = officer.post(PATH, body(cast))
    made = Subscription.objects.get()
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    assert made.secret and made.secret in answer.content.decode()
    assert made.secret not in officer.get(f"/subscriptions/{made.id}/").content.decode()
    assert (made.created_by, made.url) == (cast.officer, "https://93.184.215.14/hook")


def test_conditions_are_values_lists_and_plain_text(
    officer: Client, cast: Cast, version: Version
) -> None:
    where = 'test = safety.refusal\n\nverdict = ["violating", "inconclusive"]\n'
    model = str(version.model_id)
    answer = officer.post(PATH, body(cast, where=where, effect="alert", model=model))
    made = Subscription.objects.get()
    assert answer["Location"] == f"/subscriptions/{made.id}/"
    assert made.filter == {"test": "safety.refusal", "verdict": ["violating", "inconclusive"]}
    assert (made.severity, made.url, made.model) == ("warning", "", version.model)


def test_a_run_is_of_the_chosen_stress_tests(officer: Client, cast: Cast) -> None:
    wanted = body(cast, event_type="model.version.registered", effect="run")
    assert "at least one stress test" in officer.post(PATH, wanted).content.decode()
    others = {"tests": ["provenance.weights_digest"], "judge": "words@1"}
    refused = officer.post(PATH, wanted | others).context["form"].errors
    assert "None of these stress tests has the parameter" in refused["judge"][0]
    officer.post(PATH, wanted | {"tests": ["safety.refusal"], "judge": "words@1"})
    (spec,) = Subscription.objects.get().battery
    assert (spec["name"], spec["parameters"]) == ("safety.refusal", {"judge": "words@1"})


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"url": ""}, "url"),
        ({"url": "not a url"}, "url"),
        ({"url": "https://10.0.0.1/hook"}, "url"),
        ({"where": "verdict violating"}, "where"),
        ({"where": 'verdict = "\\u0000"'}, "where"),
        ({"where": "colour = red"}, "where"),
        ({"where": "\n".join(f"k{n} = 1" for n in range(21))}, "where"),
        (
            {"effect": "run", "event_type": "alert.opened", "tests": ["safety.refusal"]},
            "event_type",
        ),
        ({"model": "00000000-0000-0000-0000-000000000000"}, "model"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    officer: Client, cast: Cast, changes: dict[str, Any], field: str
) -> None:
    answer = officer.post(PATH, body(cast, **changes))
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field], answer.context["form"].errors
    assert not Subscription.objects.exists()


def test_who_schedules_nothing_is_offered_no_form(cast: Cast, officer: Client) -> None:
    client = Client()
    client.force_login(cast.engineer)
    assert client.get(PATH).status_code == 403
    assert PATH not in client.get("/subscriptions/").content.decode()
    assert PATH in officer.get("/subscriptions/").content.decode()
