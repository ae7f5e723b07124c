"""Texts as k-grams of words or characters, each with a coin that a key tosses.

A holder's watermark prefers units whose coin fell heads after the units before it ("green" ones);
how much is the holder's affair. The scheme is one of text, not of tokens, so that it reads answers
of a model with any tokenizer, and those of an endpoint.

Source: Kirchenbauer et al., A watermark for large language models, ICML 2023, arXiv 2301.10226.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import cast

from compliance.domain.canonical import Json, canonical_json
from compliance.domain.errors import InvalidInputError
from workers.stress_tests.parameters import check_counts, check_rates
from workers.stress_tests.provenance.keyed_draws import Seal

_WORD = re.compile(r"\w+(?:['’]\w+)*")
Gram = tuple[str, ...]


class Unit(StrEnum):
    """What a text is cut into."""

    WORD = "word"
    """Runs of letters, digits and underscores, apostrophes within, case-folded."""
    CHARACTER = "character"


@dataclass(frozen=True, slots=True)
class Scheme:
    """What a watermark is made of, beside its key.

    Attributes:
        context: units before a unit that its coin depends on.
        share: chance that a coin falls heads.
    """

    unit: Unit
    context: int
    share: float

    def units(self, text: str) -> list[str]:
        if self.unit is Unit.CHARACTER:
            return list(text)
        return [one.casefold() for one in _WORD.findall(text)]

    def contexts(self, texts: Iterable[str]) -> frozenset[Gram]:
        """Every run of ``context`` units in the texts."""
        return frozenset(gram for text in texts for gram in _runs(self.units(text), self.context))

    def grams(self, text: str, without: frozenset[Gram]) -> list[Gram]:
        """The text's k-grams once each, in order, but those whose context is in ``without``."""
        found = dict.fromkeys(_runs(self.units(text), self.context + 1))
        return [gram for gram in found if gram[:-1] not in without]

    def heads(self, seal: Seal, gram: Gram) -> bool:
        return seal.falls(self.share, "gram", [*gram])


def parse_scheme(value: Mapping[str, Json]) -> Scheme:
    """A scheme as a spec writes it.

    Raises:
        InvalidInputError: another shape, or a number out of its range.
    """
    unit, context, share = (value.get(key) for key in ("unit", "context", "share"))
    if len(value) != 3 or unit not in [*Unit]:
        raise InvalidInputError(
            field="parameters.scheme",
            problem="it has no unit, context and share, or another unit",
            fix='Write {"unit": "word", "context": 2, "share": 0.5}; or the unit "character"',
        )
    check_counts(**{"scheme.context": (context, 1, 8)})
    check_rates(**{"scheme.share": share})
    return Scheme(Unit(cast(str, unit)), cast(int, context), cast(float, share))


def gram_name(gram: Gram) -> str:
    """12 hex digits that do not depend on the key."""
    return hashlib.sha256(canonical_json([*gram])).hexdigest()[:12]


def _runs(units: Sequence[str], length: int) -> Iterator[Gram]:
    return (tuple(units[at : at + length]) for at in range(len(units) - length + 1))
