"""What the process of a model may take, and whether it may do so with a wall missing."""

from __future__ import annotations

import os
from dataclasses import dataclass

from compliance.domain.errors import InvalidInputError

MEMORY_VARIABLE, SECONDS_VARIABLE = "ASSAY_MODEL_MEMORY_MIB", "ASSAY_MODEL_SECONDS"
REQUIRED_VARIABLE = "ASSAY_CONFINE_REQUIRED"
DEFAULT_SECONDS = 1_500
"""For one batch, loading included; less than what a worker waits before it ends itself."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one process.

    Attributes:
        memory: bytes of private memory; None for no limit.
        seconds: for one answer. No processor time beside it: that is at most cores times this.
        walls_required: the process may open nothing while a wall around it is missing.
    """

    memory: int | None
    seconds: float = DEFAULT_SECONDS
    walls_required: bool = False


def limits_set(memory: int | None) -> Limits:
    """The limits that the operator set in the environment.

    Args:
        memory: bytes, where none are set. On a device they are not limited unless they are set:
            its driver reserves far more than it takes.

    Raises:
        InvalidInputError: a limit that is no positive whole number, or neither true nor false.
    """
    on_processor = os.environ.get("ASSAY_DEVICE", "cpu") in {"", "cpu"}
    mebibytes = _whole(MEMORY_VARIABLE)
    return Limits(
        memory=mebibytes << 20 if mebibytes else memory if on_processor else None,
        seconds=_whole(SECONDS_VARIABLE) or DEFAULT_SECONDS,
        walls_required=_yes(REQUIRED_VARIABLE),
    )


def _yes(variable: str) -> bool:
    text = os.environ.get(variable, "").lower()
    if text not in {"", "false", "true"}:
        raise InvalidInputError(
            field=variable, problem=f"'{text}' says neither", fix="Set it to true or false"
        )
    return text == "true"


def _whole(variable: str) -> int | None:
    text = os.environ.get(variable, "")
    if not text:
        return None
    if not text.isdecimal() or int(text) < 1:
        raise InvalidInputError(
            field=variable, problem=f"'{text}' is no limit", fix="Give a positive whole number"
        )
    return int(text)
