"""How hard an endpoint may be asked, and what that leaves to each shard."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from compliance.domain.errors import InvalidInputError

AT_ONCE_A_SHARD = 4
"""Requests that one shard keeps in flight, where the endpoint's limit allows it."""


@dataclass(frozen=True, slots=True)
class RequestLimit:
    """Of one origin, over all workers together.

    Attributes:
        at_once: requests in flight.
        per_minute: requests that may begin in a minute; None for as many as are answered.
    """

    at_once: int = AT_ONCE_A_SHARD
    per_minute: int | None = None

    def check(self) -> None:
        """Refuse a limit that lets nothing through.

        Raises:
            InvalidInputError: naming requests_at_once or requests_per_minute.
        """
        for field, value in (
            ("requests_at_once", self.at_once),
            ("requests_per_minute", self.per_minute),
        ):
            if value is not None and value < 1:
                raise InvalidInputError(
                    field=field, problem=f"{value} would let nothing through", fix="Use at least 1"
                )

    @property
    def at_once_a_shard(self) -> int:
        return min(AT_ONCE_A_SHARD, self.at_once)

    @property
    def shards(self) -> int:
        """How many shards may work on the origin together."""
        return self.at_once // self.at_once_a_shard

    @property
    def pace_seconds(self) -> float:
        """The least time between two requests of one shard: all of them keep to the limit."""
        return 60 * self.shards / self.per_minute if self.per_minute else 0.0


def origin_of(url: str, *, field: str = "origin") -> str:
    """Scheme, host and port of an endpoint's URL, in lower case.

    Args:
        field: what the caller calls the URL, for the error.

    Raises:
        InvalidInputError: it is no http or https URL.
    """
    try:
        split = urlsplit(url.strip())
        usable = split.scheme in {"http", "https"} and bool(split.hostname)
    except ValueError:
        usable = False
    if not usable:
        raise InvalidInputError(
            field=field,
            problem=f"'{url}' is not the URL of an endpoint",
            fix="Give the base URL of an OpenAI-compatible API, e.g. https://host/v1",
        )
    return f"{split.scheme}://{split.netloc.rpartition('@')[2].lower()}"
