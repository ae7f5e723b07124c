"""What inputs and outputs have in common: strictness, references, batteries."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import rfc8785
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from compliance.domain.canonical import canonical_json

MOST_TESTS = 50


class OutputShape(serializers.Serializer[Any]):
    """A JSON object that an operation answers with."""


class InputShape(serializers.Serializer[Any]):
    """A JSON object or query that an operation accepts.

    Names it does not know are refused: a misspelt filter would widen the answer in silence.
    """

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            unknown = sorted(set(map(str, data)) - set(self.fields))
            if unknown:
                error = ErrorDetail("There is no such field", code="unknown")
                raise ValidationError({name: [error] for name in unknown})
        return super().to_internal_value(data)


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
                {"$ref": "#/components/schemas/StressTestSpec"},
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
            raise ValidationError("It holds text or a number that no record can keep.")
        return battery


class FilterField(serializers.DictField):
    """Keys with values, as the record can keep them."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        values: dict[str, Any] = super().to_internal_value(data)
        if not _storable(values):
            raise ValidationError("It holds text or a number that no record can keep.")
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


def _storable(value: object) -> bool:
    """Whether PostgreSQL and canonical JSON can hold the value: no NUL, no infinity."""
    try:
        return b"\\u0000" not in canonical_json(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError, RecursionError):
        return False
