"""A suspect among control models: how close each is to an accused one, and the suspect's rank.

The unit is the model. However many prompts are asked, there is one suspect, and no rank among n
controls is smaller than 1/(n + 1).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, cast

import numpy as np

from compliance.domain.canonical import Json
from compliance.domain.errors import InvalidInputError, NotFoundError, NotTestableError
from compliance.domain.statistics.betting import population_mean
from compliance.domain.statistics.planning import NothingToPlan
from compliance.domain.statistics.ranks import controls_needed, log10_e_place, places, rank_p
from compliance.domain.verdicts import Claim, Estimate, Part
from compliance.domain.vocabulary import Scope
from workers.contract import Backend, ComparingBackend, Item, Procedure, Score
from workers.stress_tests.provenance.references import (
    NOT_COMPARABLE,
    Reference,
    Role,
    not_compared,
    reasons_told,
)

CLOSER = "Closer to the accused model than {above} of {n} controls: {p}."
RANK = "rank p-value {p:.3g}"
NOT_SHOWN = "Not shown: {above} of {n} controls are less close to the accused model; {p}."
EXCHANGEABLE = (
    "The rank is right where the controls do not derive from the accused model and are as near to "
    "it as the suspect would be, had it been made alone: the same architecture, size, data and "
    "fine-tuning, one for each maker or seed. Nothing here checks that."
)
UNMATCHED = (
    "A lead: nobody says that the controls are made like the suspect. Where it read what the "
    "accused model read and the controls did not, nearly every independent suspect was closest."
)
MATCHED = (
    "It rests on the word of whoever ran the test that the controls are made like the suspect."
)
FEW = (
    "A lead: with {n} controls no rank is below {least:.3g}; a verdict at {alpha:g} takes at least "
    "{needed} of them."
)
DECLARED = "A lead: the version declares this descent, so that it is close is no contradiction."
PROMPTS_ALONE = "Intervals say how far other prompts could move a share; the rank needs none."


class Closeness(Protocol):
    """How close a model is to an accused one, from 0 to 1, prompt by prompt."""

    def of(self, model: Backend, accused: Backend, prompts: Sequence[str]) -> list[float]:
        """One value a prompt.

        Raises:
            NotTestableError: the two cannot be compared, with the reason.
        """


@dataclass(frozen=True, slots=True)
class Ranking:
    """What is ranked.

    Attributes:
        known: the accused, its controls, and others that may be neither.
        accused: label or digest of one of them.
        controls: labels or digests of those that serve as controls; empty for every other one that
            is no declared relative of the version.
        matched: whether somebody says that the controls are made like the suspect.
        size: prompts that one item holds.
        closeness: makes what measures anew, as it keeps what the accused said.
        told: what the test says of a suspect that was found, and of one that was not.
    """

    known: Sequence[Reference]
    accused: str
    controls: Sequence[str]
    matched: bool
    prompts: Sequence[str]
    size: int
    closeness: Callable[[], Closeness]
    claim: Claim
    told: tuple[str, str]

    def procedure(self) -> Procedure:
        closeness = self.closeness()
        return Procedure(
            claim=self.claim,
            items=self.items,
            score=lambda backend, batch: [self._score(closeness, backend, one) for one in batch],
            conclude=self.conclude,
            batch_size=1,
            lead=not self.matched,
            planning=NothingToPlan(
                "what a run finds depends on what was done to the model; the page of the test "
                "says what was found, and how many controls a verdict takes"
            ),
        )

    @property
    def parts(self) -> int:
        """Items of each model."""
        return -(-len(self.prompts) // self.size)

    def items(self, rng: np.random.Generator) -> list[Item]:
        """The suspect's, then those of each control in the order given: each is loaded once."""
        del rng
        accused, controls = self._chosen()
        return [
            Item(
                id=f"{one.digest}-{part:02d}",
                part=one.label,
                cluster=one.digest,
                payload={"digest": one.digest, "accused": accused.digest, "part": part},
            )
            for one in (accused, *controls)
            for part in range(self.parts)
        ]

    def conclude(self, scores: Sequence[Score]) -> Estimate:
        """The suspect's rank among the controls that were asked every prompt.

        Raises:
            NotTestableError: the suspect was not asked every prompt, or no control was.
        """
        asked = self._whole(scores)
        if len(asked) < 2 or asked[0][0].label != "suspect":
            raise NotTestableError(f"only {max(len(asked) - 1, 0)} controls could be compared")
        suspect, *rest = asked
        alpha = self.claim.alpha
        value, controls = _mean(suspect), [_mean(one) for one in rest]
        parts = tuple(_part(one, alpha) for one in asked)
        return Estimate(
            claim=replace(self.claim, limit=max(controls)),
            n=len(asked),
            planned=1 + len(self._chosen()[1]),
            value=value,
            lower=parts[0].lower,
            upper=parts[0].upper,
            log10_e_violating=log10_e_place(value, controls, alpha),
            log10_e_compliant=0.0,
            parts=parts,
            caveats=(*self._told(value, controls), *reasons_told(scores)),
            lead=not places(len(controls), alpha) or not self.matched or self._declared,
        )

    def _told(self, value: float, controls: Sequence[float]) -> list[str]:
        alpha, n, p_value = self.claim.alpha, len(controls), rank_p(value, controls)
        # Of too few controls to show anything, the highest place is told and not what it may mean.
        first, few = p_value <= max(alpha, 1 / (n + 1)), not places(n, alpha)
        above, p = sum(value > one for one in controls), RANK.format(p=p_value)
        told = [(CLOSER if first else NOT_SHOWN).format(above=above, n=n, p=p)]
        told += [] if first and few else [self.told[0] if first else self.told[1]]
        if few:
            needed = controls_needed(alpha)
            told.append(FEW.format(n=n, least=1 / (n + 1), alpha=alpha, needed=needed))
        told += [DECLARED] if self._declared else []
        return [*told, MATCHED if self.matched else UNMATCHED, EXCHANGEABLE, PROMPTS_ALONE]

    def _score(self, closeness: Closeness, backend: Backend, item: Item) -> Score:
        """The suspect's closeness on the accused's own item, else a control's."""
        digest, accused = cast(str, item.payload["digest"]), cast(str, item.payload["accused"])
        part, own = cast(int, item.payload["part"]), digest == accused
        if not isinstance(backend, ComparingBackend):
            raise NotTestableError("this model's backend can open no other model beside it")
        prompts = self.prompts[part * self.size : (part + 1) * self.size]
        try:
            model = backend if own else backend.reference(digest)
            found = closeness.of(model, backend.reference(accused), prompts)
        except (NotFoundError, InvalidInputError, NotTestableError) as error:
            if own:
                raise NotTestableError(str(error)) from error
            return not_compared(item, error)
        detail: dict[str, Json] = {"prompts": [*found]}
        label, value = "suspect" if own else "control", sum(found) / len(found)
        return Score(item.id, item.part, item.cluster, value, label, detail=detail)

    def _chosen(self) -> tuple[Reference, list[Reference]]:
        """The accused and its controls; raises NotTestableError."""
        accused = self._named(self.accused) if self.accused else None
        if accused is None:
            raise NotTestableError("nobody is accused: name one of the references in 'accused'")
        named = [self._named(one) for one in self.controls]
        every = [one for one in self.known if one.role is Role.UNDECLARED]
        controls = [one for one in (named or every) if one is not None and one is not accused]
        if not controls or None in named:
            raise NotTestableError(
                "there are no controls: give models that do not derive from the accused one as "
                "references, and name them in 'controls'"
            )
        return accused, [*dict.fromkeys(controls)]

    def _named(self, name: str) -> Reference | None:
        return next((one for one in self.known if name in (one.label, one.digest)), None)

    @property
    def _declared(self) -> bool:
        return self._chosen()[0].role is not Role.UNDECLARED

    def _whole(self, scores: Sequence[Score]) -> list[list[Score]]:
        """Scores by model, the suspect's first, of those that were compared on every prompt."""
        models: dict[str, list[Score]] = {}
        for score in scores:
            if score.label != NOT_COMPARABLE:
                models.setdefault(score.cluster, []).append(score)
        return [one for one in models.values() if len(one) == self.parts]


