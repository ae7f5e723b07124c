"""A session of the library requests, for code of others, whose calls take the outbound client."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import requests
from requests.adapters import BaseAdapter

from compliance.domain.errors import InvalidInputError
from compliance.outbound.client import Limits, OutboundClient, OutboundError

LIMITS = Limits(attempts=1, seconds=10.0, body_bytes=1 << 20)


class OutboundAdapter(BaseAdapter):
    """Sends each request by an ``OutboundClient`` of its own, by whose rules it may be refused."""

    def __init__(self, *, allow_internal: bool) -> None:
        super().__init__()
        self._allow_internal = allow_internal

    def send(
        self, request: requests.PreparedRequest, *args: Any, **kwargs: Any
    ) -> requests.Response:
        """Send; redirects are answers, and nobody follows them.

        Raises:
            requests.ConnectionError: no answer came, or the address may not be reached.
        """
        url = str(request.url)
        headers = _own(request.headers)
        try:
            with OutboundClient(
                url, field="url", allow_internal=self._allow_internal, limits=LIMITS
            ) as client:
                if request.method == "GET":
                    answer = client.get(url, headers=headers)
                else:
                    answer = client.post(url, _body(request), headers=headers)
        except (OutboundError, InvalidInputError) as error:
            raise requests.ConnectionError(str(error), request=request) from error
        response = requests.Response()
        response.status_code, response.url, response.request = answer.status, url, request
        response._content = answer.body  # noqa: SLF001 - as the library's own adapters do
        response.headers["Content-Type"] = "application/json"
        return response

    def close(self) -> None:
        """Nothing: each request had a client of its own."""


def guarded_session(*, allow_internal: bool) -> requests.Session:
    """A session that reaches what the outbound client may; no proxy of the environment is used."""
    session = requests.Session()
    session.trust_env = False
    session.max_redirects = 0
    for scheme in ("https://", "http://"):
        session.mount(scheme, OutboundAdapter(allow_internal=allow_internal))
    return session


def _own(headers: Mapping[str, str | bytes]) -> dict[str, str]:
    """What the caller said; length, encoding and agent are the client's own."""
    said = ("Accept", "Authorization", "Content-Type")
    found = {name: headers[name] for name in said if name in headers}
    return {name: one if isinstance(one, str) else one.decode() for name, one in found.items()}


def _body(request: requests.PreparedRequest) -> bytes:
    body = request.body or b""
    return body if isinstance(body, bytes) else str(body).encode()
