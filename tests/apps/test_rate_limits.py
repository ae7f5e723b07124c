"""How often somebody may call: counted exactly, for whoever it is, by every way in."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import httpx
import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test import Client, RequestFactory
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from compliance.accounts.models import RateLimit, User
from compliance.accounts.rate_limits import address_of, call_count, rate_limits_forget
from compliance.accounts.services import token_issue
from compliance.domain.vocabulary import Role
from tests.cast import PASSWORD, Cast, person

MODELS = "/api/v1/models"
LIMITED, TOGETHER, EACH = 12, 8, 4
"""Calls a minute of the live site, and what is sent at once to its two processes."""


def limit(settings: Settings, **limits: int) -> None:
    """These limits a minute, and no others."""
    settings.RATE_LIMITS = dict.fromkeys(settings.RATE_LIMITS, 0) | limits


def tokened(user: User) -> APIClient:
    token = token_issue(user=user, name="t", expires_at=timezone.now() + timedelta(hours=1))
    return APIClient(HTTP_AUTHORIZATION=f"Bearer {token}")


def statuses(client: Any, path: str, times: int, method: str = "get") -> list[int]:
    return [getattr(client, method)(path).status_code for _ in range(times)]


def test_all_of_a_minute_may_be_used_at_once_and_comes_back_evenly(
    cast: Cast, settings: Settings
) -> None:
    limit(settings, calls=60)
    waits = [call_count(user=cast.officer, address="") for _ in range(61)]
    assert waits[:60] == [0.0] * 60
    assert 0 < waits[60] <= 1
    time.sleep(waits[60])
    assert call_count(user=cast.officer, address="") == 0
    assert call_count(user=cast.engineer, address="") == 0


def test_zero_is_no_limit_and_costs_no_query(cast: Cast, settings: Settings) -> None:
    limit(settings)
    assert not any(call_count(user=cast.officer, address="", writes=True) for _ in range(9))
    assert not RateLimit.objects.exists()


def test_who_pauses_is_forgotten_and_who_calls_is_not(cast: Cast, settings: Settings) -> None:
    limit(settings, calls=6000, anonymous=1)
    call_count(user=cast.officer, address="")
    call_count(user=AnonymousUser(), address="192.0.2.1")
    time.sleep(0.02)
    assert rate_limits_forget() == 1
    assert RateLimit.objects.get().key == "address:192.0.2.1"


def test_counting_flushes_nothing_to_the_disk(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relpersistence FROM pg_class WHERE relname = 'accounts_ratelimit'")
        assert cursor.fetchone() == ("u",)


def test_the_api_answers_429_with_the_time_to_wait(cast: Cast, settings: Settings) -> None:
    limit(settings, calls=2)
    client = tokened(cast.officer)
    assert statuses(client, MODELS, 2) == [200, 200]
    refused = client.get(MODELS)
    assert refused.status_code == 429 and 1 <= int(refused["Retry-After"]) <= 30
    assert refused["Content-Type"] == "application/problem+json"
    assert refused.json()["title"] == "Too Many Requests"
    assert statuses(tokened(cast.officer), MODELS, 1) == [429]  # another token, the same person
    assert statuses(tokened(cast.engineer), MODELS, 1) == [200]


@pytest.mark.parametrize(("header", "refused"), [({}, 401), ({"Authorization": "Bearer x"}, 401)])
def test_who_is_refused_at_the_door_is_counted_by_address(
    db: None, settings: Settings, header: dict[str, str], refused: int
) -> None:
    limit(settings, anonymous=2)
    found = [APIClient().get(MODELS, headers=header).status_code for _ in range(3)]
    assert found == [refused, refused, 429]
    elsewhere = APIClient(REMOTE_ADDR="192.0.2.7")
    assert elsewhere.get(MODELS, headers=header).status_code == refused


def test_writes_have_a_limit_of_their_own(cast: Cast, settings: Settings) -> None:
    limit(settings, writes=1)
    client = tokened(cast.officer)
    assert statuses(client, MODELS, 2, "post") == [400, 429]
    assert statuses(client, MODELS, 2) == [200, 200]
    page = Client()
    page.force_login(cast.officer)
    assert statuses(page, "/accounts/logout/", 1, "post") == [429]
    assert statuses(page, "/models/", 1) == [200]


def test_what_costs_much_has_a_limit_of_its_own_in_pages_and_api_together(
    cast: Cast, settings: Settings
) -> None:
    limit(settings, costly=2)
    client, page = tokened(cast.officer), Client()
    page.force_login(cast.officer)
    assert statuses(client, "/api/v1/export/results.ndjson", 1) == [200]
    assert statuses(page, "/schedules/forecast/", 2) == [404, 429]
    assert statuses(client, "/api/v1/export/results.parquet", 1) == [429]
    assert statuses(page, "/schedules/", 1) == [200]


def test_an_organization_shares_a_limit_over_its_people(cast: Cast, settings: Settings) -> None:
    limit(settings, organization=3)
    other = person("second", cast.northwind, Role.ENGINEER)
    assert statuses(tokened(cast.officer), MODELS, 2) == [200, 200]
    assert statuses(tokened(other), MODELS, 2) == [200, 429]
    assert statuses(tokened(cast.rival_engineer), MODELS, 1) == [200]


def test_a_person_who_calls_too_often_uses_nothing_of_the_organizations(
    cast: Cast, settings: Settings
) -> None:
    limit(settings, calls=1, organization=3)
    assert statuses(tokened(cast.officer), MODELS, 5) == [200, 429, 429, 429, 429]
    assert statuses(tokened(cast.engineer), MODELS, 1) == [200]


def test_pages_are_refused_in_words_and_supervisors_never(cast: Cast, settings: Settings) -> None:
    limit(settings, calls=1, anonymous=1)
    page = Client()
    page.force_login(cast.officer)
    assert statuses(page, "/models/", 1) == [200]
    refused = page.get("/models/")
    assert refused.status_code == 429 and "Too many requests" in refused.content.decode()
    assert refused["Retry-After"] == "60"
    assert statuses(Client(), "/healthz", 3) == [200, 200, 200]


def test_signing_in_and_getting_a_machines_token_are_counted(db: None, settings: Settings) -> None:
    limit(settings, anonymous=3)
    client = Client()
    assert statuses(client, "/log/checkpoint", 1) == [404]
    typed = {"login": "a@b.example", "password": PASSWORD}
    assert client.post("/accounts/login/", typed).status_code == 200
    assert statuses(client, "/api/oauth/token", 1, "post") == [400]
    refused = client.post("/api/oauth/token")
    assert refused.status_code == 429
    assert refused["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("sent", "counted"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("", ""),
    ],
)
def test_an_address_is_what_one_subscriber_has(sent: str, counted: str) -> None:
    assert address_of(RequestFactory().get("/", REMOTE_ADDR=sent)) == counted


@pytest.fixture
def live_processes() -> int:
    return 2


@pytest.fixture
def site_environment(site_environment: dict[str, str]) -> dict[str, str]:
    return site_environment | {"ASSAY_CALLS_PER_MINUTE": str(LIMITED)}


def test_over_several_processes_none_is_let_through_too_many(cast: Cast, live_site: str) -> None:
    """Thirty-two calls at once at a server of two processes: as many pass as the limit says."""
    token = token_issue(user=cast.officer, name="t", expires_at=timezone.now() + timedelta(hours=1))
    headers = {"Authorization": f"Bearer {token}"}

    def send(_: int) -> list[int]:
        with httpx.Client(base_url=live_site, headers=headers, timeout=60) as client:
            return [client.get(MODELS).status_code for _ in range(EACH)]

    began = time.monotonic()
    with ThreadPoolExecutor(TOGETHER) as pool:
        found = [status for answers in pool.map(send, range(TOGETHER)) for status in answers]
    came_back = int((time.monotonic() - began) * LIMITED / 60)
    assert set(found) == {200, 429}
    assert LIMITED <= found.count(200) <= LIMITED + came_back
