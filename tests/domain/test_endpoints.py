"""How hard an endpoint may be asked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.domain.endpoints import RequestLimit, origin_of
from compliance.domain.errors import InvalidInputError


@given(st.integers(1, 500), st.integers(1, 10_000))
def test_the_shards_together_keep_to_the_limit(at_once: int, per_minute: int) -> None:
    limit = RequestLimit(at_once, per_minute)
    assert limit.shards >= 1
    assert limit.shards * limit.at_once_a_shard <= at_once
    assert limit.shards * 60 / limit.pace_seconds == pytest.approx(per_minute)


def test_without_a_rate_there_is_no_pause() -> None:
    assert RequestLimit(8).pace_seconds == 0


@pytest.mark.parametrize(
    ("limit", "field"),
    [(RequestLimit(0), "requests_at_once"), (RequestLimit(1, 0), "requests_per_minute")],
)
def test_a_limit_that_lets_nothing_through_is_refused(limit: RequestLimit, field: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        limit.check()
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Models.Example/v1?model=x", "https://models.example"),
        ("http://models.example:8080/v1/", "http://models.example:8080"),
        ("https://somebody@models.example/v1", "https://models.example"),
    ],
)
def test_an_origin_is_scheme_host_and_port(url: str, origin: str) -> None:
    assert origin_of(url) == origin


@pytest.mark.parametrize(
    "url", ["", "models.example", "ftp://models.example", "https://", "http://["]
)
def test_what_is_no_url_is_refused_at_its_field(url: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        origin_of(url, field="location")
    assert caught.value.field == "location"
