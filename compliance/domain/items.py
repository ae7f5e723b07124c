"""Items and scores: what was asked and what the answer was worth, with the digests that bind them.

Whoever runs a stress test and whoever verifies its result offline take the same digests from here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Self, cast

from compliance.domain.canonical import Json, digest, digest_of_digests

END_OF_ORDER = hashlib.sha256(b"assay/order/v1\x00").hexdigest()
"""What an order commits to after its last item."""

WORDS = ("answers", "reference_answer")
"""Keys of a score's detail under which a model's words stand; nowhere else in it do they.

What the record may erase of a score: a trigger of the database names them too."""

ANSWER_PATH = "answer"
"""What a score's salted commitment to its words is bound to: see ``commitments``."""

ID_CHARACTERS = 500
PART_CHARACTERS = 100
CLUSTER_CHARACTERS = 200
"""How long the names of an item may be: the record keeps no longer ones."""


class Erasable(StrEnum):
    """What of an item the record may erase; what its answer was worth stays."""

    QUESTION = "question"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class Item:
    """One question put to a model.

    Attributes:
        id: stable within the bank's version.
        part: the stratum it is estimated in.
        cluster: the unit of independence it belongs to.
        payload: what the backend is asked, as JSON; shown to people as it is.
    """

    id: str
    part: str
    cluster: str
    payload: Mapping[str, Json]

    @property
    def digest(self) -> str:
        return digest(self.to_json())

    @property
    def too_long(self) -> str:
        """Which of its names is longer than the record keeps; empty when none is."""
        limits = {"id": ID_CHARACTERS, "part": PART_CHARACTERS, "cluster": CLUSTER_CHARACTERS}
        return next((name for name, most in limits.items() if len(getattr(self, name)) > most), "")

    def to_json(self) -> dict[str, Json]:
        return {
            "id": self.id,
            "part": self.part,
            "cluster": self.cluster,
            "payload": dict(self.payload),
        }


@dataclass(frozen=True, slots=True)
class Score:
    """What one answer was worth.

    Attributes:
        value: the outcome that enters the statistic, finite.
        label: the outcome in one word of the test's own (``refusal``, ``disfavoured``, ...).
        answer: what the model answered, as text; empty where it was not asked for text.
        detail: numbers behind the value, e.g. log-likelihoods in nats; a model's words under
            ``WORDS`` alone.
    """

    item_id: str
    part: str
    cluster: str
    value: float
    label: str
    answer: str = ""
    detail: Mapping[str, Json] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """Of all but its words, which may be erased and are committed to apart, with a salt."""
        return digest(self.outcome())

    def outcome(self) -> dict[str, Json]:
        """What the answer was worth, without a word of it."""
        found = self.to_json()
        del found["answer"]
        kept = {name: one for name, one in self.detail.items() if name not in WORDS}
        return found | {"detail": kept}

    def words(self) -> dict[str, Json]:
        """What models said, as it is committed to."""
        return words_of(self.answer, self.detail)

    def to_json(self) -> dict[str, Json]:
        return cast(dict[str, Json], asdict(self)) | {"detail": dict(self.detail)}

    @classmethod
    def from_json(cls, value: Mapping[str, object]) -> Self:
        return cls(**value)  # type: ignore[arg-type]


def words_of(answer: str, detail: Mapping[str, Json]) -> dict[str, Json]:
    """What models said: the answer, and what of a score's detail stands under ``WORDS``."""
    return {"answer": answer, **{name: detail[name] for name in WORDS if name in detail}}


def scores_digest(scores: Iterable[Score]) -> str:
    """Lowercase hex SHA-256 that commits to every score and their order, without their words."""
    return digest_of_digests(one.digest for one in scores)


def answers_digest(commitments: Iterable[str]) -> str:
    """Lowercase hex SHA-256 over the salted commitments to the words of scores, in their order.

    Args:
        commitments: empty where a score's words are not committed to, which adds nothing.
    """
    return digest_of_digests(one for one in commitments if one)


def order_commitment(digests: Sequence[str], after: str = END_OF_ORDER) -> str:
    """Lowercase hex SHA-256 that commits to items in their order: a hash chain from the last back.

    ``c_n = after`` and ``c_i = SHA-256(d_i || c_{i+1})``; the commitment is ``c_0``. Who holds the
    first k items and c_k checks that those are what was planned first, without the items that were
    never asked.

    Args:
        digests: of the items, lowercase hex, in the committed order.
        after: the commitment to the items that follow.
    """
    state = bytes.fromhex(after)
    for one in reversed(digests):
        state = hashlib.sha256(bytes.fromhex(one) + state).digest()
    return state.hex()
