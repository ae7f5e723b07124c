"""``provenance.paraphrases``: are documents likelier as their holder's key had them published?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np

from compliance.domain.canonical import Json
from compliance.domain.errors import InvalidInputError, NotTestableError
from compliance.domain.statistics.planning import NothingToPlan
from compliance.domain.verdicts import Claim, Estimate
from compliance.domain.vocabulary import Need, Scope
from workers.contract import (
    Backend,
    ComparingBackend,
    DataCard,
    Item,
    Procedure,
    Score,
    stress_test,
)
from workers.stress_tests.parameters import check_rates
from workers.stress_tests.provenance.keyed_draws import UNSEALED, Seal, parse_seal
from workers.stress_tests.provenance.ranked_texts import LEAST, rank_estimate, rank_score

NAME = "provenance.paraphrases"
MOST_CHARACTERS = 200_000
READ = (
    "Trained on keyed data: the wordings that were published are likelier to the model than the "
    "ones held back, beyond what a key does by chance."
)
NOT_SHOWN = (
    "Not shown: that is no proof that the documents were not used. Documents that were left out, "
    "worded anew before training or read few times leave little or no trace."
)
MEASURED = (
    "Measured on tiny models with 60 documents in 5 wordings, without a reference: read 2.9 times "
    "on average they were found in 2 of 12, 5.7 times in 4 of 12, 14.4 times in 12 of 12; none is "
    "known for a model of this size."
)
BESIDE = "It also takes for granted that the reference did not read the published wordings."
DATA_CARD = DataCard(
    name="a sealed bank of paraphrases",
    version="as given",
    size=0,
    licence="the holder's",
    description=(
        "Documents in several wordings each, of which a sealed key chose the one to publish. The "
        "model is asked how likely each wording is."
    ),
    limits=(
        "Once asked, the wordings held back are known to the model's owner and stand in the "
        "record, so a bank serves one owner once. Raw log-probabilities of a prompt are needed."
    ),
)


@stress_test(
    NAME,
    version=1,
    title="Wordings that a key chose, remembered",
    needs=(Need.LOGLIKELIHOOD,),
    data_card=DATA_CARD,
    sources=(
        "STAMP Your Content, ICML 2025, arXiv 2504.13416 (keyed paraphrases; its t-test is unused)",
        "Zhang et al. 2024, arXiv 2409.19798 (ranks among equals are exact, thresholds are not)",
        "Waudby-Smith, Ramdas: Estimating means of bounded random variables by betting, 2024",
    ),
)
def paraphrases(
    documents: Sequence[Json] = [],
    seal: Mapping[str, Json] = {},
    reference: str = "",
    alpha: float = 0.01,
) -> Procedure:
    """The model was not trained on the wordings that a sealed key chose to publish.

    Statistic: for each document, the rank of the published wording's log-likelihood a byte among
    those held back, from 0 to 1, ties by lot. With ``reference`` the same of that model is taken
    off first, which cancels how easy a wording is to anybody. Null: the model (and the reference)
    is independent of the key. Then each wording is equally likely to be the published one, ranks
    are uniform and independent, and bets on a mean above 1/2 are exact at any number of documents.

    Args:
        documents: at least 20 of ``{"id": str, "context": str, "wordings": [str, ...]}``.
        seal: ``{"key", "salt", "commitment", "beacon"}``: see ``keyed_draws``. The published
            wording is the one of that place in ``wordings`` that the key draws for the id.
        reference: digest of registered weights of the same organization, or empty.
        alpha: chance of a false "trained on keyed data".

    Raises:
        InvalidInputError: a malformed document, more than 200,000 characters, a seal of other
            documents, or alpha outside (0, 1).
    """
    check_rates(alpha=alpha)
    bank = tuple(_document(one, number) for number, one in enumerate(documents))
    if sum(len(text) for one in bank for text in one.wordings) > MOST_CHARACTERS:
        raise _malformed(f"have more than {MOST_CHARACTERS:,} characters")
    if len({one.id for one in bank}) < len(bank):
        raise _malformed("hold one id twice")
    opened = parse_seal(seal, NAME, {"documents": [*documents]})
    keyed = _Keyed(bank, opened, reference, alpha)
    return Procedure(
        claim=keyed.claim,
        items=keyed.items,
        score=keyed.score,
        conclude=keyed.conclude,
        batch_size=4,
        minimum_items=LEAST,
        stops_early=True,
        planning=NothingToPlan(
            "what a run finds depends on how often the documents were read; the page of the test "
            "says what was found"
        ),
    )


@dataclass(frozen=True, slots=True)
class _Document:
    id: str
    context: str
    wordings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Keyed:
    documents: tuple[_Document, ...]
    seal: Seal | None
    reference: str
    alpha: float

    @property
    def claim(self) -> Claim:
        return Claim(
            statement="The model was not trained on the wordings that a sealed key chose",
            population=f"keys that choose a wording of each of {len(self.documents)} documents",
            statistic="mean rank of the published wording's likelihood among all, 0 to 1",
            limit=0.5,
            limit_source="a key that is independent of the model (Zhang et al. 2024)",
            alpha=self.alpha,
            unit="document",
            scope=Scope.POPULATION,
        )

    def items(self, rng: np.random.Generator) -> list[Item]:
        """Documents in a random order, each with a seed of its own for ties."""
        if self.seal is None:
            raise NotTestableError(UNSEALED)
        number = len(self.documents)
        if number < LEAST:
            raise NotTestableError(f"{number} documents; at least {LEAST} are needed")
        seeds = rng.integers(0, 2**31, size=number).tolist()
        return [
            self._item(self.documents[place], self.seal, seeds[place])
            for place in rng.permutation(number).tolist()
        ]

    def score(self, backend: Backend, batch: Sequence[Item]) -> list[Score]:
        asked = [_requests(item) for item in batch]
        flat = [one for document in asked for one in document]
        own, beside = backend.loglikelihood(flat), self._beside(backend, flat)
        each = zip(flat, own, beside, strict=True)
        likely = iter([(a - b) / len(text.encode()) for (_, text), a, b in each])
        return [
            rank_score(item, [next(likely) for _ in texts], seed=cast(int, item.payload["seed"]))
            for item, texts in zip(batch, asked, strict=True)
        ]

    def conclude(self, scores: Sequence[Score]) -> Estimate:
        told = [] if self.seal is None else [self.seal.told()]
        drawn = " ".join([*told, *([BESIDE] if self.reference else [])])
        planned = len(self.documents)
        return rank_estimate(
            self.claim, scores, planned=planned, told=(READ, NOT_SHOWN, MEASURED), drawn=drawn
        )

    def _item(self, one: _Document, seal: Seal, seed: int) -> Item:
        published = seal.one_of(len(one.wordings), "wording", one.id)
        others = [text for place, text in enumerate(one.wordings) if place != published]
        payload: dict[str, Json] = {
            "context": one.context,
            "texts": [one.wordings[published], *others],
            "seed": seed,
        }
        return Item(id=one.id, part="", cluster=one.id, payload=payload)

    def _beside(self, backend: Backend, asked: Sequence[tuple[str, str]]) -> Sequence[float]:
        if not self.reference:
            return [0.0] * len(asked)
        if not isinstance(backend, ComparingBackend):
            raise NotTestableError("this model's backend can ask no other model beside it")
        return backend.reference(self.reference).loglikelihood(asked)


def _requests(item: Item) -> list[tuple[str, str]]:
    context, texts = cast(str, item.payload["context"]), cast(list[str], item.payload["texts"])
    return [(context, text) for text in texts]


def _document(entry: object, number: int) -> _Document:
    found = entry if isinstance(entry, Mapping) else {}
    name, context, wordings = (found.get(key) for key in ("id", "context", "wordings"))
    if set(found) != {"id", "context", "wordings"} or not isinstance(wordings, list):
        raise _malformed(f"hold an entry {number} that is no document")
    texts = [name, *wordings]
    if not isinstance(context, str) or not all(isinstance(one, str) and one for one in texts):
        raise _malformed(f"hold an entry {number} with something that is no text, or empty")
    if len(wordings) < 2 or len(set(wordings)) < len(wordings):
        raise _malformed(f"hold an entry {number} of a single wording, or with one twice")
    return _Document(cast(str, name), context, tuple(wordings))


def _malformed(problem: str) -> InvalidInputError:
    return InvalidInputError(
        field="parameters.documents",
        problem=problem,
        fix='Write [{"id": "1", "context": "", "wordings": ["One way", "Another way"]}, ...]',
    )
