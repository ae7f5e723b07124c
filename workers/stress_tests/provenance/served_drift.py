"""``provenance.served_drift``: is the endpoint still the model that was registered?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np

from compliance.domain.canonical import Json
from compliance.domain.errors import InvalidInputError, NotTestableError
from compliance.domain.statistics.equality import rank_among
from compliance.domain.statistics.planning import NothingToPlan
from compliance.domain.verdicts import Claim, Estimate, Part, combine_parts, decision_bound
from compliance.domain.vocabulary import Need, Scope
from workers.contract import (
    Backend,
    ComparingBackend,
    DataCard,
    Item,
    Procedure,
    SamplingBackend,
    Score,
    stress_test,
)
from workers.stress_tests.parameters import check_counts, check_rates
from workers.stress_tests.provenance import served_looks
from workers.stress_tests.provenance.served_looks import LIMIT, PLACES_A_TOKEN, Look, look
from workers.stress_tests.provenance.served_prompts import NAME, PROMPTS, VERSION

TOKENS = 12
"""After which an answer is cut: its first words are what a change shows in."""
SEED = 20261128
"""Of the permutations of every look: the same looks give the same e-values."""
NOISE = (
    "It takes for granted that answers to a prompt are drawn alike at every look while the model "
    "is the same, and that noise of the machines moves more than half of the log-probabilities by "
    "more than {tolerance:g} nats in at most 1 of 100 looks, whatever the looks before were."
)
FIRST = "Not shown: this is the first look; later ones are compared with it."
CHANGED = "Served model changed: {name}, at {hits} of {n} looks."
NOT_SHOWN = (
    "Not shown: the looks so far are no evidence of a change. That is no proof of sameness: "
    "a change smaller than those that the test's page lists goes unseen."
)
SILENT = "No evidence from {name}: {why}."
DATA_CARD = DataCard(
    name=NAME,
    version=VERSION,
    size=len(PROMPTS),
    licence="Apache-2.0, written for Assay",
    description=(
        "24 short prompts that leave much open, each with one likely next word. At every run each "
        "is answered several times at temperature 1, and the word's log-probability is read."
    ),
    limits="English. Who knows the prompts can answer them by another model than all others.",
)


@stress_test(
    "provenance.served_drift",
    version=1,
    title="Whether an endpoint still serves what was registered",
    needs=(Need.GENERATE,),
    data_card=DATA_CARD,
    sources=(
        "Gao, Liang, Guestrin: Model Equality Testing, ICLR 2025, arXiv 2410.20247",
        "Rank-based uniformity test, ICLR 2026, arXiv 2506.06975",
        "Log-probability tracking of LLM APIs, ICLR 2026, arXiv 2512.03816 (the one-token probe)",
        "Shin, Ramdas, Rinaldo: E-detectors, NEJSDS, 2024 (restart mixture)",
    ),
)
def served_drift(
    prompts: int = len(PROMPTS),
    samples: int = 8,
    tolerance: float = 0.1,
    reference: str = "",
    earlier: int = 1000,
    alpha: float = 0.05,
) -> Procedure:
    """The endpoint answers at every look as it did before.

    Every run is a look; the first is the reference. Questions at each look: (a) are its drawn
    answers exchangeable with earlier ones (MMD, Hamming kernel, exact permutation p); (b) with
    ``reference``, do its answers rank uniformly among fresh ones of the registered weights; (c) did
    more than half of the log-probabilities of one word move by more than ``tolerance`` since the
    first look, or from those of the registered weights. Each is bet on by a restart mixture over
    all looks, which a good past does not blind; together by e-Bonferroni. The chance that a
    stream of looks is ever called violating while nothing changes is at most alpha. Sameness is
    never shown.

    Assumes: see NOISE above, which stands in every result. Defeated by: answering the published
    prompts, or the asker, by the registered model alone. See
    docs/stress_tests/provenance.served_drift.md.

    Args:
        prompts: how many of the bank are asked, 4 to 24.
        samples: answers drawn for each, 4 to 64.
        tolerance: what noise of the machines may move a log-probability by, in nats.
        reference: digest of the registered weights that the endpoint is said to serve as they are,
            of the same organization; empty for none.
        earlier: looks after which a stream ends, 1 to 1000.
        alpha: chance of a false alarm over the whole stream.

    Raises:
        InvalidInputError: a parameter out of its range.
    """
    check_counts(prompts=(prompts, 4, 24), samples=(samples, 4, 64), earlier=(earlier, 1, 1000))
    check_rates(alpha=alpha)
    if not 0.0 < tolerance < 100.0:
        raise InvalidInputError(
            field="parameters.tolerance", problem="no such noise", fix="Use nats, like 0.1"
        )
    served = _Served(prompts, samples, tolerance, reference, earlier, alpha)
    return Procedure(
        claim=served.claim,
        items=served.items,
        score=served.score,
        conclude=lambda scores: served.conclude((), scores),
        conclude_after=served.conclude,
        batch_size=4,
        planning=NothingToPlan(
            "what a look finds depends on what changed; the page of the test says which changes "
            "were found, and how many looks it took"
        ),
    )


@dataclass(frozen=True, slots=True)
class _Served:
    prompts: int
    samples: int
    tolerance: float
    reference: str
    earlier: int
    alpha: float

    @property
    def claim(self) -> Claim:
        return Claim(
            statement="The endpoint answers as at the first look",
            population=f"looks at the endpoint, {self.prompts} prompts of '{NAME}' {VERSION} each",
            statistic="share of looks that differ, by the question with the most evidence",
            limit=LIMIT,
            limit_source=(
                "the level at which a look is said to differ: an exact p-value, or the stated "
                "noise of the machines"
            ),
            alpha=self.alpha,
            unit="look",
            scope=Scope.POPULATION,
        )

    def items(self, rng: np.random.Generator) -> list[Item]:
        """The prompts in the bank's order, each with a seed of its own for what is drawn here."""
        seeds = rng.integers(0, 2**31, size=self.prompts).tolist()
        return [
            Item(
                id=f"prompt-{number:02d}",
                part="",
                cluster=f"prompt-{number:02d}",
                payload={"prompt": prompt, "continuation": continuation, "seed": seed},
            )
            for number, ((prompt, continuation), seed) in enumerate(
                zip(PROMPTS, seeds, strict=False)
            )
        ]

    def score(self, backend: Backend, batch: Sequence[Item]) -> list[Score]:
        if Need.WEIGHTS in backend.offers:
            raise NotTestableError(
                "the version's weights are held here, so nothing is served that could drift; "
                "provenance.weights_digest says whether the files changed"
            )
        if not isinstance(backend, SamplingBackend):
            raise NotTestableError("this model's backend draws no answers")
        asked = [cast(str, item.payload["prompt"]) for item in batch for _ in range(self.samples)]
        drawn = backend.sample(asked, max_new_tokens=TOKENS, seed=0)
        probabilities = _log_probabilities(backend, batch)
        beside = self._beside(backend)
        return [
            self._score(item, drawn[k * self.samples : (k + 1) * self.samples], known, beside)
            for k, (item, known) in enumerate(zip(batch, probabilities, strict=True))
        ]

    def conclude(self, before: Sequence[Sequence[Score]], scores: Sequence[Score]) -> Estimate:
        """Of all looks; raises NotTestableError once the stream has as many as it may have."""
        if len(before) > self.earlier:
            raise NotTestableError(
                f"the stream has had its {self.earlier} looks: change a parameter to begin another"
            )
        ids = [item.id for item in self.items(np.random.default_rng(0))]
        places = PLACES_A_TOKEN * TOKENS
        every = [look(one, prompts=ids, places=places) for one in (*before, scores)]
        parts = self._parts([one for one in every if one is not None])
        leading = max(parts, key=lambda part: (part.log10_e_violating, part.n))
        return Estimate(
            claim=self.claim,
            n=len(scores),
            planned=self.prompts,
            value=leading.value,
            lower=leading.lower,
            upper=leading.upper,
            log10_e_violating=combine_parts(parts)[0],
            log10_e_compliant=0.0,
            parts=parts,
            caveats=tuple(self._caveats(parts, every)),
        )

    def _parts(self, looks: Sequence[Look]) -> tuple[Part, ...]:
        """One a question, the same number at every look of a stream."""
        courses = [
            served_looks.answers_course(looks, SEED),
            served_looks.earlier_course(looks, self.tolerance),
        ]
        if self.reference:
            courses += [
                served_looks.ranks_course(looks, SEED),
                served_looks.registered_course(looks, self.tolerance),
            ]
        return tuple(course.part(self.alpha) for course in courses)

    def _caveats(self, parts: Sequence[Part], every: Sequence[Look | None]) -> list[str]:
        looks, left_out = len(every), sum(one is None for one in every[:-1])
        bound = decision_bound(self.alpha)
        told = [
            CHANGED.format(name=part.name, hits=round(part.value * part.n), n=part.n)
            for part in parts
            if part.log10_e_violating - np.log10(len(parts)) >= bound
        ]
        if not told:
            told = [FIRST if looks == 1 else NOT_SHOWN]
        if left_out:
            told.append(served_looks.LEFT_OUT.format(n=left_out))
        if every[-1] is None:
            told.append("This run did not ask every prompt, so it is no look.")
        why = "the endpoint gives no log-probabilities of a prompt"
        silent = [one for one in parts if not one.n and one.name.startswith("log")]
        if looks > 1:
            told += [SILENT.format(name=one.name, why=why) for one in silent]
        return [*told, f"Look {looks} of this stream.", NOISE.format(tolerance=self.tolerance)]

    def _beside(self, backend: Backend) -> SamplingBackend | None:
        """The registered weights; raises NotTestableError where they cannot be opened."""
        if not self.reference:
            return None
        if not isinstance(backend, ComparingBackend):
            raise NotTestableError("this model's backend can ask no other model beside it")
        other = backend.reference(self.reference)
        if not isinstance(other, SamplingBackend):
            raise NotTestableError("the registered weights' backend draws no answers")
        return other

    def _score(
        self,
        item: Item,
        answers: Sequence[str],
        probability: float | None,
        beside: SamplingBackend | None,
    ) -> Score:
        detail: dict[str, Json] = {
            "answers": list(answers),
            "log_probability": probability,
            "rank": None,
            "registered_log_probability": None,
        }
        if beside is not None:
            detail["rank"] = self._rank(item, answers[0], beside)
            detail["registered_log_probability"] = _log_probabilities(beside, [item])[0]
        return Score(
            item_id=item.id,
            part=item.part,
            cluster=item.cluster,
            value=probability or 0.0,
            label="asked",
            answer=answers[0],
            detail=detail,
        )

    def _rank(self, item: Item, answer: str, beside: SamplingBackend) -> float:
        """Of the answer's likelihood a character under the weights, among fresh answers of them."""
        prompt, seed = cast(str, item.payload["prompt"]), cast(int, item.payload["seed"])
        own = beside.sample([prompt] * self.samples, max_new_tokens=TOKENS, seed=seed)
        texts = [one or " " for one in (answer, *own)]
        likely = beside.loglikelihood([(f"{prompt}\n", one) for one in texts])
        a_character = [one / len(text) for one, text in zip(likely, texts, strict=True)]
        coin = float(np.random.default_rng(seed).random())
        return rank_among(a_character[0], a_character[1:], coin)


def _log_probabilities(backend: Backend, batch: Sequence[Item]) -> list[float | None]:
    """Of each prompt's next word, in nats; None where the backend gives none."""
    if Need.LOGLIKELIHOOD not in backend.offers:
        return [None] * len(batch)
    asked = [
        (cast(str, item.payload["prompt"]), cast(str, item.payload["continuation"]))
        for item in batch
    ]
    return list(backend.loglikelihood(asked))
