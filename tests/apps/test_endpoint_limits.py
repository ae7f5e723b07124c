"""An endpoint is asked no harder than its organization says, whatever number of workers ask."""

from __future__ import annotations

import pytest
from django.db.models.functions import Now

from compliance.audits.models import Run, Shard
from compliance.audits.services import Lease, shard_claim
from compliance.domain.endpoints import RequestLimit
from compliance.domain.errors import InvalidInputError, NotAllowedError
from compliance.events.models import Event
from compliance.registry.models import EndpointLimit, Version
from compliance.registry.services import endpoint_limit_set
from tests.apps.conftest import ENDPOINT
from tests.browser import record
from tests.cast import Cast

pytestmark = pytest.mark.usefixtures("announced")


def request(cast: Cast, version: Version) -> Run:
    return record.request(cast.viewer(cast.officer), version, ["safety.refusal"])


def limit(cast: Cast, at_once: int, per_minute: int | None = None) -> EndpointLimit:
    return endpoint_limit_set(
        viewer=cast.viewer(cast.engineer),
        organization_id=cast.northwind.id,
        url=ENDPOINT,
        limit=RequestLimit(at_once, per_minute),
    )


def claim(run: Run) -> Lease | None:
    return shard_claim(shard_id=run.shards.get().id, worker="worker-1")


def test_unless_somebody_says_otherwise_one_shard_asks_an_endpoint(
    cast: Cast, served: Version
) -> None:
    first, second = request(cast, served), request(cast, served)
    assert claim(first) is not None
    assert claim(second) is None
    waiting = second.shards.get()
    assert (waiting.state, waiting.rung_at) == ("queued", None)
    assert Shard.objects.filter(id=waiting.id, not_before__gt=Now()).exists()


def test_a_dead_workers_shard_does_not_keep_others_away(cast: Cast, served: Version) -> None:
    first, second = request(cast, served), request(cast, served)
    claim(first)
    Shard.objects.filter(run=first).update(lease_expires_at="2020-01-01T00:00Z")
    assert claim(second) is not None


def test_the_limit_is_shared_out_over_the_shards(cast: Cast, served: Version) -> None:
    limit(cast, at_once=8, per_minute=60)
    leases = [claim(request(cast, served)) for _ in range(3)]
    assert [lease is not None for lease in leases] == [True, True, False]
    assert leases[0] is not None
    subject = leases[0].spec.subject
    assert (subject.at_once, subject.pace_seconds) == (4, 2.0)


def test_a_limit_set_again_replaces_the_one_before_and_both_are_events(cast: Cast) -> None:
    limit(cast, at_once=2)
    row = limit(cast, at_once=3)
    assert EndpointLimit.objects.get() == row
    assert row.origin == "https://models.northwind.example"
    told = Event.objects.filter(type="endpoint.limited").order_by("occurred_at")
    assert [event.payload["requests_at_once"] for event in told] == [2, 3]


def test_a_limit_of_nothing_is_refused(cast: Cast) -> None:
    with pytest.raises(InvalidInputError, match="requests_at_once"):
        limit(cast, at_once=0)


def test_a_regulator_sets_no_limit(cast: Cast) -> None:
    with pytest.raises(NotAllowedError):
        endpoint_limit_set(
            viewer=cast.viewer(cast.regulator),
            organization_id=cast.northwind.id,
            url=ENDPOINT,
            limit=RequestLimit(),
        )


def test_weights_are_tested_by_as_many_workers_as_there_are(cast: Cast, version: Version) -> None:
    runs = [request(cast, version) for _ in range(3)]
    assert all(claim(run) is not None for run in runs)
