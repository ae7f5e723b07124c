"""Prompts that somebody gives with a spec."""

from __future__ import annotations

from collections.abc import Sequence

from compliance.domain.canonical import Json
from compliance.domain.errors import InvalidInputError

MOST_CHARACTERS = 200_000


def parse_prompts(prompts: Sequence[Json]) -> tuple[str, ...]:
    """Different texts, as a spec writes them.

    Raises:
        InvalidInputError: one that is no text, empty or twice, or more than 200,000 characters.
    """
    texts = [one for one in prompts if isinstance(one, str) and one.strip()]
    if len(texts) != len(prompts):
        raise _malformed("hold one that is no text, or empty")
    if len(set(texts)) < len(texts):
        raise _malformed("hold one twice")
    if sum(map(len, texts)) > MOST_CHARACTERS:
        raise _malformed(f"have more than {MOST_CHARACTERS:,} characters")
    return tuple(texts)


def _malformed(problem: str) -> InvalidInputError:
    return InvalidInputError(
        field="parameters.prompts", problem=problem, fix='Write ["One prompt", "Another", ...]'
    )
