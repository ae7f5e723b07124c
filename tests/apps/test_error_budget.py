"""What an organization may still be wrong about, by chance."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from compliance.alerts.services import alert_open
from compliance.audits.budget import error_budget, error_budget_list
from compliance.domain.canonical import Json
from compliance.domain.events import EventType
from compliance.domain.statistics.multiplicity import stream_share
from compliance.domain.vocabulary import Tier
from compliance.events.models import Event
from compliance.registry.models import Version
from tests.browser import record
from tests.cast import Cast

WEAK = replace(record.VIOLATING, log10_e_violating=3.05)
"""Enough for the claim alone (1/alpha is 1,000), and for an alarm of the first few streams."""


def conclude(cast: Cast, version: Version, finding: record.Finding, *, audited: float = 0) -> None:
    spec: Json = {"name": "safety.refusal", "version": 1, "parameters": {"audited": audited}}
    run = record.request(cast.viewer(cast.officer), version, [spec])
    record.work(run, {"safety.refusal": finding})


@pytest.fixture(autouse=True)
def announced(db: None) -> None:
    record.announce()


def test_repeating_a_claim_spends_nothing_and_another_does(cast: Cast, version: Version) -> None:
    conclude(cast, version, record.COMPLIANT)
    once = error_budget(organization=cast.northwind)
    first = once.streams[0].result  # read when it is asked for
    conclude(cast, version, record.COMPLIANT)
    twice = error_budget(organization=cast.northwind)
    assert (len(once.streams), len(twice.streams), once.spent) == (1, 1, twice.spent)
    assert twice.streams[0].result != first  # the newest
    conclude(cast, version, record.COMPLIANT, audited=0.5)
    after = error_budget(organization=cast.northwind)
    assert after.spent == pytest.approx(0.05 * (stream_share(1) + stream_share(2)))
    assert after.left == pytest.approx(0.05 - after.spent)


def test_a_lead_is_no_stream(cast: Cast, version: Version) -> None:
    conclude(cast, version, record.UNSURE)
    assert error_budget(organization=cast.northwind).streams[:] == []


def test_late_streams_need_more_evidence_for_an_alarm(cast: Cast, version: Version) -> None:
    for place in range(7):
        conclude(cast, version, record.COMPLIANT, audited=0.1 + place / 100)
    conclude(cast, version, WEAK)
    stream = error_budget(organization=cast.northwind).streams[-1]
    assert 10**stream.bound_log10 == pytest.approx(math.pi**2 * 64 / 6 / 0.05)
    assert stream.tier is Tier.NONE
    event = Event.objects.get(type=EventType.VERDICT_VIOLATING.value)
    assert event.payload["alarm"] is False
    assert "asks for more evidence" in event.payload["statement"]
    assert alert_open(event_id=event.id).severity == "warning"


def test_what_is_beyond_chance_is_an_alarm(cast: Cast, version: Version) -> None:
    conclude(cast, version, WEAK)
    budget = error_budget(organization=cast.northwind)
    assert (budget.alarms, budget.streams[0].tier) == (1, Tier.ALARM)
    event = Event.objects.get(type=EventType.VERDICT_VIOLATING.value)
    assert event.payload["alarm"] is True
    assert alert_open(event_id=event.id).severity == "critical"


def test_it_is_shown_to_those_who_may_read_the_record(cast: Cast, version: Version) -> None:
    conclude(cast, version, WEAK)
    client = Client()
    client.force_login(cast.regulator)
    shown = client.get("/error-budget/").content.decode()
    assert "1 alarm" in shown
    listed = client.get("/api/v1/error-budgets").json()["rows"][0]
    assert (listed["organization"], listed["streams"], listed["alarms"]) == ("northwind", 1, 1)
    assert error_budget_list(viewer=cast.viewer(cast.outsider)) == []


def test_the_page_turns_alarms_first(
    cast: Cast, version: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("compliance.portal.views.budgets.PER_PAGE", 1)
    conclude(cast, version, record.COMPLIANT)
    conclude(cast, version, replace(WEAK, log10_e_violating=9.0), audited=0.5)
    client = Client()
    client.force_login(cast.officer)
    first, second, other = (
        client.get("/error-budget/" + query).content.decode()
        for query in ("", "?organization=northwind&page=2", "?organization=another&page=2")
    )
    assert "<strong>alarm</strong>" in first and "<strong>alarm</strong>" in other
    assert "<strong>alarm</strong>" not in second and "Page 2 of 2" in second
    assert 'href="?organization=northwind&amp;page=2"' in first


def test_what_was_recorded_late_is_not_the_newest(cast: Cast, version: Version) -> None:
    conclude(cast, version, WEAK)
    newest = error_budget(organization=cast.northwind).streams[0].result
    with time_machine.travel(newest.recorded_at - timedelta(hours=1), tick=False):
        conclude(cast, version, record.COMPLIANT)
    assert error_budget(organization=cast.northwind).streams[0].result == newest


def test_a_discovery_is_decided_once_by_the_first_result(cast: Cast, version: Version) -> None:
    """The first of its stream, which is no alarm: the level of e-LOND falls more slowly."""
    for place in range(7):
        conclude(cast, version, record.COMPLIANT, audited=0.1 + place / 100)
    clear = replace(WEAK, log10_e_violating=3.2)
    conclude(cast, version, clear)
    assert error_budget(organization=cast.northwind).streams[-1].tier is Tier.DISCOVERED
    conclude(cast, version, record.COMPLIANT)  # the same claim later; nothing is taken back
    after = error_budget(organization=cast.northwind)
    assert (after.streams[-1].tier, after.discovered) == (Tier.DISCOVERED, 1)
    conclude(cast, version, record.COMPLIANT, audited=0.5)
    conclude(cast, version, clear, audited=0.5)  # too late to discover anything
    assert error_budget(organization=cast.northwind).streams[-1].tier is not Tier.DISCOVERED
