"""What inputs and outputs have in common: strictness, references, batteries."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import rfc8785
from django.core.exceptions import ValidationError as DjangoValidationError
from django.core.validators import URLValidator
from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from compliance.domain.canonical import canonical_json

MOST_TESTS = 50
UNPROCESSABLE = "unprocessable"
"""Code of an error in a value that the description allows: the request is well formed (422)."""
_UNSTORABLE = "It holds text or a number that no record can keep."
_TEXT = r"^[^\u0000]*$"
_SAYING = r"^[^\u0000]*[^\s\u0000][^\u0000]*$"
# What JSON calls the kinds of fields; REST framework would take "5" for 5 and 5 for "5".
_KINDS: tuple[tuple[type[serializers.Field[Any, Any, Any, Any]], tuple[type, ...]], ...] = (
    (serializers.BooleanField, (bool,)),
    (serializers.IntegerField, (int, float)),
    (serializers.FloatField, (int, float)),
    (serializers.CharField, (str,)),
    (serializers.ChoiceField, (str,)),
    (serializers.UUIDField, (str,)),
    (serializers.DateTimeField, (str,)),
)


class OutputShape(serializers.Serializer[Any]):
    """A JSON object that an operation answers with."""


class InputShape(serializers.Serializer[Any]):
    """A JSON object or query that an operation accepts.

    Names it does not know are refused: a misspelt filter would widen the answer in silence. So are
    JSON values of another type than the field's: what is accepted is what OpenAPI says.
    """

    def get_fields(self) -> Any:
        fields = super().get_fields()
        for field in fields.values():
            # Of free text the white space around it is dropped; a slug with some is no slug.
            if isinstance(field, serializers.CharField):
                field.trim_whitespace = type(field) is serializers.CharField
        return fields

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            unknown = sorted(set(map(str, data)) - set(self.fields))
            if unknown:
                error = ErrorDetail("There is no such field", code="unknown")
                raise ValidationError({name: [error] for name in unknown})
            wrong = {
                name: [ErrorDetail(problem, code="invalid")]
                for name, value in data.items()
                if (problem := _mismatch(self.fields[name], value, self.context))
            }
            if wrong:
                raise ValidationError(wrong)
        return super().to_internal_value(data)


class InputShapeExtension(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    """Tells OpenAPI how strict inputs are."""

    target_class = InputShape
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        schema: dict[str, Any] = auto_schema._map_serializer(  # noqa: SLF001  (as its guide does)
            self.target, direction, bypass_extensions=True
        )
        for name, field in self.target.fields.items():
            if type(field) in (serializers.CharField, AddressField):
                schema["properties"][name]["pattern"] = _TEXT if field.allow_blank else _SAYING
        return schema | {"additionalProperties": False}


class AddressField(serializers.CharField):
    """The address of a page or a server, by HTTP."""

    def to_internal_value(self, data: Any) -> str:
        address: str = super().to_internal_value(data)
        try:
            URLValidator(schemes=["http", "https"])(address)
        except DjangoValidationError as error:
            raise ValidationError("It is no http or https URL", code=UNPROCESSABLE) from error
        return address


class Reference(OutputShape):
    """Names another entity: its id, and what people call it."""

    id = serializers.UUIDField()
    label = serializers.CharField(source="__str__")  # type: ignore[assignment]


class StressTestSpec(OutputShape):
    """A stress test by name, version and parameters; what is not given has its default."""

    name = serializers.CharField()
    version = serializers.IntegerField()
    parameters = serializers.DictField()


class Reason(InputShape):
    """Why somebody does what they do."""

    reason = serializers.CharField(max_length=500)


@extend_schema_field(
    {
        "type": "array",
        "maxItems": MOST_TESTS,
        "items": {
            "oneOf": [
                {"type": "string", "description": "A name: its newest version, by default."},
                {
                    "type": "object",
                    "description": "A stress test with all it is parametrized by.",
                    "properties": {
                        "name": {"type": "string"},
                        "version": {"type": "integer"},
                        "parameters": {"type": "object", "additionalProperties": {}},
                    },
                    "required": ["name", "version", "parameters"],
                },
            ]
        },
    }
)
class BatteryField(serializers.ListField):
    """Stress tests, each a name or a spec; what it names is checked by the services."""

    child = serializers.JSONField()
    max_length = MOST_TESTS

    def to_internal_value(self, data: Any) -> list[Any]:
        battery: list[Any] = super().to_internal_value(data)
        if len(battery) > MOST_TESTS:
            raise ValidationError(f"A battery holds at most {MOST_TESTS} stress tests.")
        if not _storable(battery):
            raise ValidationError(_UNSTORABLE, code=UNPROCESSABLE)
        return battery


class FilterField(serializers.DictField):
    """Keys with values, as the record can keep them."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        values: dict[str, Any] = super().to_internal_value(data)
        if not _storable(values):
            raise ValidationError(_UNSTORABLE, code=UNPROCESSABLE)
        return values


class TokenBudgetField(serializers.IntegerField):
    """Tokens that each stress test may take; null or left out for no end."""

    def __init__(self) -> None:
        super().__init__(
            required=False,
            allow_null=True,
            min_value=1,
            max_value=2**53 - 1,
            help_text="Tokens that each stress test may take; null: no end.",
        )


def words(of: type[StrEnum]) -> list[str]:
    """The values of one of the vocabulary's enumerations, as choices."""
    return [word.value for word in of]


def _mismatch(field: Any, value: object, context: Mapping[str, Any]) -> str:
    """Why a value is not what OpenAPI says of the field, where REST framework would not mind."""
    if value is None:
        return ""
    if isinstance(value, str) and isinstance(field, serializers.CharField):
        longest = field.max_length
        return f"It has more than {longest} characters" if longest and len(value) > longest else ""
    if context.get("text"):  # a query or a form, where every value is text
        return ""
    for kind, types in _KINDS:
        if isinstance(field, kind):
            right = isinstance(value, types) and (bool in types or not isinstance(value, bool))
            return "" if right else "It is of the wrong type"
    return ""


def _storable(value: object) -> bool:
    """Whether PostgreSQL and canonical JSON can hold the value: no NUL, no infinity."""
    try:
        return b"\\u0000" not in canonical_json(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError, RecursionError):
        return False
