"""``provenance.contamination``: does a model remember the order in which a list was published?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np

from compliance.domain.canonical import Json
from compliance.domain.errors import InvalidInputError, NotTestableError
from compliance.domain.statistics.planning import NothingToPlan
from compliance.domain.verdicts import Claim, Estimate
from compliance.domain.vocabulary import Need, Scope
from workers.contract import Backend, DataCard, Item, Procedure, Score, stress_test
from workers.stress_tests.parameters import check_counts, check_rates
from workers.stress_tests.provenance.ranked_texts import LEAST, rank_estimate, rank_score

MOST_CHARACTERS = 200_000
READ = (
    "Read the list in its published order: that order is likelier to the model than shuffles of "
    "the same entries, beyond what an order drawn at random does by chance."
)
NOT_SHOWN = (
    "Not shown: that is no proof that the list was not read. Whoever shuffles it before training "
    "leaves no trace here, and few copies leave a weak one."
)
MEASURED = (
    "Measured on tiny models with a list of 160 entries: read 10 times it was found in 0 of 12, 31 "
    "times in 5 of 12, 61 times in 12 of 12; none is known for a model of this size."
)
DRAWN = "It rests on the word of whoever published the list that its order was drawn at random."
UNDRAWN = (
    "nobody says that the list's order was drawn at random before it was published, and a list in "
    "an order that means something is likelier in that order to whoever never read it; set "
    "'drawn_at_random' where it was. Comparing the entries with others that were held back needs "
    "a held-out set from the same draw, and is refused without one for the same reason: a model "
    "tells two draws apart without having read either"
)
DATA_CARD = DataCard(
    name="a published list",
    version="as given",
    size=0,
    licence="the publisher's",
    description=(
        "Entries in their published order, cut into shards. The model is asked how likely each "
        "shard is in that order, and in random orders of the same entries; the first entry of a "
        "shard stays where it is."
    ),
    limits=(
        "The order must have been drawn at random before it was published. Raw log-probabilities "
        "of a prompt are needed, and shards that fit into the model's window."
    ),
)


@stress_test(
    "provenance.contamination",
    version=1,
    title="A published list, read in its order",
    needs=(Need.LOGLIKELIHOOD,),
    data_card=DATA_CARD,
    sources=(
        (
            "Oren et al.: Proving Test Set Contamination in Black Box Language Models, ICLR 2024, "
            "arXiv 2310.17623 (null and shards; ranks take the place of their t-test)"
        ),
        "Waudby-Smith, Ramdas: Estimating means of bounded random variables by betting, 2024",
    ),
)
def contamination(
    entries: Sequence[Json] = [],
    drawn_at_random: bool = False,
    shard: int = 8,
    shuffles: int = 9,
    alpha: float = 0.01,
) -> Procedure:
    """The model did not read the list in the order in which it was published.

    Statistic: in each shard of consecutive entries, the rank of the published order's likelihood
    among random orders of the same entries, from 0 to 1, ties by lot. Null: given the model, the
    published order is one like any other. Then ranks are uniform and independent of each other,
    and bets on a mean above 1/2 are exact at any number of shards.

    The published form of this test compares shards by a t-test of differences, which is asymptotic
    and, with its variance divided by n, a little too sure of itself.

    Args:
        entries: the list's texts in their published order: at least 20 shards of them.
        drawn_at_random: that this order was drawn at random before it was published. Without
            it the test is refused: see UNDRAWN.
        shard: entries that are read together, 3 to 100.
        shuffles: random orders that a shard is compared with, 1 to 99.
        alpha: chance of a false "read".

    Raises:
        InvalidInputError: an entry that is no text, more than 200,000 characters, or a number out
            of its range.
    """
    check_counts(shard=(shard, 3, 100), shuffles=(shuffles, 1, 99))
    check_rates(alpha=alpha)
    asked = _Asked(_texts(entries), drawn_at_random, shard, shuffles, alpha)
    return Procedure(
        claim=asked.claim,
        items=asked.items,
        score=asked.score,
        conclude=asked.conclude,
        batch_size=4,
        minimum_items=LEAST,
        stops_early=True,
        planning=NothingToPlan(
            "what a run finds depends on how often the list was read; the page of the test says "
            "what was found"
        ),
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    entries: tuple[str, ...]
    drawn_at_random: bool
    shard: int
    shuffles: int
    alpha: float

    @property
    def claim(self) -> Claim:
        return Claim(
            statement="The model did not read the list in the order in which it was published",
            population=f"random orders of shards of {self.shard} entries of {len(self.entries)}",
            statistic="mean rank of the published order's likelihood among random orders, 0 to 1",
            limit=0.5,
            limit_source="exchangeability of an order that was drawn at random (Oren et al. 2024)",
            alpha=self.alpha,
            unit="shard",
            scope=Scope.POPULATION,
        )

    def items(self, rng: np.random.Generator) -> list[Item]:
        """Shards in a random order, each with a seed of its own for its shuffles."""
        shards = len(self.entries) // self.shard
        if not self.drawn_at_random:
            raise NotTestableError(UNDRAWN)
        if shards < LEAST:
            raise NotTestableError(
                f"{len(self.entries)} entries make {shards} shards of {self.shard}; at least "
                f"{LEAST} are needed"
            )
        seeds = rng.integers(0, 2**31, size=shards).tolist()
        return [
            Item(
                id=f"shard-{number:04d}",
                part="",
                cluster=f"shard-{number:04d}",
                payload={
                    "entries": [*self.entries[number * self.shard : (number + 1) * self.shard]],
                    "seed": seeds[number],
                },
            )
            for number in rng.permutation(shards).tolist()
        ]

    def score(self, backend: Backend, batch: Sequence[Item]) -> list[Score]:
        asked = [self._orders(item) for item in batch]
        found = iter(backend.loglikelihood([one for orders in asked for one in orders]))
        return [
            rank_score(item, [next(found) for _ in orders], seed=cast(int, item.payload["seed"]))
            for item, orders in zip(batch, asked, strict=True)
        ]

    def conclude(self, scores: Sequence[Score]) -> Estimate:
        planned = len(self.entries) // self.shard
        return rank_estimate(
            self.claim, scores, planned=planned, told=(READ, NOT_SHOWN, MEASURED), drawn=DRAWN
        )

    def _orders(self, item: Item) -> list[tuple[str, str]]:
        """The published order and its shuffles, the first entry before all of them."""
        first, *rest = cast(list[str], item.payload["entries"])
        rng = np.random.default_rng(cast(int, item.payload["seed"]))
        places = [range(len(rest)), *(rng.permutation(len(rest)) for _ in range(self.shuffles))]
        return [(f"{first}\n", "\n".join(rest[k] for k in one)) for one in places]


def _texts(entries: object) -> tuple[str, ...]:
    texts = [one for one in cast(Sequence[object], entries) if isinstance(one, str) and one.strip()]
    if len(texts) != len(cast(Sequence[object], entries)):
        raise _malformed("holds an entry that is no text, or an empty one")
    if sum(map(len, texts)) > MOST_CHARACTERS:
        raise _malformed(f"has more than {MOST_CHARACTERS:,} characters")
    return tuple(texts)


def _malformed(problem: str) -> InvalidInputError:
    return InvalidInputError(
        field="parameters.entries", problem=problem, fix='Write ["one entry", "another", ...]'
    )
