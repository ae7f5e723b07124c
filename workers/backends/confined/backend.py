"""A backend whose model lives in a process of its own, which holds nothing worth stealing.

The worker asks, counts, keeps and records; what it is told it checks as it would a stranger's word,
for whoever took the process over by a model's files could say anything.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, cast

import numpy as np

from compliance.domain.canonical import Json
from compliance.domain.errors import NotTestableError
from compliance.domain.specs import Subject
from compliance.domain.vocabulary import Need
from workers.backends.confined.errors import ModelProcessError
from workers.backends.confined.pool import ModelProcesses
from workers.backends.confined.process import ModelProcess
from workers.backends.files import ModelFiles, model_files, registered_files
from workers.backends.transformers_local import libraries
from workers.model_contents import Activations, NextTokens, WeightsReader
from workers.scoring.text import storable


class Confined:
    """Local weights, opened in a process of their own.

    Args:
        references: other weights by the digests registered for them, each in its own process.
        processes: where processes outlive the backend.

    Raises:
        InvalidInputError: nothing there that may be opened.
    """

    def __init__(
        self, subject: Subject, references: Sequence[Subject], *, processes: ModelProcesses
    ) -> None:
        self.offers = frozenset(
            {Need.LOGLIKELIHOOD, Need.GENERATE, Need.WEIGHTS, Need.HIDDEN_STATES}
        )
        self._subject, self._processes = subject, processes
        self._references = {one.weights_digest: one for one in references}
        self._files = model_files(subject.location)
        self._tokens, self._asked = 0, False
        self._beside: dict[str, Confined] = {}

    @property
    def tokens(self) -> int:
        return self._tokens + sum(other.tokens for other in self._beside.values())

    def environment(self) -> Mapping[str, Json]:
        found = _object(self._process.ask("environment")[0]) if self._asked else {}
        files: Json = {**self._digests}
        return {
            **found,
            **libraries(),
            "files": files,
            "weights_digest": self._subject.weights_digest,
        }

    def numerics(self) -> Mapping[str, Json]:
        """What the bits of answers depend on; the digests are the worker's own."""
        found, _ = self._process.ask("numerics")
        return {**_object(found), "files": {**self._digests}}

    def loglikelihood(self, requests: Sequence[tuple[str, str]]) -> list[float]:
        asked: Json = [list(one) for one in requests]
        answers = self._answers("loglikelihood", len(requests), requests=asked)
        if not all(isinstance(one, float) and math.isfinite(one) for one in answers):
            raise ModelProcessError("the model's process gave something else than numbers")
        return answers

    def generate(self, prompts: Sequence[str], *, max_new_tokens: int) -> list[str]:
        return self._texts("generate", prompts, max_new_tokens=max_new_tokens)

    def sample(self, prompts: Sequence[str], *, max_new_tokens: int, seed: int) -> list[str]:
        return self._texts("sample", prompts, max_new_tokens=max_new_tokens, seed=seed)

    def _texts(self, what: str, prompts: Sequence[str], **about: Json) -> list[str]:
        asked: Json = list(prompts)
        answers = self._answers(what, len(prompts), prompts=asked, **about)
        if not all(isinstance(one, str) for one in answers):
            raise ModelProcessError("the model's process gave something else than texts")
        return [storable(one) for one in answers]

    def mlp_activations(self, texts: Sequence[str], digest: str | None = None) -> Activations:
        if digest is not None:
            return self._other(digest).mlp_activations(texts)
        found, arrays = self._loaded().ask("activations", texts=list(texts))
        self._spend(found)
        try:
            ends = tuple((int(text), int(end)) for text, end in found["ends"])
            layers = tuple(zip(arrays[::2], arrays[1::2], strict=True))
        except (KeyError, TypeError, ValueError) as error:
            raise ModelProcessError("the model's process gave no activations") from error
        if any(one.ndim != 2 or len(one) != len(ends) for one in arrays):
            raise ModelProcessError("the model's process gave activations of other shapes")
        if not all(np.isfinite(one).all() for one in arrays):
            raise NotTestableError("the model's activations are not finite numbers")
        return Activations(ends, layers)

    def next_tokens(self, texts: Sequence[str], *, wanted: int) -> NextTokens:
        found, arrays = self._loaded().ask("next_tokens", texts=list(texts), wanted=wanted)
        self._spend(found)
        told = _object(found).get("vocabulary")
        vocabulary = [str(one) for one in told] if isinstance(told, list) else []
        if [one.shape for one in arrays] != [(len(texts), len(vocabulary))]:
            raise ModelProcessError("the model's process gave no log-probabilities of all tokens")
        if not np.isfinite(arrays[0]).all():
            raise NotTestableError("the model's log-probabilities are not finite numbers")
        return NextTokens(tuple(vocabulary), arrays[0])

    def weights(self, digest: str | None = None) -> WeightsReader:
        if digest is not None:
            return self._other(digest).weights()
        return ConfinedWeights(self._process, self._files, self._subject.label)

    def reference(self, digest: str) -> Confined:
        return self._other(digest)

    def file_digests(self) -> Mapping[str, str]:
        return self._digests

    def file(self, name: str, *, max_bytes: int) -> bytes:
        return self._files.content(name, max_bytes=max_bytes)

    def _other(self, digest: str) -> Confined:
        if digest not in self._references:
            raise NotTestableError(f"no reference is registered under the digest {digest}")
        if digest not in self._beside:
            reference = self._references[digest]
            registered_files(reference)
            other = Confined(reference, (), processes=self._processes)
            self._beside[digest] = other
        return self._beside[digest]

    def _answers(self, what: str, number: int, **about: Json) -> list[Any]:
        found, _ = self._loaded().ask(what, **about)
        self._spend(found)
        answers = found.get("answers")
        if not isinstance(answers, list) or len(answers) != number:
            raise ModelProcessError(f"the model's process gave no {number} answers")
        return answers

    def _spend(self, found: Any) -> None:
        tokens = _object(found).get("tokens")
        if type(tokens) is not int or tokens < 0:
            raise ModelProcessError("the model's process counted no tokens")
        self._tokens += tokens

    def _loaded(self) -> ModelProcess:
        """The process, with room for its model."""
        process = self._process
        self._processes.make_room(process)
        self._asked = True
        return process

    @property
    def _process(self) -> ModelProcess:
        return self._processes.of(self._subject, self._files)

    @cached_property
    def _digests(self) -> Mapping[str, str]:
        return self._files.digests()


class ConfinedWeights:
    """Tensors that the model's process reads; digests of files are computed here."""

    def __init__(self, process: ModelProcess, files: ModelFiles, label: str) -> None:
        self._process, self._files, self.label = process, files, label

    def config(self) -> Mapping[str, Json]:
        return _object(self._process.ask("config")[0])

    def names(self) -> Sequence[str]:
        return [str(name) for name in cast(list[Json], self._process.ask("names")[0])]

    def tensor(self, name: str) -> np.ndarray:
        return self.rows(name, None)

    def rows(self, name: str, count: int | None) -> np.ndarray:
        _, arrays = self._process.ask("tensor", name=name, rows=count)
        if len(arrays) != 1:
            raise ModelProcessError("the model's process gave no tensor")
        return arrays[0]

    def file_digests(self) -> Mapping[str, str]:
        return self._files.digests()


def _object(found: Any) -> dict[str, Json]:
    if not isinstance(found, dict):
        raise ModelProcessError("the model's process gave no object")
    return found
