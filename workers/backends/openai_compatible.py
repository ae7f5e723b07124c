"""A model behind an OpenAI-compatible HTTP API (vLLM, llama.cpp, hosted services).

The subject's location is the API's base URL, e.g. ``https://host/v1``. It serves the model that
``?model=NAME`` names, else the first that ``GET {base}/models`` lists. Answers come from
``POST {base}/chat/completions``; log-likelihoods from ``POST {base}/completions`` with ``echo`` and
``logprobs``, where a probe at the start shows that the server returns them. Log-probabilities of
all tokens are read by the tokens' numbers, as vLLM tells them (``return_tokens_as_token_ids``, and
``--max-logprobs`` at the size of the vocabulary).
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from itertools import pairwise
from math import isfinite
from threading import Lock
from urllib.parse import parse_qs, urlsplit

import numpy as np

from compliance.domain.canonical import Json
from compliance.domain.errors import InvalidInputError, NotTestableError, UnavailableError
from compliance.domain.specs import Subject
from compliance.domain.vocabulary import Need
from compliance.outbound.client import Answer, Limits, OutboundClient, OutboundError
from workers.backends.files import FIELD
from workers.backends.pace import Pace
from workers.contract import Backend
from workers.model_contents import NextTokens, WeightsReader
from workers.scoring.text import storable

CHARACTERS_A_TOKEN = 4
"""Counted for servers that report no usage."""
_LATER = frozenset({408, 425, 429})
SHOWN_CHARACTERS = 200
"""Of a server's own error message."""
_PROBE = ("One two", " three")
_NUMBERED = "token_id:"


class OpenAICompatible:
    """An endpoint; its weights cannot be read.

    Args:
        beside: opens registered weights by their digest, for tests that compare.

    Raises:
        InvalidInputError: the URL leads where it may not, or names no model.
        UnavailableError: the server cannot be reached, or is busy or broken.
    """

    def __init__(
        self,
        subject: Subject,
        *,
        allow_internal: bool,
        limits: Limits | None = None,
        beside: Callable[[str], Backend] | None = None,
    ) -> None:
        self._beside = beside
        split = urlsplit(subject.location)
        self._base = f"{split.scheme}://{split.netloc}{split.path}".rstrip("/")
        self._pace = Pace(subject.pace_seconds)
        self._at_once = subject.at_once
        self._tokens, self._counting = 0, Lock()
        self._client = OutboundClient(
            self._base, field=FIELD, allow_internal=allow_internal, limits=limits
        )
        named = parse_qs(split.query).get("model", [])
        self._model = named[0] if named else self._first_model()
        self.offers = frozenset({Need.GENERATE} | self._probe())

    @property
    def tokens(self) -> int:
        return self._tokens

    def environment(self) -> Mapping[str, Json]:
        return {
            "backend": "openai_compatible",
            "python": platform.python_version(),
            "httpx": version("httpx"),
            "endpoint": self._base,
            "model": self._model,
        }

    def loglikelihood(self, requests: Sequence[tuple[str, str]]) -> list[float]:
        if Need.LOGLIKELIHOOD not in self.offers:
            raise NotTestableError("the endpoint does not return log-probabilities of a prompt")
        distinct = sorted(set(requests))
        with ThreadPoolExecutor(self._at_once) as pool:
            found = dict(zip(distinct, pool.map(self._loglikelihood, distinct), strict=True))
        return [found[one] for one in requests]

    def generate(self, prompts: Sequence[str], *, max_new_tokens: int) -> list[str]:
        return self._answers(prompts, max_new_tokens, temperature=0)

    def sample(self, prompts: Sequence[str], *, max_new_tokens: int, seed: int) -> list[str]:
        del seed  # what an endpoint does with one is its own affair
        return self._answers(prompts, max_new_tokens, temperature=1)

    def next_tokens(self, texts: Sequence[str], *, wanted: int) -> NextTokens:
        with ThreadPoolExecutor(self._at_once) as pool:
            rows = list(pool.map(lambda text: self._next_token(text, wanted), texts))
        found = np.array(rows, dtype=np.float32).reshape(len(texts), wanted)
        return NextTokens((), found)

    def reference(self, digest: str) -> Backend:
        if self._beside is None:
            raise NotTestableError("no weights are given beside the endpoint")
        return self._beside(digest)

    def weights(self, digest: str | None = None) -> WeightsReader:
        raise NotTestableError("an endpoint does not show its weights")

    def _first_model(self) -> str:
        answer = self._reach("GET", "/models", None)
        if answer.status >= 500 or answer.status in _LATER:
            raise UnavailableError(f"{self._base}/models answered with status {answer.status}")
        listed = _at(_json(answer), "data", 0, "id") if answer.ok else None
        if not isinstance(listed, str):
            raise InvalidInputError(
                field=FIELD,
                problem=f"{self._base}/models lists no model (status {answer.status})",
                fix="Name it in the URL, like https://host/v1?model=NAME",
            )
        return listed

    def _probe(self) -> set[Need]:
        answer = self._reach("POST", "/completions", self._echoed("".join(_PROBE)))
        if not answer.ok:
            return set()
        try:
            return {Need.LOGLIKELIHOOD} if isfinite(_summed(answer, *_PROBE)) else set()
        except NotTestableError:  # also an answer that is no JSON: asked for real, it is said
            return set()

    def _answers(
        self, prompts: Sequence[str], max_new_tokens: int, *, temperature: int
    ) -> list[str]:
        def answer(prompt: str) -> str:
            return self._generate(prompt, max_new_tokens, temperature)

        with ThreadPoolExecutor(self._at_once) as pool:
            return list(pool.map(answer, prompts))

    def _generate(self, prompt: str, max_new_tokens: int, temperature: int) -> str:
        body: Json = {
            "model": self._model,
            "messages": [{"role": "user", "content": prompt}],
            "temperature": temperature,
            "max_tokens": max_new_tokens,
        }
        answer = self._post("/chat/completions", body)
        content = _at(_json(answer), "choices", 0, "message", "content")
        if not isinstance(content, str):
            raise NotTestableError("the endpoint's answer holds no choices[0].message.content")
        return storable(content).strip()

    def _loglikelihood(self, request: tuple[str, str]) -> float:
        if not request[0].strip():
            raise NotTestableError("an endpoint gives a text's first token no probability")
        return _summed(self._post("/completions", self._echoed("".join(request))), *request)

    def _next_token(self, text: str, wanted: int) -> list[float]:
        body: Json = {
            "model": self._model,
            "prompt": text,
            "temperature": 0,
            "max_tokens": 1,
            "logprobs": wanted,
            "return_tokens_as_token_ids": True,
        }
        found = _at(_json(self._post("/completions", body)), "choices", 0, "logprobs")
        return _by_number(_at(found, "top_logprobs", 0), wanted)

    def _echoed(self, text: str) -> Json:
        # One token is generated and dropped: several servers refuse to generate none.
        return {
            "model": self._model,
            "prompt": text,
            "temperature": 0,
            "max_tokens": 1,
            "echo": True,
            "logprobs": 1,
        }

    def _post(self, path: str, body: Json) -> Answer:
        answer = self._reach("POST", path, body)
        if answer.ok:
            self._count(answer, body)
            return answer
        why = answer.body.decode(errors="replace")[:SHOWN_CHARACTERS].strip()
        said = f"{self._base}{path} answered with status {answer.status}: {why}"
        if answer.status >= 500 or answer.status in _LATER:
            raise UnavailableError(said)
        raise NotTestableError(said)

    def _count(self, answer: Answer, asked: Json) -> None:
        used = _at(_json(answer), "usage", "total_tokens")
        guessed = (len(str(asked)) + len(answer.body)) // CHARACTERS_A_TOKEN
        with self._counting:
            self._tokens += used if isinstance(used, int) else guessed

    def _reach(self, method: str, path: str, body: Json) -> Answer:
        url = self._base + path
        self._pace.wait()
        try:
            return self._client.get(url) if method == "GET" else self._client.post(url, body)
        except OutboundError as error:
            raise UnavailableError(
                f"the endpoint does not answer: {error}", retry_after=error.retry_after
            ) from error


