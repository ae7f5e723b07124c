"""What every operation does: find out who looks, read its input, tell OpenAPI of itself."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus
from typing import Any, ClassVar, TypeVar, cast

from django.core.exceptions import SuspiciousOperation
from django.db import transaction
from django.http import HttpResponseBase, QueryDict
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import (
    AuthenticationFailed,
    NotAuthenticated,
    ParseError,
    PermissionDenied,
)
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from compliance.accounts.selectors import Viewer, viewer_get
from compliance.api.conditions import MATCH, NONE_MATCH, match_require, tagged
from compliance.api.keys import HEADER, PATTERN, key_of, once
from compliance.api.problems import MEDIA_TYPE, Problem
from compliance.api.shapes import InputShape, OutputShape
from compliance.api.throttling import CallThrottle
from compliance.api.tokens import WithinScope
from compliance.domain.errors import InvalidInputError, NotFoundError
from compliance.domain.rights import scopes_for
from compliance.events.idempotency import answers_forget

Found = TypeVar("Found")
Method = TypeVar("Method", bound=Callable[..., HttpResponseBase])


class OperationApi(APIView):
    """One operation, for the viewer who asks."""

    permission_classes = (IsAuthenticated, WithinScope)
    throttle_classes = (CallThrottle,)
    costly: ClassVar[bool] = False
    """Whether it computes or hands out much: a limit of its own holds for all such."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """As REST framework does it, and whoever is refused at the door is counted too."""
        try:
            super().initial(request, *args, **kwargs)
        except (AuthenticationFailed, NotAuthenticated, PermissionDenied):
            self.check_throttles(request)
            raise

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        return tagged(request, super().dispatch(request, *args, **kwargs))

    @property
    def viewer(self) -> Viewer:
        """The person who asks, with what they may read now."""
        user = self.request.user
        if not user.is_authenticated:
            raise NotAuthenticated
        return viewer_get(user=user, now=timezone.now())

    def body(self, shape: type[InputShape]) -> dict[str, Any]:
        """The request's JSON, checked.

        Raises:
            ValidationError, ParseError: it is not what ``shape`` says.
        """
        return _checked(shape, _json(self.request), {})

    def form(self, shape: type[InputShape]) -> dict[str, Any]:
        """The request's form with its files, checked; every value of a form is text or a file.

        Raises:
            ValidationError, ParseError: it is not what ``shape`` says.
        """
        return _checked(shape, _json(self.request), {"text": True})

    @property
    def sent_as_form(self) -> bool:
        """Whether a form was sent, and no JSON."""
        return isinstance(_json(self.request), QueryDict)

    def query(self, shape: type[InputShape]) -> dict[str, Any]:
        """The request's query, checked.

        Raises:
            ValidationError: it is not what ``shape`` says.
        """
        return _checked(shape, self.request.query_params.dict(), {"text": True})

    def seen(self, shape: type[OutputShape], row: Any) -> None:
        """Refuse to change a row that is not as the caller saw it, where ``If-Match`` says so.

        Args:
            row: as it is now, locked; None where there is none.

        Raises:
            PreconditionFailed: the caller saw something else.
        """
        match_require(self.request, shape(row).data if row is not None else None)


@dataclass(frozen=True, slots=True)
class Download:
    """A file of a media type, where other operations answer with JSON.

    Attributes:
        streamed: it is sent while it is written, so that it has no entity tag.
    """

    media: str
    streamed: bool = False


_IF_NONE_MATCH = OpenApiParameter(
    NONE_MATCH,
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="Entity tags of what the caller has already.",
)
_IF_MATCH = OpenApiParameter(
    MATCH,
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="The entity tag of what the caller saw; another is not changed.",
)
_RETRY_AFTER = OpenApiParameter(
    "Retry-After",
    OpenApiTypes.INT,
    OpenApiParameter.HEADER,
    response=[HTTPStatus.TOO_MANY_REQUESTS.value],
    description="Seconds after which the caller may call again.",
)
_KEY = OpenApiParameter(
    HEADER,
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    pattern=PATTERN,
    description="Chosen by the caller: sent again with it within 24 hours, the request is "
    "answered as before and done once.",
)


def operation(
    name: str,
    *,
    returns: type[OutputShape] | Download,
    status: HTTPStatus = HTTPStatus.OK,
    body: type[InputShape] | Mapping[str, type[InputShape]] | None = None,
    query: type[InputShape] | None = None,
    refuses: Collection[HTTPStatus] = (),
) -> Callable[[Method], Method]:
    """Tell OpenAPI of an operation; the method's docstring is its summary.

    A write happens in one transaction, and once for an idempotency key.

    Args:
        body: one shape of JSON, or one for each media type that is taken.
        refuses: statuses beyond those that every read or write, body and query brings; with 412
            the operation heeds ``If-Match``.
    """

    def described(method: Method) -> Method:
        method.scopes = scopes_for(name, method.__name__)  # type: ignore[attr-defined]
        writes = method.__name__ != "get"
        parameters: list[Any] = [query] if query else []
        streamed = isinstance(returns, Download) and returns.streamed
        parameters += [_KEY] if writes else [_IF_NONE_MATCH] * (not streamed)
        parameters.append(_RETRY_AFTER)
        parameters += [_IF_MATCH] if HTTPStatus.PRECONDITION_FAILED in refuses else []
        refusals = {*refuses, *_refusals(writes=writes, given=bool(body or query))}
        return extend_schema(
            operation_id=name,
            tags=[name.rpartition("_")[0]],
            summary=(method.__doc__ or "").strip().partition("\n")[0].rstrip("."),
            parameters=parameters,
            request=body,
            responses=_answers(status, returns, refusals, writes=writes),
        )(_written(method) if writes else method)

    return described


def _refusals(*, writes: bool, given: bool) -> set[HTTPStatus]:
    refusals = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS}
    if writes:
        refusals |= {HTTPStatus.CONFLICT}
    if writes or given:
        refusals |= {HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY}
    return refusals


def _answers(
    status: HTTPStatus,
    returns: type[OutputShape] | Download,
    refusals: Collection[HTTPStatus],
    *,
    writes: bool,
) -> dict[Any, Any]:
    answers: dict[Any, Any] = {status.value: returns}
    if isinstance(returns, Download):
        answers = {(status.value, returns.media): OpenApiTypes.BINARY}
    if not writes and not (isinstance(returns, Download) and returns.streamed):
        answers[HTTPStatus.NOT_MODIFIED.value] = OpenApiResponse(None, "The caller has it already.")
    if not writes:
        answers[HTTPStatus.REQUEST_URI_TOO_LONG.value, "text/html"] = OpenApiResponse(
            OpenApiTypes.STR, "The address is longer than the server in front reads (4,094 bytes)."
        )
    for refusal in sorted(refusals):
        answers[refusal.value, MEDIA_TYPE] = OpenApiResponse(Problem, refusal.phrase)
    return answers


def _written(method: Method) -> Method:
    """The method in one transaction, and once for an idempotency key."""

    act: Callable[..., Any] = method

    @wraps(method)
    def performed(api: OperationApi, request: Request, **named: Any) -> Any:
        key = key_of(request)
        if key is None:
            with transaction.atomic():
                return act(api, request, **named)
        answers_forget()
        _json(request)  # what cannot be read is refused before it is compared
        with transaction.atomic():
            return once(request, key, lambda: act(api, request, **named))

    return cast(Method, performed)


def by_method(*operations: type[OperationApi]) -> Callable[..., HttpResponseBase]:
    """One address for operations that differ in their HTTP method."""
    name = "And".join(operation.__name__ for operation in operations)
    combined: type[OperationApi] = type(name, operations, {})
    return combined.as_view()


def narrowed(rows: Any, **wanted: object) -> Any:
    """The rows of a queryset that match every lookup which has a value."""
    return rows.filter(**{lookup: value for lookup, value in wanted.items() if value is not None})


def named(field: str, find: Callable[[], Found]) -> Found:
    """What a field of a body names.

    Raises:
        InvalidInputError: the viewer may see nothing by that name.
    """
    try:
        return find()
    except NotFoundError as error:
        raise InvalidInputError(
            field=field, problem=str(error), fix="Name one that you may see"
        ) from error


def created(shape: type[OutputShape], row: Any, *, at: str) -> Response:
    """The answer to a request that made ``row``; ``at`` is the URL name of its operation."""
    return Response(
        shape(row).data,
        status=HTTPStatus.CREATED,
        headers={"Location": reverse(f"api:{at}", args=[row.pk])},
    )


def _json(request: Request) -> Any:
    """The request's JSON, or its form where the operation takes one.

    Raises:
        ParseError: it is none, or nested or large beyond reading.
    """
    try:
        return request.data
    except RecursionError as error:
        raise ParseError("the JSON is nested too deeply") from error
    except SuspiciousOperation as error:  # a form of too many fields or files, or too large
        raise ParseError(str(error)) from error


def _checked(shape: type[InputShape], given: Any, context: dict[str, Any]) -> dict[str, Any]:
    checked = shape(data=given, context=context)
    checked.is_valid(raise_exception=True)
    values: dict[str, Any] = checked.validated_data
    return values
