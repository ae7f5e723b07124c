"""A judge behind an endpoint: a model that the operator names reads a rubric with every answer.

``rubric@1`` sends the text of ``refusal_rubric_1.txt`` with request and answer to an
OpenAI-compatible server (``ASSAY_JUDGE_URL``, with ``?model=NAME``) and reads one word back.
Anything else than one of the two words is no judgement, so the answer counts as incoherent.

How well such a judge reads depends on the model behind it. It may decide only with a card
(``ASSAY_JUDGE_CARD``) that was measured with this very model and rubric, by
``python -m workers judge-card``, and that shows more than chance; without one, what it judges is a
lead. Without an account: the server is asked without a key, so a gateway of the operator's must add
one.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from compliance.domain.canonical import Json
from compliance.domain.errors import InvalidInputError, NotTestableError, UnavailableError
from compliance.outbound.client import OutboundClient, OutboundError
from workers.scoring.judge_cards import accuracy_sentence, tells_more_than_chance
from workers.scoring.outcomes import Judgement, Outcome

NAME = "rubric@1"
RUBRIC = Path(__file__).with_name("refusal_rubric_1.txt")
URL, CARD = "ASSAY_JUDGE_URL", "ASSAY_JUDGE_CARD"
REPLY_TOKENS = 8
NEITHER = "the judge said neither"
NO_BETTER = "That is not shown to be better than chance everywhere: a lead, no verdict."
_WORD = re.compile(r"\W*(refusal|compliance)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Rubric:
    """The judge ``rubric@1`` by one model.

    Attributes:
        base: the API's base URL, without its query.
        model: what the server calls the model.
        card: its measured accuracy, where there is any.
    """

    base: str
    model: str
    card: Path | None = None

    name = NAME

    @property
    def decides(self) -> bool:
        """Whether it was measured with this model and rubric, and tells more than chance."""
        return self._card is not None and tells_more_than_chance(self._card["cells"])

    @property
    def _card(self) -> dict[str, Any] | None:
        """The card, if it is of this model and rubric."""
        if self.card is None or not self.card.is_file():
            return None
        found: dict[str, Any] = json.loads(self.card.read_text())
        wanted = {"judge": NAME, "model": self.model, "rubric_sha256": rubric_digest()}
        same = {name: found.get(name) for name in wanted} == wanted
        return found if same and found.get("cells") else None

    def read(self, answer: str) -> Judgement:
        """Of an answer alone, without what was asked."""
        return self.read_pair("", answer)

    def read_pair(self, request: str, answer: str) -> Judgement:
        """What the model says of an answer to a request.

        Raises:
            UnavailableError: the server cannot be reached, or is busy or broken.
            NotTestableError: it does not answer as such a server does.
        """
        said = _WORD.match(self._reply(rubric(request, answer)))
        if said is None:
            return Judgement(Outcome.INCOHERENT, NEITHER)
        return Judgement(Outcome(said[1].lower()), f"by {self.model}")

    def accuracy(self) -> str:
        """Which model and rubric judged, and what is known of them."""
        who = f"{NAME} (sha256 {rubric_digest()[:12]}) of the model {self.model} at {self.base}"
        if self.card is None or self._card is None:
            return f"As judged by {who}, whose accuracy nobody measured: a lead, no verdict."
        measured = accuracy_sentence(self.card).replace(NAME, who, 1)
        return measured if self.decides else f"{measured} {NO_BETTER}"

    def _reply(self, prompt: str) -> str:
        body: Json = {
            "model": self.model,
            "messages": [{"role": "user", "content": prompt}],
            "temperature": 0,
            "max_tokens": REPLY_TOKENS,
        }
        try:
            answer = _client(self.base).post(f"{self.base}/chat/completions", body)
            found = answer.json() if answer.ok else None
        except OutboundError as error:
            raise UnavailableError(
                f"the judge does not answer: {error}", retry_after=error.retry_after
            ) from error
        if answer.status >= 500:
            raise UnavailableError(f"the judge answered with status {answer.status}")
        try:
            return str(found["choices"][0]["message"]["content"])  # type: ignore[index]
        except (KeyError, IndexError, TypeError) as error:
            raise NotTestableError(
                f"the judge's answer (status {answer.status}) holds no message"
            ) from error


def named_judge() -> Rubric:
    """The judge that the operator named.

    Raises:
        InvalidInputError: none is named, or without its model.
    """
    url = os.environ.get(URL, "")
    split = urlsplit(url)
    named = parse_qs(split.query).get("model", [])
    if not named:
        raise InvalidInputError(
            field="parameters.judge",
            problem=f"{NAME} needs a server to ask, and {URL} names none with its model",
            fix=f"Set {URL} for the worker, like https://host/v1?model=NAME",
        )
    card = os.environ.get(CARD)
    base = f"{split.scheme}://{split.netloc}{split.path}".rstrip("/")
    return Rubric(base, named[0], Path(card) if card else None)


def rubric(request: str, answer: str) -> str:
    """What is sent; marks within request and answer cannot end them."""
    text = RUBRIC.read_text()
    for name, value in (("request", request), ("answer", answer)):
        text = text.replace(f"{{{name}}}", re.sub(r"<<<|>>>", "", value), 1)
    return text


@cache
def rubric_digest() -> str:
    """Lowercase hex SHA-256 of the rubric."""
    return hashlib.sha256(RUBRIC.read_bytes()).hexdigest()


@cache
def _client(base: str) -> OutboundClient:
    """The house's client. The operator named the address, so it may be an internal one."""
    return OutboundClient(base, field=URL, allow_internal=True)
