"""RFC 9457 problem details: every refusal has one shape, and names the field and the fix."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied
from django.core.signals import got_request_exception
from django.http import Http404
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from compliance.api.shapes import UNPROCESSABLE
from compliance.domain.errors import (
    ErasedError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
    TransitionError,
)
from compliance.events.idempotency import KeyBusyError, KeyReusedError

MEDIA_TYPE = "application/problem+json"

_STATUSES: Mapping[type[Exception], HTTPStatus] = {
    NotFoundError: HTTPStatus.NOT_FOUND,
    Http404: HTTPStatus.NOT_FOUND,
    ErasedError: HTTPStatus.GONE,
    NotAllowedError: HTTPStatus.FORBIDDEN,
    PermissionDenied: HTTPStatus.FORBIDDEN,
    TransitionError: HTTPStatus.CONFLICT,
    KeyBusyError: HTTPStatus.CONFLICT,
    KeyReusedError: HTTPStatus.UNPROCESSABLE_ENTITY,
}
_FIXES = {
    "required": "Add it",
    "null": "Give a value, or leave it out where it is optional",
    "blank": "Give a value",
    "unknown": "Remove it, or correct its name",
}
_ANY_FIX = "Correct it; /api/docs/ says what is accepted"
_log = structlog.get_logger("assay.api")


class FieldProblem(serializers.Serializer[Any]):
    """What is wrong with one field."""

    field = serializers.CharField(help_text="Dotted path, e.g. `parents.0.version`.")
    problem = serializers.CharField()
    fix = serializers.CharField()


class Problem(serializers.Serializer[Any]):
    """Why a request was refused (RFC 9457)."""

    type = serializers.CharField(help_text="`about:blank`: the status says it all.")
    title = serializers.CharField(help_text="The status in words.")
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="One sentence for people.")
    errors = FieldProblem(  # type: ignore[assignment]
        many=True, required=False, help_text="Only with statuses 400 and 422."
    )


def problem_response(error: Exception, context: Mapping[str, Any]) -> Response:
    """The refusal that an exception in a view becomes; the unforeseen is logged and is a 500."""
    headers: dict[str, str] = {}
    errors: list[dict[str, str]] = []
    if isinstance(error, InvalidInputError):
        status, detail = HTTPStatus.UNPROCESSABLE_ENTITY, f"{error.problem}. {error.fix}"
        errors = [{"field": error.field, "problem": error.problem, "fix": error.fix}]
    elif isinstance(error, exceptions.ValidationError):
        status, detail = _status_of(error.get_codes()), "the request has errors"
        errors = list(_field_problems(error.detail))
    elif isinstance(error, exceptions.APIException):
        status, detail = HTTPStatus(error.status_code), str(error.detail)
        headers = _headers(error)
    elif type(error) in _STATUSES:
        status, detail = _STATUSES[type(error)], str(error) or "there is nothing here"
    else:
        status, detail = HTTPStatus.INTERNAL_SERVER_ERROR, "Assay failed; its log says why"
        _report(error, context.get("request"))
    return _response(status, detail, errors, headers)


class UnknownPathApi(APIView):
    """What an address that is no operation answers: malformed ids end here too."""

    authentication_classes = ()
    permission_classes = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise NotFoundError("there is nothing at this address")


def _response(
    status: HTTPStatus, detail: str, errors: list[dict[str, str]], headers: dict[str, str]
) -> Response:
    detail = _sayable(detail.strip().rstrip("."))
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "detail": f"{detail[:1].upper()}{detail[1:]}.",
    }
    if errors:
        body["errors"] = [
            {name: _sayable(said) for name, said in error.items()} for error in errors
        ]
    return Response(body, status=status.value, headers=headers, content_type=MEDIA_TYPE)


def _sayable(text: str) -> str:
    """The text without the half characters that JSON can smuggle in and UTF-8 cannot say."""
    return text.encode(errors="replace").decode()


def _headers(error: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if seconds := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(seconds))
    return headers


def _field_problems(detail: Any, path: str = "") -> Iterator[dict[str, str]]:
    """Flatten REST framework's nested errors; list places become part of the path."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            own = path if name == "non_field_errors" else f"{path}.{name}".lstrip(".")
            yield from _field_problems(inner, own)
    elif isinstance(detail, list):
        for place, inner in enumerate(detail):
            nested = isinstance(inner, Mapping | list)
            yield from _field_problems(inner, f"{path}.{place}".lstrip(".") if nested else path)
    else:
        fix = _FIXES.get(getattr(detail, "code", ""), _ANY_FIX)
        yield {"field": path or "body", "problem": str(detail).rstrip("."), "fix": fix}


def _status_of(codes: Any) -> HTTPStatus:
    """422 where every error is in a value that the description allows, else 400."""
    found = set(_leaves(codes))
    return HTTPStatus.UNPROCESSABLE_ENTITY if found == {UNPROCESSABLE} else HTTPStatus.BAD_REQUEST


def _leaves(codes: Any) -> Iterator[str]:
    if isinstance(codes, Mapping | list):
        for inner in codes.values() if isinstance(codes, Mapping) else codes:
            yield from _leaves(inner)
    else:
        yield codes


def _report(error: Exception, request: Request | None) -> None:
    _log.error("unforeseen", path=request.path if request else "", exc_info=error)
    got_request_exception.send(sender=APIView, request=request)
