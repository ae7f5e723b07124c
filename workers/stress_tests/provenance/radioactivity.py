"""``provenance.radioactivity``: do a model's answers carry the watermark of a sealed key?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np

from compliance.domain.canonical import Json
from compliance.domain.errors import NotTestableError
from compliance.domain.recipes import Combination, Engine, Fold, Recipe
from compliance.domain.statistics.coins import binomial_p
from compliance.domain.statistics.folding import COINS, coin_counts, folded
from compliance.domain.statistics.planning import NothingToPlan
from compliance.domain.verdicts import Claim, Estimate, decision_bound
from compliance.domain.vocabulary import Need, Scope
from workers.contract import (
    Backend,
    DataCard,
    Item,
    Procedure,
    SamplingBackend,
    Score,
    stress_test,
)
from workers.stress_tests.parameters import check_counts, check_rates
from workers.stress_tests.provenance.given_prompts import parse_prompts
from workers.stress_tests.provenance.keyed_draws import UNSEALED, Seal, parse_seal
from workers.stress_tests.provenance.keyed_units import Gram, Scheme, gram_name, parse_scheme

NAME = "provenance.radioactivity"
LEAST = 8
"""Prompts below which a run is refused."""
READ = (
    "Trained on keyed data: the answers prefer what a sealed key prefers, beyond what a key does "
    "by chance."
)
NOT_SHOWN = (
    "Not shown: that is no proof that watermarked text was not used. A small share of it, text "
    "worded anew, or training that followed leave little or no trace."
)
MEASURED = (
    "Measured on tiny models: where 25% of what was read was marked, it was found in 1 of 12, at "
    "50% in 2 of 12; none is known for a model of this size."
)
SPREAD = (
    "It says that text with this watermark was learnt from, not from whom it came: others may "
    "have published it, and a student of a student carries it too."
)
DATA_CARD = DataCard(
    name="a holder's prompts and sealed key",
    version="as given",
    size=0,
    licence="the holder's",
    description=(
        "Prompts that the model answers at temperature 1. Counted are k-grams of the answers that "
        "a sealed key prefers, each once; those whose beginning stands in any prompt are left out."
    ),
    limits=(
        "The holder's texts must have been watermarked with the key before they were published. "
        "Once asked, the key stands in the record: another owner's model needs another key."
    ),
)


@stress_test(
    NAME,
    version=1,
    title="A watermark, learnt",
    needs=(Need.GENERATE,),
    data_card=DATA_CARD,
    sources=(
        (
            "Sander et al.: Watermarking Makes Language Models Radioactive, NeurIPS 2024, "
            "arXiv 2402.14904 (null, and k-grams counted once)"
        ),
        "Kirchenbauer et al.: A Watermark for Large Language Models, ICML 2023, arXiv 2301.10226",
        "Robbins, Annals of Mathematical Statistics 41(5), 1970 (mixture of likelihood ratios)",
    ),
)
def radioactivity(
    prompts: Sequence[Json] = [],
    seal: Mapping[str, Json] = {},
    scheme: Mapping[str, Json] = {"unit": "word", "context": 2, "share": 0.5},
    alpha: float = 0.01,
    max_new_tokens: int = 200,
) -> Procedure:
    """The model did not learn from text that was watermarked with a sealed key.

    Statistic: the share of k-grams in the answers whose coin, tossed by the key, fell heads. Each
    k-gram counts once over all answers. Null: the model and the prompts are independent of the
    key, but for k-grams that begin as a prompt does somewhere, which are left out. Then the coins
    are independent and heads with chance ``share``, exactly, whatever the answers are: a binomial,
    and a mixture of likelihood ratios that may be looked at after every answer.

    Args:
        prompts: at least 8 different texts that the holder's watermarked texts would answer.
        seal: ``{"key", "salt", "commitment", "beacon"}``: see ``keyed_draws``.
        scheme: ``unit`` (``word`` or ``character``), ``context`` (units before the one that is
            chosen, 1 to 8) and ``share`` (of units that the key prefers); sealed with the key.
        alpha: chance of a false "trained on keyed data".
        max_new_tokens: tokens after which an answer is cut, 1 to 1,024.

    Raises:
        InvalidInputError: prompts that are none, a seal of another scheme, or a number out of its
            range.
    """
    check_rates(alpha=alpha)
    check_counts(max_new_tokens=(max_new_tokens, 1, 1_024))
    cut = parse_scheme(scheme)
    opened = parse_seal(seal, NAME, {"scheme": {**scheme}})
    marked = _Marked(parse_prompts(prompts), opened, cut, alpha, max_new_tokens)
    return Procedure(
        claim=marked.claim,
        items=marked.items,
        score=marked.score,
        conclude=marked.conclude,
        read_answer=marked.read,
        batch_size=8,
        minimum_items=LEAST,
        stops_early=True,
        planning=NothingToPlan(
            "what a run finds depends on the share of watermarked text that was learnt from; the "
            "page of the test says what was found"
        ),
    )


@dataclass(frozen=True, slots=True)
class _Marked:
    prompts: tuple[str, ...]
    seal: Seal | None
    scheme: Scheme
    alpha: float
    max_new_tokens: int

    @property
    def claim(self) -> Claim:
        k, unit = self.scheme.context + 1, self.scheme.unit.value
        return Claim(
            statement="The model did not learn from text that was watermarked with a sealed key",
            population=f"keys that toss a coin for each {k}-gram of {unit}s",
            statistic="share of k-grams in the answers that the key prefers, each counted once",
            limit=self.scheme.share,
            limit_source="a key that is independent of the model (Sander et al. 2024)",
            alpha=self.alpha,
            unit="k-gram",
            scope=Scope.POPULATION,
        )

    def items(self, rng: np.random.Generator) -> list[Item]:
        """Prompts in a random order, each with a seed of its own for what is drawn here."""
        if self.seal is None:
            raise NotTestableError(UNSEALED)
        if len(self.prompts) < LEAST:
            raise NotTestableError(f"{len(self.prompts)} prompts; at least {LEAST} are needed")
        seeds = rng.integers(0, 2**31, size=len(self.prompts)).tolist()
        return [
            Item(
                id=f"prompt-{number:04d}",
                part="",
                cluster=f"prompt-{number:04d}",
                payload={"prompt": self.prompts[number], "seed": seeds[number]},
            )
            for number in rng.permutation(len(self.prompts)).tolist()
        ]

    def score(self, backend: Backend, batch: Sequence[Item]) -> list[Score]:
        asked = [cast(str, item.payload["prompt"]) for item in batch]
        if not isinstance(backend, SamplingBackend):
            raise NotTestableError("this model's backend can draw no answers")
        seed = cast(int, batch[0].payload["seed"])
        answers = backend.sample(asked, max_new_tokens=self.max_new_tokens, seed=seed)
        known = self._known()
        return [self._scored(one, text, known) for one, text in zip(batch, answers, strict=True)]

    def read(self, item: Item, answer: str) -> Score:
        """The score of a recorded answer."""
        return self._scored(item, answer, self._known())

    def conclude(self, scores: Sequence[Score]) -> Estimate:
        fold = Fold("", Engine.COINS, 0, self.scheme.share, self.alpha)
        recipe = Recipe(Combination.WHOLE, (), fold)
        found = folded(self.claim, recipe, scores, planned=len(self.prompts))
        heads, coins = (int(one) for one in coin_counts(scores).sum(axis=0))
        p_value = binomial_p(heads, coins, self.scheme.share)
        shown = found.log10_e_violating >= decision_bound(self.alpha)
        counted = (
            f"{heads:,} of {coins:,} k-grams: exact binomial p-value {p_value:.3g}, right for one "
            "look; the verdict rests on the e-value, which may be looked at after every answer."
        )
        told = (READ, SPREAD) if shown else (NOT_SHOWN, MEASURED)
        word = () if self.seal is None else (self.seal.told(),)
        return replace(found, caveats=(*told, counted, *word))

    def _scored(self, item: Item, answer: str, known: frozenset[Gram]) -> Score:
        if self.seal is None:
            raise NotTestableError(UNSEALED)
        grams = self.scheme.grams(answer, known)
        faces = {gram_name(one): self.scheme.heads(self.seal, one) for one in grams}
        return Score(
            item_id=item.id,
            part=item.part,
            cluster=item.cluster,
            value=sum(faces.values()) / len(faces) if faces else self.scheme.share,
            label="counted" if faces else "nothing_to_count",
            answer=answer,
            detail={COINS: cast(Json, faces)},
        )

    def _known(self) -> frozenset[Gram]:
        return self.scheme.contexts(self.prompts)
