"""The contract of a stress test and of a backend.

A stress test is a small decorated factory. Its keyword parameters, all with JSON-able
defaults, are its spec; what it returns is a ``Procedure``. Spec + seed rebuild a run to the
bit: a procedure never reads clock, network, database or global random state.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, cast, runtime_checkable

import numpy as np

from compliance.domain.canonical import Json
from compliance.domain.errors import InvalidInputError
from compliance.domain.items import Item, Score
from compliance.domain.specs import StressTestSpec
from compliance.domain.statistics.planning import Banks, NothingToPlan
from compliance.domain.verdicts import Claim, Estimate
from compliance.domain.vocabulary import Kind, Need
from workers.datasets.registry import Dataset
from workers.model_contents import WeightsReader

__all__ = [
    "NOT_DECLARED",
    "Audit",
    "Backend",
    "ComparingBackend",
    "DataCard",
    "FilesBackend",
    "Identity",
    "Item",
    "Labels",
    "Procedure",
    "SamplingBackend",
    "Score",
    "StressTest",
    "WeightsReader",
    "stress_test",
]


@runtime_checkable
class Backend(Protocol):
    """A model that can be asked. It raises NotTestableError for what it does not offer."""

    offers: frozenset[Need]

    @property
    def tokens(self) -> int:
        """Tokens read and written since the backend was opened."""

    def environment(self) -> Mapping[str, Json]:
        """Library versions, dtype, device and threads that the numbers depend on."""

    def loglikelihood(self, requests: Sequence[tuple[str, str]]) -> list[float]:
        """Sum of log-probabilities (nats) of each continuation after its context."""

    def generate(self, prompts: Sequence[str], *, max_new_tokens: int) -> list[str]:
        """Greedy answers to user messages, chat template applied, special tokens removed."""

    def weights(self, digest: str | None = None) -> WeightsReader:
        """The subject's weights, or those of the reference registered under ``digest``."""


@runtime_checkable
class ComparingBackend(Backend, Protocol):
    """A backend that can ask another registered model as well."""

    def reference(self, digest: str) -> Backend:
        """The model whose weights are registered under ``digest``.

        Raises:
            NotTestableError: it is not among the references that were given.
        """


@runtime_checkable
class FilesBackend(Backend, Protocol):
    """A backend of weights held here, which shows what lies beside them."""

    def file_digests(self) -> Mapping[str, str]:
        """File name to lowercase hex SHA-256 of the bytes as they lie there now."""

    def file(self, name: str, *, max_bytes: int) -> bytes:
        """A file of the model's folder as it is.

        Raises:
            NotTestableError: there is none of that name, or it is larger.
        """


@runtime_checkable
class SamplingBackend(Backend, Protocol):
    """A backend whose answers can be drawn at random."""

    def sample(self, prompts: Sequence[str], *, max_new_tokens: int, seed: int) -> list[str]:
        """One answer to each user message at temperature 1.

        Args:
            seed: of the draw, where the model runs here; an endpoint draws by itself.
        """


@dataclass(frozen=True, slots=True)
class DataCard:
    """Where a test's items come from and what they cannot show.

    Attributes:
        datasets: the public files its items are read from, with digests; none where Assay brings
            the items itself. Without them the test is not testable and not offered.
    """

    name: str
    version: str
    size: int
    licence: str
    description: str
    limits: str
    datasets: tuple[Dataset, ...] = ()


@dataclass(frozen=True, slots=True)
class Labels:
    """What people say: item id to one of the audit's words, for the first of the items drawn.

    ``drawn`` counts the items that were drawn among those asked, labelled or not.
    """

    outcomes: Mapping[str, str]
    drawn: int


@dataclass(frozen=True, slots=True)
class Audit:
    """How people correct a test's judge.

    They label the items at ``statistics.audited_bank.drawn(seed, planned, share)`` in the committed
    order, with the answer and without the judge's outcome; ``workers.labelling`` folds labels in.

    Attributes:
        share: chance of each item to be drawn.
        words: the answers that people may give to ``question``, and what each means.
    """

    share: float
    question: str
    words: Mapping[str, str]
    conclude: Callable[[Sequence[Score], Labels], Estimate]


NOT_DECLARED = NothingToPlan("the test declares nothing to plan with")


