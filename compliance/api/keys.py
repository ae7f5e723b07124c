"""``Idempotency-Key``: a write that is sent again is answered again, and done once."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.events.idempotency import KeyedRequest, answer_keep, answer_recall

HEADER = "Idempotency-Key"
PATTERN = "^[!-~]{1,200}$"
REPLAYED = "Idempotency-Replayed"


def key_of(request: Request) -> str | None:
    """The caller's key, or None; the draft's quotation marks may be left out.

    Raises:
        ValidationError: it is empty, too long, or not of visible ASCII.
    """
    sent = request.headers.get(HEADER)
    if sent is None:
        return None
    if not re.fullmatch(PATTERN, sent):
        raise ValidationError(
            {HEADER: [ErrorDetail("It is not 1 to 200 visible ASCII characters", code="invalid")]}
        )
    return sent[1:-1] if len(sent) > 2 and sent[0] == sent[-1] == '"' else sent


def once(request: Request, key: str, perform: Callable[[], Response]) -> Response:
    """Perform a write, or answer as the first request with this key was answered.

    Must run in the transaction of the write. A refusal is not kept: it changed nothing, so the
    same key may be sent again once its cause is gone.

    Raises:
        KeyBusyError, KeyReusedError: see ``answer_recall``.
    """
    user: Any = request.user
    keyed = KeyedRequest(user_id=user.pk, key=key, fingerprint=_fingerprint(request))
    kept: Any = answer_recall(request=keyed)
    if kept is not None:
        again = Response(kept["data"], status=kept["status"], headers=kept["headers"])
        again[REPLAYED] = "true"
        return again
    response = perform()
    if response.status_code < HTTPStatus.BAD_REQUEST:
        headers = {name: response[name] for name in ("Location",) if name in response}
        answer = {"status": response.status_code, "headers": headers, "data": _plain(response.data)}
        answer_keep(request=keyed, answer=answer)
    return response


def _plain(data: object) -> Any:
    """What is answered, as JSON values."""
    from rest_framework.utils.encoders import JSONEncoder

    return json.loads(json.dumps(data, cls=JSONEncoder))


def _fingerprint(request: Request) -> str:
    asked = [request.method, request.get_full_path(), _sent(request.data)]
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def _sent(data: Any) -> Any:
    """What was sent, as JSON values; a file by its name and digest."""
    if not isinstance(data, QueryDict):
        return data
    return {name: [_told(one) for one in values] for name, values in data.lists()}


def _told(value: Any) -> Any:
    if not isinstance(value, UploadedFile):
        return value
    digest = hashlib.sha256()
    for chunk in value.chunks():
        digest.update(chunk)
    value.seek(0)
    return [value.name, digest.hexdigest()]
