"""Every address that the application answers, and how it is filled in."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.rights.people import World

QUERIES = {
    "api:ledger-consistency": "?old=1&new={size}",
    "portal:schedule-forecast": "?model={model_id}&tests=safety.refusal",
}


def addresses() -> Iterator[tuple[str, str]]:
    """Name and route of everything that the application answers."""
    yield from _walk(get_resolver().url_patterns, "", "")


def _walk(patterns: list[Any], route: str, space: str) -> Iterator[tuple[str, str]]:
    for pattern in patterns:
        whole = route + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from _walk(pattern.url_patterns, whole, inner)
        elif isinstance(pattern, URLPattern):
            yield space + (pattern.name or whole), whole


def path_of(world: World, name: str) -> str:
    at = world.at | world.instead.get(name, {})
    parts = {part: at[part] for part in _parts()[name]}
    return reverse(name, kwargs=parts) + QUERIES.get(name, "").format(**at)


@cache
def _parts() -> dict[str, list[str]]:
    return {
        name: [part.split(":")[-1].rstrip(">") for part in _converters(route)]
        for name, route in addresses()
    }


def _converters(route: str) -> list[str]:
    return [piece.split(">")[0] for piece in route.split("<")[1:]]
