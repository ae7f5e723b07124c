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


def check_counts(**ranges: tuple[object, int, int]) -> None:
    """Refuse what is no whole number from the least to the most allowed; raises as above.

    Args:
        ranges: by parameter, (value, least, most).
    """
    for field, (value, least, most) in ranges.items():
        whole = isinstance(value, int) and not isinstance(value, bool)
        if not whole or not least <= int(str(value)) <= most:
            raise InvalidInputError(
                field=f"parameters.{field}",
                problem=f"{value} is no number of them",
                fix=f"Use a whole number from {least} to {most}",
            )