@dataclass(frozen=True, slots=True)
class Procedure:
    """What a factory returns.

    ``items(rng)`` gives the plan in the committed order, ``score(backend, batch)`` answers in
    the batch's order, ``conclude(scores)`` is a pure function that calls
    ``compliance.domain.statistics``.
    """

    claim: Claim
    items: Callable[[np.random.Generator], list[Item]]
    score: Callable[[Backend, Sequence[Item]], list[Score]]
    conclude: Callable[[Sequence[Score]], Estimate]
    batch_size: int = 16
    minimum_items: int = 0
    """A sequential run looks at its verdict only after this many items."""
    stops_early: bool = False
    lead: bool = False
    """Whether it is known before the first answer that it can find leads alone: such a claim has no
    place in the error budget."""
    planning: Banks | NothingToPlan = NOT_DECLARED
    """What its verdict is made of, for who wants to know beforehand what a run would come to."""
    audit: Audit | None = None
    """Whether, and how, people's labels enter the verdict."""
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The values that a parameter may have on this machine, where those are few and named."""
    conclude_after: Callable[[Sequence[Sequence[Score]], Sequence[Score]], Estimate] | None = None
    """In place of ``conclude``, for a claim about all runs of a stream: the scores of earlier ones,
    oldest first, and this one's. Each run draws its items anew."""
    read_answer: Callable[[Item, str], Score] | None = None
    """The score of an answer that somebody recorded as text; None where scores need the model."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What the catalogue says about a stress test; it never changes within a version."""

    name: str
    version: int
    kind: Kind
    title: str
    needs: frozenset[Need]
    data_card: DataCard
    sources: tuple[str, ...]
    """Papers, laws and standards the test is built from."""


@dataclass(frozen=True, slots=True)
class StressTest:
    """An identity with the factory that builds its procedure."""

    identity: Identity
    factory: Callable[..., Procedure]

    @property
    def defaults(self) -> dict[str, Json]:
        parameters = inspect.signature(self.factory).parameters.values()
        return {parameter.name: parameter.default for parameter in parameters}

    @property
    def claim_docstring(self) -> str:
        return inspect.getdoc(self.factory) or ""

    @property
    def module_file(self) -> str:
        return inspect.getsourcefile(self.factory) or ""

    def spec(self, **parameters: Json) -> StressTestSpec:
        """This test's spec with every parameter written out."""
        return StressTestSpec(self.identity.name, self.identity.version, self._checked(parameters))

    def build(self, parameters: Mapping[str, Json]) -> Procedure:
        """The procedure for these parameters.

        Raises:
            InvalidInputError: a parameter this version does not know, or of another JSON type
                than its default.
        """
        return self.factory(**self._checked(parameters))

    def _checked(self, parameters: Mapping[str, Json]) -> dict[str, Json]:
        unknown = sorted(set(parameters) - set(self.defaults))
        if unknown:
            raise InvalidInputError(
                field=f"parameters.{unknown[0]}",
                problem=f"{self.identity.name} has no such parameter",
                fix=f"Use one of {', '.join(sorted(self.defaults))}",
            )
        typed = {name: self._typed(name, value) for name, value in parameters.items()}
        return {**self.defaults, **typed}

    def _typed(self, name: str, value: Json) -> Json:
        """The value, in the JSON type of the parameter's default; a default of None takes all."""
        default = self.defaults[name]
        if isinstance(default, float) and _json_type(value) == "integer":
            return float(cast(int, value))
        if default is None or _json_type(value) == _json_type(default):
            return value
        raise InvalidInputError(
            field=f"parameters.{name}",
            problem=f"{value!r} is not of the type that {self.identity.name} expects",
            fix=f"Write it like {default!r}",
        )


def _json_type(value: object) -> str:
    if value is None or isinstance(value, bool | str):
        return type(value).__name__
    if isinstance(value, int):
        return "integer"
    if isinstance(value, float):
        return "number" if math.isfinite(value) else "no JSON"
    return "object" if isinstance(value, Mapping) else "array"


def stress_test(
    name: str,
    *,
    version: int,
    title: str,
    needs: Iterable[Need],
    data_card: DataCard,
    sources: Iterable[str],
) -> Callable[[Callable[..., Procedure]], StressTest]:
    """Turn a factory into a stress test; the kind is the name's first word."""

    def decorate(factory: Callable[..., Procedure]) -> StressTest:
        identity = Identity(
            name=name,
            version=version,
            kind=Kind(name.partition(".")[0]),
            title=title,
            needs=frozenset(needs),
            data_card=data_card,
            sources=tuple(sources),
        )
        return StressTest(identity=identity, factory=factory)

    return decorate
