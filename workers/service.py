"""Assay's REST API as the terminal asks it: one address, one token, problems told as errors."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Mapping
from typing import Any, Self

import httpx

from compliance.domain.canonical import Json
from compliance.domain.errors import AssayError, InvalidInputError

ATTEMPTS = 5
SECONDS = 60.0
_PAUSE_SECONDS = 1.0
_AGAIN = frozenset({409, 429, 502, 503, 504})


class UnreachableError(AssayError):
    """The server did not answer, or failed."""


class Service:
    """Asks a server; what may be asked again is, each write with a key by which it is done once.

    Args:
        url: where people reach Assay, without ``/api``.
        key: idempotency keys are derived from it; another process with it repeats nothing.
    """

    def __init__(self, url: str, token: str, *, key: str = "") -> None:
        self._key = key or uuid.uuid4().hex
        self._writes = 0
        self._http = httpx.Client(
            base_url=url.rstrip("/"),
            headers={"Authorization": f"Bearer {token}"},
            timeout=SECONDS,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(self, path: str, **query: str) -> Any:
        """What a read answers.

        Raises:
            InvalidInputError: it is refused; UnreachableError: no answer.
        """
        return self._ask("GET", f"/api/v1/{path}", params=query)

    def rows(self, path: str, **query: str) -> Iterator[Any]:
        """Every row of a list, page after page."""
        page = self.get(path, **query)
        yield from page["rows"]
        while page["next"]:
            page = self._ask("GET", page["next"])
            yield from page["rows"]

    def post(self, path: str, body: Mapping[str, Json]) -> Any:
        """What a write answers; sent again after a failure, it is done once.

        Raises:
            InvalidInputError: it is refused; UnreachableError: no answer.
        """
        self._writes += 1
        headers = {"Idempotency-Key": f"{self._key}-{self._writes}"}
        return self._ask("POST", f"/api/v1/{path}", json=dict(body), headers=headers)

    def _ask(self, method: str, path: str, **sent: Any) -> Any:
        trouble = ""
        for attempt in range(ATTEMPTS):
            time.sleep(_PAUSE_SECONDS * (2**attempt - 1))
            try:
                answer = self._http.request(method, path, **sent)
            except httpx.HTTPError as error:
                trouble = f"{self._http.base_url} cannot be reached ({error})"
                continue
            if answer.is_success:
                return answer.json()
            trouble = _problem(answer)
            if answer.status_code not in _AGAIN:
                break
        else:
            raise UnreachableError(trouble)
        if answer.is_server_error:
            raise UnreachableError(trouble)
        raise InvalidInputError(field=path, problem=trouble, fix="Correct what was sent")


def _problem(answer: httpx.Response) -> str:
    """What the server says, by RFC 9457, of a refusal."""
    try:
        said = answer.json()
        errors = [f"{one['field']}: {one['problem']}" for one in said.get("errors", ())]
        return "; ".join(errors) or str(said["detail"]).rstrip(".")
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"the server answered {answer.status_code}"