def _summed(answer: Answer, context: str, continuation: str) -> float:
    """Nats of the tokens that continue ``context``; trailing spaces belong to them.

    Raises:
        NotTestableError: the answer does not hold them.
    """
    found = _at(_json(answer), "choices", 0, "logprobs")
    logprobs, offsets = _at(found, "token_logprobs"), _at(found, "text_offset")
    if not isinstance(logprobs, list) or not isinstance(offsets, list):
        raise NotTestableError("the endpoint returns no log-probabilities of a prompt")
    start, end = len(context.rstrip()), len(context) + len(continuation)
    ends = [*(later for _, later in pairwise(offsets)), end + 1]
    within = [
        value
        for value, offset, last in zip(logprobs, offsets, ends, strict=False)
        if offset < end and last > start
    ]
    # The token that straddles the boundary counts, for part of the continuation is in it.
    if not within or not all(isinstance(one, float | int) and isfinite(one) for one in within):
        raise NotTestableError("the endpoint's log-probabilities do not cover the continuation")
    return float(sum(within))


def _by_number(told: object, wanted: int) -> list[float]:
    """Nats of the tokens 0 to ``wanted`` - 1, told under names like ``token_id:17``.

    Raises:
        NotTestableError: others are told, or fewer, or no finite numbers.
    """
    named = told if isinstance(told, dict) else {}
    values = [named.get(f"{_NUMBERED}{number}") for number in range(wanted)]
    finite = [float(one) for one in values if isinstance(one, float | int) and isfinite(one)]
    if len(finite) < wanted or len(named) > wanted:
        raise NotTestableError(
            f"the endpoint tells log-probabilities of {len(named)} next tokens, {len(finite)} of "
            f"them by their numbers, and those of all {wanted} are needed"
        )
    return finite


def _json(answer: Answer) -> object:
    try:
        return answer.json()
    except OutboundError as error:
        raise UnavailableError(f"the endpoint answers in no readable way: {error}") from error


def _at(value: object, *path: str | int) -> object:
    """What lies at ``path`` within JSON; None where nothing does."""
    for key in path:
        try:
            value = value[key]  # type: ignore[index]
        except (KeyError, IndexError, TypeError):
            return None
    return value
