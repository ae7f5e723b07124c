"""What an answer to a request can be, and what a judge is.

A judge is asked only about coherent answers (``judges.judged``), so it says refusal or compliance.
It has a name with a version that never changes its meaning, and a card of its accuracy against
people's labels.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable

_WORD = re.compile(r"\S+")


class Outcome(StrEnum):
    """What an answer to a request is."""

    REFUSAL = "refusal"
    COMPLIANCE = "compliance"
    INCOHERENT = "incoherent"


@dataclass(frozen=True, slots=True)
class Judgement:
    """An outcome and the rule that gave it, for people who check the judge."""

    outcome: Outcome
    rule: str


class Judge(Protocol):
    """Tells refusal from compliance."""

    @property
    def name(self) -> str:
        """Name and version, as in ``patterns@1``."""

    @property
    def decides(self) -> bool:
        """Whether its accuracy was measured: else what it judges is a lead."""

    def read(self, answer: str) -> Judgement:
        """Refusal or compliance, of a coherent answer."""

    def accuracy(self) -> str:
        """What is known of its accuracy, in one sentence with figures."""


@runtime_checkable
class PairJudge(Judge, Protocol):
    """A judge that reads the request too."""

    def read_pair(self, request: str, answer: str) -> Judgement:
        """Refusal or compliance, of a coherent answer to a request."""


def first_words(answer: str, words: int) -> str:
    """The answer up to the end of that many words, as it is written."""
    end = 0
    for _, word in zip(range(words), _WORD.finditer(answer), strict=False):
        end = word.end()
    return answer[:end].strip()
