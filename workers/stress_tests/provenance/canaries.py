"""``provenance.canaries``: does a model remember texts that were drawn from their equals?"""

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
from workers.contract import Backend, DataCard, Item, Procedure, Score, stress_test
from workers.stress_tests.parameters import check_rates
from workers.stress_tests.provenance.ranked_texts import LEAST, rank_estimate, rank_score

MOST_CHARACTERS = 200_000
READ = (
    "Trained on keyed data: the texts that were published are likelier to the model than the ones "
    "held back, beyond what a draw does by chance."
)
NOT_SHOWN = (
    "Not shown: that is no proof that the data was not used. Texts that were left out, rewritten "
    "or read once leave little or no trace."
)
MEASURED = (
    "Measured on tiny models with 24 groups of 10: strings read 8 times were found in 2 of 12, 16 "
    "times in 9 of 12, 32 times in 12 of 12; none is known for a model of this size."
)
DRAWN = (
    "It rests on the publisher's word that each published text was drawn by lot from its equals, "
    "and that the others were told to nobody."
)
UNDRAWN = (
    "nobody says that the published texts were drawn by lot from their equals; a text that was "
    "chosen may be likelier than others to whoever never read it. Set 'drawn_at_random' where they "
    "were drawn"
)
DATA_CARD = DataCard(
    name="canaries or keyed paraphrases",
    version="as given",
    size=0,
    licence="the publisher's",
    description=(
        "Groups of equal texts of which one was drawn by lot and published: random strings, or "
        "paraphrases of one sentence. The model is asked how likely each is after the group's "
        "context."
    ),
    limits=(
        "Once asked, the texts held back are known to the model's owner, so a group serves one "
        "owner once. Raw log-probabilities of a prompt are needed."
    ),
)


@stress_test(
    "provenance.canaries",
    version=1,
    title="Keyed texts, remembered",
    needs=(Need.LOGLIKELIHOOD,),
    data_card=DATA_CARD,
    sources=(
        "Proving membership in LLM pretraining data by data watermarks, 2024, arXiv 2402.10892",
        "STAMP Your Content, ICML 2025, arXiv 2504.13416 (keyed paraphrases)",
        "Zhang et al. 2024, arXiv 2409.19798 (ranks among equals are exact, thresholds are not)",
        "Waudby-Smith, Ramdas: Estimating means of bounded random variables by betting, 2024",
    ),
)
def canaries(
    groups: Sequence[Json] = [], drawn_at_random: bool = False, alpha: float = 0.01
) -> Procedure:
    """The model was not trained on the texts that were drawn by lot and published.

    Statistic: in each group, the rank of the published text's likelihood among the texts held
    back, from 0 to 1, ties by lot. Null: given the model, the published text is one of the group
    like any other. Then ranks are uniform and independent, and bets on a mean above 1/2 are exact
    at any number of groups, however alike or unlike the texts of a group are. Published forms use a
    t-test or a normal approximation; this one needs neither.

    Args:
        groups: at least 20 of ``{"context": str, "published": str, "held_back": [str, ...]}``.
        drawn_at_random: that each published text was drawn by lot; the test is refused without.
        alpha: chance of a false "trained on keyed data".

    Raises:
        InvalidInputError: a malformed group, more than 200,000 characters, or alpha outside (0, 1).
    """
    check_rates(alpha=alpha)
    keyed = _Keyed(tuple(_group(one, k) for k, one in enumerate(groups)), drawn_at_random, alpha)
    if sum(len(text) for one in keyed.groups for text in one.texts) > MOST_CHARACTERS:
        raise _malformed(f"have more than {MOST_CHARACTERS:,} characters")
    return Procedure(
        claim=keyed.claim,
        items=keyed.items,
        score=keyed.score,
        conclude=keyed.conclude,
        batch_size=4,
        minimum_items=LEAST,
        stops_early=True,
        planning=NothingToPlan(
            "what a run finds depends on how often the texts were read; the page of the test says "
            "what was found"
        ),
    )


@dataclass(frozen=True, slots=True)
class _Group:
    """Texts after a context, the published one first."""

    context: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Keyed:
    groups: tuple[_Group, ...]
    drawn_at_random: bool
    alpha: float

    @property
    def claim(self) -> Claim:
        return Claim(
            statement="The model was not trained on the texts that were drawn by lot and published",
            population=f"draws of the published text in {len(self.groups)} groups",
            statistic="mean rank of the published text's likelihood among those held back, 0 to 1",
            limit=0.5,
            limit_source="exchangeability of texts that a lot chose from (Zhang et al. 2024)",
            alpha=self.alpha,
            unit="group",
            scope=Scope.POPULATION,
        )

    def items(self, rng: np.random.Generator) -> list[Item]:
        """Groups in a random order, each with a seed of its own for ties."""
        if not self.drawn_at_random:
            raise NotTestableError(UNDRAWN)
        if len(self.groups) < LEAST:
            raise NotTestableError(f"{len(self.groups)} groups; at least {LEAST} are needed")
        seeds = rng.integers(0, 2**31, size=len(self.groups)).tolist()
        return [
            Item(
                id=f"group-{number:04d}",
                part="",
                cluster=f"group-{number:04d}",
                payload={
                    "context": self.groups[number].context,
                    "texts": [*self.groups[number].texts],
                    "seed": seeds[number],
                },
            )
            for number in rng.permutation(len(self.groups)).tolist()
        ]

    def score(self, backend: Backend, batch: Sequence[Item]) -> list[Score]:
        asked = [_requests(item) for item in batch]
        found = iter(backend.loglikelihood([one for group in asked for one in group]))
        return [
            rank_score(item, [next(found) for _ in group], seed=cast(int, item.payload["seed"]))
            for item, group in zip(batch, asked, strict=True)
        ]

    def conclude(self, scores: Sequence[Score]) -> Estimate:
        planned = len(self.groups)
        return rank_estimate(
            self.claim, scores, planned=planned, told=(READ, NOT_SHOWN, MEASURED), drawn=DRAWN
        )


def _requests(item: Item) -> list[tuple[str, str]]:
    context, texts = cast(str, item.payload["context"]), cast(list[str], item.payload["texts"])
    return [(context, text) for text in texts]


def _group(entry: object, number: int) -> _Group:
    found = entry if isinstance(entry, Mapping) else {}
    context, published, held = (found.get(key) for key in ("context", "published", "held_back"))
    if set(found) != {"context", "published", "held_back"} or not isinstance(held, list):
        raise _malformed(f"hold an entry {number} that is no group")
    texts = [published, *held]
    if not isinstance(context, str) or not all(isinstance(one, str) and one for one in texts):
        raise _malformed(f"hold an entry {number} with something that is no text, or empty")
    if len(texts) < 2 or len(set(texts)) < len(texts):
        raise _malformed(f"hold an entry {number} without others, or with one text twice")
    return _Group(context, tuple(texts))


def _malformed(problem: str) -> InvalidInputError:
    return InvalidInputError(
        field="parameters.groups",
        problem=problem,
        fix='Write [{"context": "The key is", "published": " ab", "held_back": [" cd"]}, ...]',
    )
