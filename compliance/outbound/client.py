"""The one HTTP client that may leave the house."""

from __future__ import annotations

import email.utils
import json
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import certifi
import httpx

from compliance.domain.canonical import Json
from compliance.domain.errors import AssayError
from compliance.outbound.addresses import Destination, resolve

_BUSY = frozenset({429, 503})


class OutboundError(AssayError):
    """No answer came, or none that may be read.

    Args:
        retry_after: seconds that the server asks to be left alone.
    """

    def __init__(self, message: str, *, retry_after: float = 0.0) -> None:
        self.retry_after = retry_after
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer of whatever status."""

    status: int
    body: bytes

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    def json(self) -> object:
        """The body as JSON.

        Raises:
            OutboundError: it is none.
        """
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise OutboundError("the answer is no JSON") from error


@dataclass(frozen=True, slots=True)
class Limits:
    """What a client puts up with.

    Attributes:
        attempts: how often a request is sent in all; again only after 429, 503, or no connection.
        seconds: for one answer, from the request to its last byte.
        longest_wait: the longest pause between attempts, in seconds, whatever the server asks for.
        body_bytes: the longest body that is read.
    """

    attempts: int = 4
    seconds: float = 120.0
    longest_wait: float = 20.0
    body_bytes: int = 8 << 20


class OutboundClient:
    """Requests to one origin, whose address is pinned.

    No redirect is followed, no proxy of the environment used, no compressed body accepted.

    Args:
        url: any URL of the origin.
        field: what the caller calls the URL.

    Raises:
        InvalidInputError: the URL leads where it may not (see ``resolve``).
    """

    def __init__(
        self,
        url: str,
        *,
        field: str,
        allow_internal: bool = False,
        limits: Limits | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._limits = limits or Limits()
        self._sleep = sleep
        self._destination = resolve(url, field=field, allow_internal=allow_internal)
        self._http = httpx.Client(
            verify=_tls(), trust_env=False, follow_redirects=False, timeout=self._limits.seconds
        )

    def get(self, url: str, *, headers: Mapping[str, str] | None = None) -> Answer:
        """GET ``url`` of the client's origin.

        Raises:
            OutboundError: no answer within the limits.
        """
        return self._answer("GET", url, None, headers)

    def post(
        self, url: str, body: Json | bytes, *, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """POST ``body``, a value or the bytes of its JSON, to ``url`` of the client's origin.

        Raises:
            OutboundError: no answer within the limits.
        """
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self._answer("POST", url, content, headers)

    def close(self) -> None:
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _answer(
        self, method: str, url: str, content: bytes | None, headers: Mapping[str, str] | None
    ) -> Answer:
        request = self._request(method, url, content, headers or {})
        pause = 0.5
        for attempt in range(1, self._limits.attempts + 1):
            last = attempt == self._limits.attempts
            try:
                answer, retry_after = self._once(request)
            except httpx.ConnectError as error:
                if last:
                    raise self._unreachable(str(error)) from error
            except httpx.HTTPError as error:
                raise self._unreachable(f"{type(error).__name__} {error}".strip()) from error
            else:
                if answer.status not in _BUSY or last:
                    return answer
                pause = max(pause, retry_after)
                if pause > self._limits.longest_wait:
                    raise OutboundError(
                        f"{self._destination.host} asks for a pause of {pause:.0f} s, longer than "
                        f"the {self._limits.longest_wait:.0f} s that are waited",
                        retry_after=pause,
                    )
            self._sleep(pause)
            pause *= 2
        raise AssertionError("the last attempt returns or raises")

    def _request(
        self, method: str, url: str, content: bytes | None, headers: Mapping[str, str]
    ) -> httpx.Request:
        return self._http.build_request(
            method,
            _pinned(url, self._destination),
            content=content,
            headers={
                "Host": self._destination.host_header,
                "Accept-Encoding": "identity",
                "User-Agent": "assay",
                **({"Content-Type": "application/json"} if content is not None else {}),
                **headers,
            },
            extensions={"sni_hostname": self._destination.host},
        )

    def _once(self, request: httpx.Request) -> tuple[Answer, float]:
        deadline = time.monotonic() + self._limits.seconds
        answer = self._http.send(request, stream=True)
        try:
            body = self._body(answer, deadline)
        finally:
            answer.close()
        return Answer(answer.status_code, body), _retry_after(answer.headers)

    def _body(self, answer: httpx.Response, deadline: float) -> bytes:
        if answer.headers.get("Content-Encoding", "identity") != "identity":
            raise OutboundError(f"{self._destination.host} compresses its answer, unasked")
        body = bytearray()
        for chunk in answer.iter_raw():
            body += chunk
            if len(body) > self._limits.body_bytes:
                limit = self._limits.body_bytes
                raise OutboundError(f"{self._destination.host} answers with over {limit} bytes")
            if time.monotonic() > deadline:
                seconds = self._limits.seconds
                raise OutboundError(f"{self._destination.host} did not finish in {seconds:g} s")
        return bytes(body)

    def _unreachable(self, why: str) -> OutboundError:
        return OutboundError(f"{self._destination.host} cannot be reached ({why})")


def _pinned(url: str, destination: Destination) -> str:
    """``url`` with the pinned address in place of the name."""
    split = urlsplit(url)
    if (split.scheme, split.hostname) != (destination.scheme, destination.host):
        raise ValueError(f"{url} is of another origin than this client's")
    return destination.origin + split.path + (f"?{split.query}" if split.query else "")


def _retry_after(headers: Mapping[str, str]) -> float:
    """Seconds to wait by RFC 9110, section 10.2.3: a number or a date; 0 where none is given."""
    value = headers.get("Retry-After", "").strip()
    if value.isdecimal():
        return float(value)
    try:
        moment = email.utils.parsedate_to_datetime(value)
    except ValueError:
        return 0.0
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - datetime.now(UTC)).total_seconds())


def _tls() -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=certifi.where())
    context.load_default_certs()  # an operator's own authority, where the system knows one
    return context
