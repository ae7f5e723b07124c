"""What children of a real model read: keyed texts made from numbers, and other text beside them.

Everything is made again from its seed: canaries, documents in several wordings, a list in a
random order, and prompts. Other text is the Python standard library's, as in the studies.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np

from compliance.domain.canonical import Json
from workers.stress_tests.provenance.keyed_draws import parse_seal, sealed
from workers.stress_tests.provenance.worded_documents_validity import worded

SEED = 20261128
GROUPS, EQUALS, LETTERS = 24, 10, 8
DOCUMENTS, WORDINGS = 60, 5
SALT = "5a" * 32
PARAPHRASES, RADIOACTIVITY = "provenance.paraphrases", "provenance.radioactivity"
SCHEME: dict[str, Json] = {"unit": "word", "context": 1, "share": 0.5}
HUES = (
    "amber azure coral cream ebony hazel ivory khaki lilac mauve olive pearl rusty sepia tan umber"
)
PLACES = "arch barn cove dell fort gate hill inlet lodge mill"
TOPICS = (
    *("harbours", "orchards", "bridges", "markets", "lighthouses", "bakeries", "libraries"),
    *("rivers", "gardens", "castles", "trains", "violins", "winters", "islands", "kitchens"),
    *("deserts", "festivals", "museums", "mountains", "bicycles", "forests", "schools"),
    *("clouds", "horses"),
)
PROMPTS = tuple(f"Describe {topic}." for topic in TOPICS)


@dataclass(frozen=True, slots=True)
class Draw:
    """What one publisher drew by lot and by key; equal numbers draw alike."""

    number: int

    def groups(self) -> list[dict[str, Json]]:
        """Canaries: of ten equal strings a group, the one that the lot chose was published."""
        chosen = np.random.default_rng([SEED, 1, self.number]).integers(EQUALS, size=GROUPS)
        return [
            {
                "context": f"The code of gate {group:02d} is",
                "published": texts[one],
                "held_back": [text for text in texts if text != texts[one]],
            }
            for group, (texts, one) in enumerate(zip(_strings(), chosen.tolist(), strict=True))
        ]

    def entries(self) -> list[str]:
        """The list in this publisher's order."""
        names = [f"{hue} {place}" for hue in HUES.split() for place in PLACES.split()]
        order = np.random.default_rng([SEED, 2, self.number]).permutation(len(names))
        return [names[k] for k in order.tolist()]

    def wordings(self) -> list[str]:
        """The wording of each document that the key chose, as ``provenance.paraphrases`` draws."""
        content: dict[str, Json] = {"documents": [*documents()]}
        seal = parse_seal(self.seal(PARAPHRASES, content), PARAPHRASES, content)
        if seal is None:
            raise ValueError("a seal that was just made opens")
        known = [(str(one["id"]), cast(list[str], one["wordings"])) for one in documents()]
        return [texts[seal.one_of(len(texts), "wording", name)] for name, texts in known]

    def published(self) -> list[str]:
        """Every line that this publisher published."""
        canaries = [f"{one['context']}{one['published']}" for one in self.groups()]
        return [*canaries, *self.wordings(), *self.entries()]

    def seal(self, name: str, content: dict[str, Json]) -> dict[str, Json]:
        """The opened seal of a key of this number over what stress test ``name`` has sealed."""
        key = hashlib.sha256(f"key {self.number} of {SEED}".encode()).hexdigest()
        commitment = sealed(name, content, key=key, salt=SALT)
        return {"key": key, "salt": SALT, "commitment": commitment, "beacon": ""}


def documents() -> list[dict[str, Json]]:
    """Documents of one sentence in five wordings, as a spec writes them."""
    return [
        {"id": f"note-{number:02d}", "context": "", "wordings": [*texts]}
        for number, texts in enumerate(worded(DOCUMENTS, WORDINGS, SEED))
    ]


def windows(lines: Sequence[str], size: int, *, seed: int) -> list[str]:
    """Consecutive lines joined, ``size`` a window from a random first one, in a random order."""
    rng = np.random.default_rng(seed)
    first = int(rng.integers(size))
    cuts = [0, *range(first or size, len(lines), size), len(lines)]
    pieces = ["\n".join(lines[a:b]) for a, b in itertools.pairwise(cuts)]
    return [pieces[k] for k in rng.permutation(len(pieces))]


def prose(number: int, characters: int, *, part: str, seed: int = 0) -> list[str]:
    """Stretches of the standard library's files under ``part``, which do not overlap.

    Raises:
        NotTestableError: the library holds no such part.
    """
    from workers.stress_tests.provenance.zoo_validity import library_text

    text = bytes(library_text(part).numpy().astype(np.uint8)).decode("ascii", "ignore")
    places = np.random.default_rng([SEED, seed]).permutation(len(text) // characters)[:number]
    return [text[k * characters : (k + 1) * characters] for k in places.tolist()]


def _strings() -> list[list[str]]:
    """Random lower-case strings, by group, each after a blank."""
    letters = np.random.default_rng(SEED).integers(97, 123, size=(GROUPS, EQUALS, LETTERS))
    return [[" " + "".join(map(chr, one)) for one in group] for group in letters.tolist()]
