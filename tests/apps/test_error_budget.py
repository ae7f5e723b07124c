"""What an organization may still be wrong about, by chance."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from compliance.alerts.services import alert_open
from compliance.audits.budget import alarming, error_budget, error_budget_list
from compliance.audits.models import Result, Run, StreamNewest, StreamRow
from compliance.audits.services import shard_begin, shard_claim
from compliance.domain.canonical import Json
from compliance.domain.events import EventType
from compliance.domain.statistics.multiplicity import alarm_bound, stream_share
from compliance.domain.vocabulary import Tier
from compliance.events.models import Event
from compliance.registry.models import Version
from tests.browser import record
from tests.cast import Cast

WEAK = replace(record.VIOLATING, log10_e_violating=3.05)
"""Enough for the claim alone (1/alpha is 1,000), and for an alarm of the first few streams."""


def requested(cast: Cast, version: Version, **parameters: float) -> Run:
    given: dict[str, Json] = {"audited": 0.0, **parameters}
    spec: Json = {"name": "safety.refusal", "version": 1, "parameters": given}
    return record.request(cast.viewer(cast.officer), version, [spec])


def commit(cast: Cast, version: Version, *, lead: bool = False, **parameters: float) -> None:
    """Begin a run: its items and their order are fixed, and nothing is answered."""
    shard = requested(cast, version, **parameters).shards.get()
    lease = shard_claim(shard_id=shard.id, worker="worker-1")
    assert lease is not None
    shard_begin(lease=lease, planned=40, order_digest="0" * 64, lead=lead)


def conclude(
    cast: Cast, version: Version, finding: record.Finding, **parameters: float
) -> Result | None:
    run = requested(cast, version, **parameters)
    record.work(run, {"safety.refusal": finding})
    return Result.objects.filter(shard__run=run).first()


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
    conclude(cast, version, record.COMPLIANT, alpha=0.01)
    after = error_budget(organization=cast.northwind)
    assert after.spent == pytest.approx(0.05 * (stream_share(1) + stream_share(2)))
    assert after.left == pytest.approx(0.05 - after.spent)


def test_a_stream_is_numbered_before_its_first_answer(cast: Cast, version: Version) -> None:
    """So that the order does not depend on which of two that run at once has its verdict first."""
    commit(cast, version, alpha=0.01)
    waiting = error_budget(organization=cast.northwind)
    assert (len(waiting.streams), waiting.waiting) == (0, 1)
    assert waiting.spent == pytest.approx(0.05 * stream_share(1))
    conclude(cast, version, WEAK, alpha=0.02)
    stream = error_budget(organization=cast.northwind).streams[0]
    assert (stream.order, stream.tier) == (2, Tier.ALARM)
    assert stream.bound_log10 == pytest.approx(alarm_bound(2, 0.05))


def test_what_people_will_say_is_numbered_with_what_they_are_to_label(
    cast: Cast, version: Version
) -> None:
    conclude(cast, version, record.COMPLIANT, audited=0.5)
    streams = StreamRow.objects.order_by("number").values_list("number", "by_people")
    assert list(streams) == [(1, False), (2, True)]
    assert error_budget(organization=cast.northwind).waiting == 1


def test_a_waiting_stream_keeps_its_place_among_the_discovered(
    cast: Cast, version: Version
) -> None:
    """The third is discovered at the level of the third, though it is the first with a result."""
    commit(cast, version, alpha=0.01)
    commit(cast, version, alpha=0.02)
    level = -math.log10(0.05 * math.log(2) * (1 / math.log(4) - 1 / math.log(5)))
    conclude(cast, version, replace(WEAK, log10_e_violating=level - 0.01), alpha=0.03)
    assert error_budget(organization=cast.northwind).discovered == 0
    conclude(cast, version, replace(WEAK, log10_e_violating=2.69), alpha=0.04)  # 2.66 are asked
    after = error_budget(organization=cast.northwind)
    assert (after.waiting, after.streams.tiered(Tier.DISCOVERED)) == (2, [4])


def test_known_leads_have_no_number(cast: Cast, version: Version) -> None:
    commit(cast, version, lead=True)
    assert not StreamRow.objects.exists()


def test_an_endpoint_asked_again_adds_less_each_time(cast: Cast, served: Version) -> None:
    """The askings together are worth at most one e-value; held weights give the same one again."""
    known = [conclude(cast, served, WEAK) for _ in range(3)]
    assert [one.shard.asking for one in known if one] == [1, 2, 3]
    head = StreamNewest.objects.get()
    assert head.log10_e_violating == pytest.approx(3.05 + math.log10(stream_share(3)))
    assert head.first_log10_e_violating == pytest.approx(3.05 + math.log10(stream_share(1)))
    stream = error_budget(organization=cast.northwind).streams[0]
    assert stream.bound_log10 == pytest.approx(alarm_bound(1, 0.05) - math.log10(stream_share(3)))
    assert [alarming(one) for one in known if one] == [True, True, True]
    late = conclude(cast, served, replace(WEAK, log10_e_violating=2.9))
    assert late is not None
    assert not alarming(late)


def test_held_weights_asked_again_are_the_same_evidence(cast: Cast, version: Version) -> None:
    again = [conclude(cast, version, WEAK) for _ in range(2)]
    assert [one.shard.asking for one in again if one] == [None, None]
    assert StreamNewest.objects.get().log10_e_violating == pytest.approx(3.05)


def test_a_lead_is_no_stream(cast: Cast, version: Version) -> None:
    conclude(cast, version, record.UNSURE)
    assert error_budget(organization=cast.northwind).streams[:] == []


def test_late_streams_need_more_evidence_for_an_alarm(cast: Cast, version: Version) -> None:
    for place in range(7):
        conclude(cast, version, record.COMPLIANT, alpha=0.01 + place / 1000)
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
    conclude(cast, version, replace(WEAK, log10_e_violating=9.0), alpha=0.01)
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
        conclude(cast, version, record.COMPLIANT, alpha=0.01 + place / 1000)
    clear = replace(WEAK, log10_e_violating=3.2)
    conclude(cast, version, clear)
    assert error_budget(organization=cast.northwind).streams[-1].tier is Tier.DISCOVERED
    conclude(cast, version, record.COMPLIANT)  # the same claim later; nothing is taken back
    after = error_budget(organization=cast.northwind)
    assert (after.streams[-1].tier, after.discovered) == (Tier.DISCOVERED, 1)
    conclude(cast, version, record.COMPLIANT, alpha=0.05)
    conclude(cast, version, clear, alpha=0.05)  # too late to discover anything
    assert error_budget(organization=cast.northwind).streams[-1].tier is not Tier.DISCOVERED
