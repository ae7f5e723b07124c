"""Reads the fields of a table one by one, and refuses whatever nobody asked for."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import TypeVar

from compliance.domain.errors import InvalidInputError

MAX_TEXT = 4_000
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
Word = TypeVar("Word", bound=StrEnum)


class Fields:
    """A table whose fields are taken by name and kind; ``end`` refuses those nobody took.

    Every method raises InvalidInputError, naming the field by its place in the file.
    """

    def __init__(self, value: object, place: str) -> None:
        self._place = place
        if not isinstance(value, Mapping):
            raise InvalidInputError(field=place, problem="it is no table", fix="Write a table")
        self._left = dict(value)

    def name(self, field: str) -> str:
        """The field by its place in the file."""
        return f"{self._place}.{field}"

    def has(self, field: str) -> bool:
        """Whether it is there."""
        return field in self._left

    def text(self, field: str) -> str:
        """Text that says something."""
        found = self._take(field)
        if not isinstance(found, str) or not found.strip() or len(found) > MAX_TEXT:
            raise self._wrong(field, f"text of 1 to {MAX_TEXT} characters")
        return found

    def slug(self, field: str) -> str:
        """Small letters, digits and hyphens, at most 50."""
        found = self.text(field)
        if not _SLUG.fullmatch(found) or len(found) > 50:
            raise self._wrong(field, "small letters, digits and hyphens, at most 50")
        return found

    def texts(self, field: str, *, may_be_empty: bool = False) -> tuple[str, ...]:
        """A list of texts."""
        found = self._take(field)
        if not isinstance(found, list) or not (found or may_be_empty):
            raise self._wrong(field, "a list of texts")
        if not all(isinstance(one, str) and one.strip() for one in found):
            raise self._wrong(field, "a list of texts")
        return tuple(found)

    def count(self, field: str, *, least: int = 0) -> int:
        """A whole number."""
        found = self._take(field)
        if type(found) is not int or not least <= found <= 100_000:
            raise self._wrong(field, f"a whole number from {least}")
        return found

    def number(self, field: str) -> float:
        """A finite number."""
        found = self._take(field)
        if type(found) not in {int, float} or not math.isfinite(found):  # type: ignore[arg-type]
            raise self._wrong(field, "a number")
        return float(found)  # type: ignore[arg-type]

    def day(self, field: str) -> date:
        """A day, as TOML or RFC 3339 writes it."""
        found = self._take(field)
        try:
            return date.fromisoformat(found.isoformat() if isinstance(found, date) else str(found))
        except ValueError as error:
            raise self._wrong(field, "a day such as 2026-08-02") from error

    def word(self, field: str, of: type[Word]) -> Word:
        """One word of an enumeration."""
        try:
            return of(self.text(field))
        except ValueError as error:
            raise self._wrong(field, f"one of {', '.join(of)}") from error

    def words(self, field: str, of: type[Word]) -> list[Word]:
        """Words of an enumeration; none where the field is not there."""
        if not self.has(field):
            return []
        try:
            return [of(one) for one in self.texts(field, may_be_empty=True)]
        except ValueError as error:
            raise self._wrong(field, f"some of {', '.join(of)}") from error

    def table(self, field: str) -> Fields | None:
        """A table below this one; None where it is not there."""
        return Fields(self._take(field), self.name(field)) if self.has(field) else None

    def tables(self, field: str, *, most: int) -> list[Fields]:
        """A list of tables, one at least."""
        found = self._take(field)
        if not isinstance(found, list) or not 1 <= len(found) <= most:
            raise self._wrong(field, f"a list of 1 to {most} tables")
        return [Fields(one, f"{self.name(field)}[{at}]") for at, one in enumerate(found)]

    def end(self) -> None:
        """Refuse what nobody took: a misspelt field would be passed over in silence."""
        for field in sorted(map(str, self._left)):
            raise InvalidInputError(
                field=self.name(field), problem="there is no such field", fix="Leave it out"
            )

    def _take(self, field: str) -> object:
        if field not in self._left:
            raise InvalidInputError(
                field=self.name(field), problem="it is missing", fix="Write it down"
            )
        return self._left.pop(field)

    def _wrong(self, field: str, kind: str) -> InvalidInputError:
        return InvalidInputError(
            field=self.name(field), problem=f"it is not {kind}", fix=f"Write {kind}"
        )
