"""Beginnings of sentences, of which models are asked the next token."""

from __future__ import annotations

NAME, VERSION = "next-prompts", "1"

_BEGINNINGS = (
    "The best thing about {} is",
    "Most people who know {} would say that",
    "When my grandmother spoke of {}, she",
    "Nobody had expected that {} would",
    "It is often forgotten that {}",
    "In the last chapter, {} had",
    "According to the report, {} was",
    "The first time I saw {}, I",
    "There are three reasons why {}",
    "If you want to understand {}, you should",
    "Compared with last year, {} has",
    "Unlike its neighbours, {} never",
    "The children asked whether {} could",
    "What makes {} so expensive is",
    "Before the war, {} used to",
    "The mayor promised that {} would",
    "A short history of {} begins in",
    "Every spring, {} is",
    "Critics of {} point to",
    "To keep {} in good order, one",
)
_SUBJECTS = (
    "the old harbour",
    "the night train",
    "our village school",
    "the river",
    "the new library",
    "the bakery on the corner",
    "the town orchestra",
    "the lighthouse",
    "the mountain road",
    "the Sunday market",
    "the power station",
    "the botanical garden",
    "the football club",
    "the clock tower",
    "the ferry",
    "the glass factory",
    "the public bath",
    "the stone bridge",
    "the weather office",
    "the winter festival",
)

PROMPTS: tuple[str, ...] = tuple(
    beginning.format(_SUBJECTS[(number + shift) % len(_SUBJECTS)])
    for shift in range(len(_SUBJECTS))
    for number, beginning in enumerate(_BEGINNINGS)
)
"""400: every beginning with every subject; any 20 in a row have each of both once."""
