"""Conditional requests (RFC 9110, section 13): what has not changed is not sent, nor overwritten.

Tags are strong: they are of the very bytes that are answered.
"""

from __future__ import annotations

import hashlib
from http import HTTPStatus
from typing import Any

from django.http import HttpResponseNotModified
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.http import parse_etags
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

NONE_MATCH, MATCH = "If-None-Match", "If-Match"
_READS = frozenset({"GET", "HEAD"})


class PreconditionFailed(exceptions.APIException):
    """What was to be changed is not what the caller saw."""

    status_code = HTTPStatus.PRECONDITION_FAILED
    default_detail = "it has changed since you read it; read it again, and decide again"


def tagged(request: Any, response: Any) -> Any:
    """The answer to a read with its entity tag, or 304 where the caller has it already."""
    read = request.method in _READS and response.status_code == HTTPStatus.OK
    if not read or response.streaming:
        return response
    response.render()
    tag = _tag(response.content)
    if _holds(request.headers.get(NONE_MATCH), tag, weakly=True):
        response = HttpResponseNotModified()
    response["ETag"] = tag
    patch_cache_control(response, private=True, no_cache=True)
    patch_vary_headers(response, ("Accept", "Authorization", "Cookie"))
    return response


def match_require(request: Request, data: Any) -> None:
    """Refuse a change of what is not as the caller saw it; without If-Match anything is changed.

    Args:
        data: what a read would answer now; None where there is nothing to read.

    Raises:
        PreconditionFailed: the caller saw something else.
    """
    wanted = request.headers.get(MATCH)
    if wanted is None:
        return
    if data is None or not _holds(wanted, _tag(JSONRenderer().render(data)), weakly=False):
        raise PreconditionFailed


def _tag(content: bytes) -> str:
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def _holds(header: str | None, tag: str, *, weakly: bool) -> bool:
    if header is None:
        return False
    tags = parse_etags(header)
    return tags == ["*"] or tag in tags or (weakly and f"W/{tag}" in tags)
