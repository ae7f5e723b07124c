"""Policy packs: what a regime demands of a model, as data that decides nothing by itself.

A pack is one TOML file. It is read strictly: an unknown key, a missing source or a limit that
cites nothing is refused. Its digest is of its canonical JSON, so that spelling and comments of the
file do not count, and every word that does is fixed with the version.

Source: TOML v1.0.0 (toml.io); RFC 8785 for the digest.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import cast

from compliance.domain.canonical import Json, digest
from compliance.domain.errors import InvalidInputError
from compliance.domain.policy.fields import Fields
from compliance.domain.vocabulary import Access, Role

MAX_PACK_BYTES = 1 << 17
MAX_DEMANDS = 100


class Binding(StrEnum):
    """What stands behind a demand."""

    LAW = "law"
    HOUSE = "house"
    """Nobody but whoever adopts the pack asks for it."""


@dataclass(frozen=True, slots=True)
class Limit:
    """The largest value of the statistic that the demand takes, and who says so.

    A demand without one takes the stress test's own limit, which no law states.
    """

    value: float
    source: str


@dataclass(frozen=True, slots=True)
class Period:
    """How old an answer may be, and how long after that nobody is late yet.

    Attributes:
        source: who says so; many laws state no number, and the pack then says whose it is.
    """

    days: int
    grace_days: int
    source: str


@dataclass(frozen=True, slots=True)
class Clock:
    """A legal clock that may run once something was found: shown to people, never started here.

    Attributes:
        starts: what starts it, which people have to judge.
    """

    days: int
    starts: str
    source: str


@dataclass(frozen=True, slots=True)
class Demand:
    """One thing that a regime asks for, and the stress test that answers as much of it as it can.

    Attributes:
        id: unique in the pack, a slug.
        asks: what the source asks for, in our words.
        applies_to: whom the source means: whoever adopts the pack says that it is they.
        applies_from: the day from which the source applies; None: it does already.
        test, test_version: the stress test, in this version or a later one.
        access: kinds of access that it is for; empty: every one.
        answers: who answers for it.
    """

    id: str
    title: str
    asks: str
    source: str
    binding: Binding
    applies_to: str
    applies_from: date | None
    test: str
    test_version: int
    access: tuple[Access, ...]
    answers: Role
    period: Period
    limit: Limit | None
    clock: Clock | None


@dataclass(frozen=True, slots=True)
class Pack:
    """A version of a policy pack; it never changes.

    Attributes:
        jurisdictions: where a model is on offer that it is for (ISO 3166-1 alpha-2, or EU); empty:
            wherever.
        checked_on: when its sources were last read.
        leaves_out: what the regime asks for and this pack does not speak of.
    """

    name: str
    version: int
    title: str
    regime: str
    url: str
    checked_on: date
    jurisdictions: tuple[str, ...]
    leaves_out: tuple[str, ...]
    demands: tuple[Demand, ...]

    def __str__(self) -> str:
        return f"{self.name}@{self.version}"

    @property
    def sha256(self) -> str:
        """Lowercase hex SHA-256 of its canonical JSON."""
        return digest(self.to_json())

    def to_json(self) -> dict[str, Json]:
        """What ``pack_from_json`` reads back."""
        return cast(dict[str, Json], _plain(asdict(self)))

    def demands_on(self, *, jurisdictions: Collection[str], access: Access) -> tuple[Demand, ...]:
        """The demands on a version that is on offer there and can be examined so."""
        if self.jurisdictions and not set(self.jurisdictions) & set(jurisdictions):
            return ()
        return tuple(one for one in self.demands if not one.access or access in one.access)


def pack_read(data: bytes) -> Pack:
    """The pack that a TOML file holds.

    Raises:
        InvalidInputError: naming the field that is missing, unknown or of the wrong kind.
    """
    if len(data) > MAX_PACK_BYTES:
        raise _refused("pack", f"it has more than {MAX_PACK_BYTES} bytes", "Split it in two packs")
    try:
        value = tomllib.loads(data.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _refused("pack", f"it is no TOML: {error}", "Write TOML v1.0.0") from error
    return _pack(Fields(value, "pack"))


def pack_from_json(value: Mapping[str, Json]) -> Pack:
    """The pack whose ``to_json`` a record keeps.

    Raises:
        InvalidInputError: it is none.
    """
    return _pack(Fields(value, "pack"))


def _pack(fields: Fields) -> Pack:
    found = Pack(
        name=fields.slug("name"),
        version=fields.count("version", least=1),
        title=fields.text("title"),
        regime=fields.text("regime"),
        url=fields.text("url"),
        checked_on=fields.day("checked_on"),
        jurisdictions=fields.texts("jurisdictions", may_be_empty=True),
        leaves_out=fields.texts("leaves_out"),
        demands=tuple(_demand(one) for one in fields.tables("demands", most=MAX_DEMANDS)),
    )
    fields.end()
    names = [one.id for one in found.demands]
    if len(set(names)) != len(names):
        raise _refused("demands", "two demands have one id", "Name each differently")
    return found


def _demand(fields: Fields) -> Demand:
    period, limit, clock = (fields.table(name) for name in ("period", "limit", "clock"))
    if period is None:
        raise _refused(fields.name("period"), "it is missing", "Say how old an answer may be")
    found = Demand(
        id=fields.slug("id"),
        title=fields.text("title"),
        asks=fields.text("asks"),
        source=fields.text("source"),
        binding=fields.word("binding", Binding),
        applies_to=fields.text("applies_to"),
        applies_from=fields.day("applies_from") if fields.has("applies_from") else None,
        test=fields.text("test"),
        test_version=fields.count("test_version", least=1),
        access=tuple(fields.words("access", Access)),
        answers=fields.word("answers", Role),
        period=_period(period),
        limit=_limit(limit) if limit else None,
        clock=_clock(clock) if clock else None,
    )
    fields.end()
    return found


def _period(fields: Fields) -> Period:
    found = Period(fields.count("days", least=1), fields.count("grace_days"), fields.text("source"))
    fields.end()
    return found


def _limit(fields: Fields) -> Limit:
    found = Limit(fields.number("value"), fields.text("source"))
    fields.end()
    return found


def _clock(fields: Fields) -> Clock:
    found = Clock(fields.count("days", least=1), fields.text("starts"), fields.text("source"))
    fields.end()
    return found


def _plain(value: object) -> object:
    """JSON of what ``asdict`` gives; what is None is left out, as in the file."""
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items() if one is not None}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value


def _refused(field: str, problem: str, fix: str) -> InvalidInputError:
    return InvalidInputError(field=field, problem=problem, fix=fix)