def ranked_claim(statement: str, statistic: str, alpha: float, prompts: str) -> Claim:
    """A claim on one model: its population are models, whatever was asked of them."""
    return Claim(
        statement=statement,
        population=f"models made like the controls, asked {prompts}",
        statistic=statistic,
        limit=1.0,
        limit_source="the closest of the controls given (rank among exchangeable models)",
        alpha=alpha,
        unit="model",
        scope=Scope.POPULATION,
    )


def names(value: object, field: str) -> list[str]:
    """A parameter that lists labels or digests.

    Raises:
        InvalidInputError: it is no list of texts.
    """
    if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
        raise InvalidInputError(
            field=f"parameters.{field}",
            problem="must be a list of labels or digests",
            fix='Write ["northwind/smol 1.0"], or [] for all that are not declared relatives',
        )
    return value


def _values(scores: Sequence[Score]) -> list[float]:
    return [one for score in scores for one in cast(list[float], score.detail["prompts"])]


def _mean(scores: Sequence[Score]) -> float:
    return float(np.mean(_values(scores)))


def _part(scores: Sequence[Score], alpha: float) -> Part:
    """Bounds of the mean over prompts, as if they were drawn: a description."""
    values = _values(scores)
    found = population_mean(values, limit=0.5, alpha=alpha)
    label = scores[0].label
    return Part(
        scores[0].part, len(values), _mean(scores), found.lower, found.upper, 0.0, 0.0, label
    )
