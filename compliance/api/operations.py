"""What every operation does: find out who looks, read its input, tell OpenAPI of itself."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeVar

from django.http import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.exceptions import NotAuthenticated, ParseError
from rest_framework.response import Response
from rest_framework.views import APIView

from compliance.accounts.selectors import Viewer, viewer_get
from compliance.api.problems import MEDIA_TYPE, Problem
from compliance.api.shapes import InputShape, OutputShape
from compliance.domain.errors import InvalidInputError, NotFoundError

Found = TypeVar("Found")
Method = TypeVar("Method", bound=Callable[..., Response])


class OperationApi(APIView):
    """One operation, for the viewer who asks."""

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
        try:
            given = self.request.data
        except RecursionError as error:
            raise ParseError("the JSON is nested too deeply") from error
        return _checked(shape, given)

    def query(self, shape: type[InputShape]) -> dict[str, Any]:
        """The request's query, checked.

        Raises:
            ValidationError: it is not what ``shape`` says.
        """
        return _checked(shape, self.request.query_params)


@dataclass(frozen=True, slots=True)
class Download:
    """A file of a media type, where other operations answer with JSON."""

    media: str


def operation(
    name: str,
    *,
    returns: type[OutputShape] | Download,
    status: HTTPStatus = HTTPStatus.OK,
    body: type[InputShape] | None = None,
    query: type[InputShape] | None = None,
    refuses: Collection[HTTPStatus] = (),
) -> Callable[[Method], Method]:
    """Tell OpenAPI of an operation; the method's docstring is its summary.

    Args:
        refuses: statuses beyond 401, and beyond 400 where there is a body or a query.
    """
    refusals = {HTTPStatus.UNAUTHORIZED, *refuses}
    if body or query:
        refusals.add(HTTPStatus.BAD_REQUEST)
    answers: dict[Any, Any] = {status.value: returns}
    if isinstance(returns, Download):
        answers = {(status.value, returns.media): OpenApiTypes.BINARY}
    for refusal in sorted(refusals):
        answers[refusal.value, MEDIA_TYPE] = OpenApiResponse(Problem, refusal.phrase)

    def described(method: Method) -> Method:
        summary = (method.__doc__ or "").strip().partition("\n")[0].rstrip(".")
        return extend_schema(
            operation_id=name,
            tags=[name.rpartition("_")[0]],
            summary=summary,
            parameters=[query] if query else None,
            request=body,
            responses=answers,
        )(method)

    return described


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


def _checked(shape: type[InputShape], given: Any) -> dict[str, Any]:
    checked = shape(data=given)
    checked.is_valid(raise_exception=True)
    values: dict[str, Any] = checked.validated_data
    return values
