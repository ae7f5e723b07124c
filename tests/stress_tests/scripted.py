"""A backend that says what it was told to say: for the logic of procedures only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from compliance.domain.canonical import Json
from compliance.domain.errors import NotTestableError
from compliance.domain.vocabulary import Need
from workers.model_contents import WeightsReader


def silent(prompt: str) -> str:
    return ""


def indifferent(context: str, continuation: str) -> float:
    return -float(len(continuation))


class ScriptedBackend:
    """Answers by ``answer(prompt)`` and ``loglikelihood(context, continuation)``."""

    offers = frozenset((Need.GENERATE, Need.LOGLIKELIHOOD))

    def __init__(
        self,
        answer: Callable[[str], str] = silent,
        loglikelihood: Callable[[str, str], float] = indifferent,
    ) -> None:
        self._answer, self._loglikelihood = answer, loglikelihood
        self.tokens = 0

    def environment(self) -> Mapping[str, Json]:
        return {"backend": "scripted"}

    def loglikelihood(self, requests: Sequence[tuple[str, str]]) -> list[float]:
        self.tokens += sum(len(context) + len(more) for context, more in requests)
        return [self._loglikelihood(*request) for request in requests]

    def generate(self, prompts: Sequence[str], *, max_new_tokens: int) -> list[str]:
        self.tokens += sum(map(len, prompts))
        return [self._answer(prompt) for prompt in prompts]

    def weights(self, digest: str | None = None) -> WeightsReader:
        raise NotTestableError("a scripted backend has no weights")
