"""Checks of the parameters that stress tests share."""

from __future__ import annotations

from compliance.domain.errors import InvalidInputError


def check_rates(**rates: object) -> None:
    """Refuse what is not strictly between 0 and 1.

    Raises:
        InvalidInputError: naming the parameter.
    """
    for field, value in rates.items():
        if not isinstance(value, float) or not 0.0 < value < 1.0:
            raise InvalidInputError(
                field=f"parameters.{field}",
                problem=f"{value} is no rate",
                fix="Use a number strictly between 0 and 1",
            )
