"""What the process of a model answers: questions by name, and refusals as data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from traceback import format_exc
from typing import TYPE_CHECKING, Any, TypeAlias

from compliance.domain.canonical import Json
from compliance.domain.errors import InvalidInputError, NotTestableError
from compliance.domain.specs import Subject
from workers.backends.kept import KeptModels
from workers.backends.memory import bytes_needed
from workers.backends.transformers_local import TransformersLocal, parameters_of
from workers.model_contents import WeightsReader

if TYPE_CHECKING:
    import numpy as np

Found: TypeAlias = "tuple[Json, list[np.ndarray]]"
_OUT_OF_MEMORY = ("can't allocate memory", "Cannot allocate memory", "out of memory")


class Answers:
    """The one model of this process, opened at the first question."""

    def __init__(self, location: str, label: str) -> None:
        self._subject = Subject(label, location)
        self._model: TransformersLocal | None = None
        self._known: Mapping[str, Callable[[Any], Found]] = {
            "open": self._open,
            "environment": self._environment,
            "numerics": self._numerics,
            "loglikelihood": self._loglikelihood,
            "generate": self._generate,
            "sample": self._sample,
            "activations": self._activations,
            "next_tokens": self._next_tokens,
            "config": self._config,
            "names": self._names,
            "tensor": self._tensor,
        }

    def to(self, asked: Any) -> tuple[Json, list[np.ndarray]]:
        """The answer to one question, or why there is none."""
        try:
            found, arrays = self._known[asked["ask"]](asked)
            return {"found": found, "taken": self._taken()}, arrays
        except Exception as error:  # the worker decides what becomes of it
            return {"refused": _refusal(error), "taken": self._taken()}, []

    @property
    def _local(self) -> TransformersLocal:
        if self._model is None:
            self._model = TransformersLocal(self._subject, (), kept=KeptModels())
        return self._model

    def _taken(self) -> int:
        model = self._model
        return bytes_needed(parameters_of(model.files)) if model and model.loaded else 0

    def _open(self, asked: Any) -> Found:
        return {"needed": bytes_needed(parameters_of(self._local.files))}, []

    def _environment(self, asked: Any) -> Found:
        return dict(self._local.computed()), []

    def _numerics(self, asked: Any) -> Found:
        return dict(self._local.computing()), []

    def _loglikelihood(self, asked: Any) -> Found:
        before = self._local.tokens
        requests = [(context, continuation) for context, continuation in asked["requests"]]
        numbers = self._local.loglikelihood(requests)
        return {"answers": list(numbers), "tokens": self._local.tokens - before}, []

    def _generate(self, asked: Any) -> Found:
        before = self._local.tokens
        texts = self._local.generate(asked["prompts"], max_new_tokens=asked["max_new_tokens"])
        return {"answers": list(texts), "tokens": self._local.tokens - before}, []

    def _sample(self, asked: Any) -> Found:
        before = self._local.tokens
        texts = self._local.sample(
            asked["prompts"], max_new_tokens=asked["max_new_tokens"], seed=asked["seed"]
        )
        return {"answers": list(texts), "tokens": self._local.tokens - before}, []

    def _activations(self, asked: Any) -> Found:
        before = self._local.tokens
        found = self._local.mlp_activations(asked["texts"])
        ends: Json = [list(end) for end in found.ends]
        arrays = [one for layer in found.layers for one in layer]
        return {"ends": ends, "tokens": self._local.tokens - before}, arrays

    def _next_tokens(self, asked: Any) -> Found:
        before = self._local.tokens
        found = self._local.next_tokens(asked["texts"], wanted=asked["wanted"])
        about: dict[str, Json] = {"vocabulary": list(found.vocabulary)}
        return about | {"tokens": self._local.tokens - before}, [found.log_probabilities]

    def _config(self, asked: Any) -> Found:
        return dict(self._weights.config()), []

    def _names(self, asked: Any) -> Found:
        return list(self._weights.names()), []

    def _tensor(self, asked: Any) -> Found:
        reader, name, rows = self._weights, asked["name"], asked["rows"]
        return None, [reader.tensor(name) if rows is None else reader.rows(name, rows)]

    @property
    def _weights(self) -> WeightsReader:
        return self._local.weights()


def _refusal(error: Exception) -> dict[str, Json]:
    if isinstance(error, MemoryError) or any(part in str(error) for part in _OUT_OF_MEMORY):
        return {"kind": "memory"}
    if isinstance(error, InvalidInputError):
        about = {"field": error.field, "problem": error.problem, "fix": error.fix}
        return {"kind": "input", **about}
    if isinstance(error, NotTestableError):
        return {"kind": "not_testable", "text": str(error)}
    lines = str(error).strip().splitlines() or ["no message"]
    return {"kind": "failed", "text": f"{type(error).__name__}: {lines[0]}\n{format_exc()}"}
