"""A backend that asks its model nothing twice, over all runs: answers come from an answer store.

The last bits of a log-likelihood depend on which requests are read together, so the unit of the
store is the whole call, not the request: an entry is what this very set of requests gave, and a
run that finds half of its batches there has the same bits as one that finds none. The seed
of a version and spec is fixed (docs/adr/0005-derived-seeds.md), so its batches come again.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import Protocol, TypeVar, cast

from compliance.domain.canonical import Json, digest
from workers import scoring
from workers.backends.answer_store import AnswerStore
from workers.contract import Backend, ComparingBackend, SamplingBackend, WeightsReader
from workers.model_contents import Activations, ActivationsSource, NextTokens, NextTokensSource

T = TypeVar("T", float, str)


class Rememberable(
    ComparingBackend, SamplingBackend, ActivationsSource, NextTokensSource, Protocol
):
    """A local model: its answers follow from what it can name."""

    def numerics(self) -> Mapping[str, Json]:
        """Everything that the bits of its answers depend on, without loading the model."""


class Remembering:
    """``inner``, with its answers kept in ``store``; tokens of kept answers count as spent."""

    def __init__(self, inner: Rememberable, store: AnswerStore) -> None:
        self.offers = inner.offers
        self._inner, self._store = inner, store
        self._tokens = self._calls = self._kept = 0
        self._about: dict[str, Json] = {}

    @property
    def tokens(self) -> int:
        """Tokens that these answers take, so that a budget ends every run at the same place."""
        return self._inner.tokens + self._tokens

    def environment(self) -> Mapping[str, Json]:
        if not self._calls:
            return self._inner.environment()
        said = f"{self._kept} of {self._calls} batches"
        return {**self._about, **self._inner.environment(), "answers_from_store": said}

    def loglikelihood(self, requests: Sequence[tuple[str, str]]) -> list[float]:
        distinct = sorted(set(requests))
        asked: Json = {"loglikelihood": [list(one) for one in distinct]}

        def ask() -> list[float]:
            found = dict(zip(requests, self._inner.loglikelihood(requests), strict=True))
            return [found[one] for one in distinct]

        known = dict(zip(distinct, self._answers(asked, len(distinct), ask, _number), strict=True))
        return [known[one] for one in requests]

    def generate(self, prompts: Sequence[str], *, max_new_tokens: int) -> list[str]:
        asked: Json = {"generate": list(prompts), "max_new_tokens": max_new_tokens}
        return self._answers(
            asked,
            len(prompts),
            lambda: self._inner.generate(prompts, max_new_tokens=max_new_tokens),
            _text,
        )

    # Not kept: what is drawn is asked anew at each look, activations and log-probabilities of all
    # tokens are large, and a reference's answers would need a key of their own.
    def sample(self, prompts: Sequence[str], *, max_new_tokens: int, seed: int) -> list[str]:
        return self._inner.sample(prompts, max_new_tokens=max_new_tokens, seed=seed)

    def mlp_activations(self, texts: Sequence[str], digest: str | None = None) -> Activations:
        return self._inner.mlp_activations(texts, digest)

    def next_tokens(self, texts: Sequence[str], *, wanted: int) -> NextTokens:
        return self._inner.next_tokens(texts, wanted=wanted)

    def reference(self, digest: str) -> Backend:
        return self._inner.reference(digest)

    def weights(self, digest: str | None = None) -> WeightsReader:
        return self._inner.weights(digest)

    def _answers(
        self, asked: Json, number: int, ask: Callable[[], list[T]], read: Callable[[Json], T | None]
    ) -> list[T]:
        key = digest({"numerics": self._numerics, "asked": asked})
        self._calls += 1
        kept = self._store.get(key)
        if isinstance(kept, dict) and (answers := _checked(kept, number, read)) is not None:
            self._kept += 1
            self._tokens += cast(int, kept["tokens"])
            self._about |= cast(dict[str, Json], kept["environment"])
            return answers
        before = self._inner.tokens
        answers = ask()
        content: dict[str, Json] = {
            "answers": list(answers),
            "tokens": self._inner.tokens - before,
            "environment": dict(self._inner.environment()),
        }
        self._store.put(key, content)
        return answers

    @cached_property
    def _numerics(self) -> dict[str, Json]:
        return {**self._inner.numerics(), "scoring": _scoring_digest()}


def _checked(
    kept: Mapping[str, Json], number: int, read: Callable[[Json], T | None]
) -> list[T] | None:
    """The answers of an entry that is whole; None of any other."""
    answers, tokens = kept.get("answers"), kept.get("tokens")
    if not isinstance(answers, list) or len(answers) != number or not isinstance(tokens, int):
        return None
    if not isinstance(kept.get("environment"), dict):
        return None
    found = [one for one in map(read, answers) if one is not None]
    return found if len(found) == number else None


def _number(value: Json) -> float | None:
    return value if isinstance(value, float) and math.isfinite(value) else None


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) else None


@cache
def _scoring_digest() -> str:
    """Of the code that scores: another way to lay requests out gives other last bits."""
    files = sorted(Path(scoring.__path__[0]).glob("*.py"))
    return digest({one.name: hashlib.sha256(one.read_bytes()).hexdigest() for one in files})
