"""Reads the files of c2sp.org/tlog-policy."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from compliance.domain.tlog.encoding import decimal_decode, shown
from compliance.domain.tlog.errors import FormatError
from compliance.domain.tlog.note_keys import parse_vkey
from compliance.domain.tlog.witness_policy import (
    MAX_POLICY_BYTES,
    NONE,
    Group,
    Log,
    Policy,
    Witness,
)

_FORBIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_SPACES = re.compile(r"[ \t]+")


def parse_policy(data: bytes) -> Policy:
    """The policy that a file holds.

    Raises:
        FormatError: the message names the line and what is wrong with it.
    """
    reader = _Reader()
    for number, words in _lines(data):
        try:
            reader.take(words)
        except FormatError as error:
            raise FormatError(f"line {number}: {error}") from error
    return reader.policy()


def _lines(data: bytes) -> Iterator[tuple[int, list[str]]]:
    if len(data) > MAX_POLICY_BYTES:
        raise FormatError(f"a policy of {len(data)} bytes is over the limit of {MAX_POLICY_BYTES}")
    text = data.decode("utf-8", errors="surrogateescape")
    if _FORBIDDEN.search(text):
        raise FormatError("a policy has no control characters but tab and newline")
    *lines, rest = text.split("\n")
    if rest:
        raise FormatError("a policy's last line ends in a newline; this one may be cut off")
    for number, line in enumerate(lines, start=1):
        words = _SPACES.split(line.strip(" \t"))
        if words != [""] and not words[0].startswith("#"):
            yield number, words


@dataclass
class _Reader:
    """What the lines so far have defined."""

    logs: list[Log] = field(default_factory=list)
    witnesses: list[Witness] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    quorum: str = ""

    def take(self, words: Sequence[str]) -> None:
        match words:
            case ["log", vkey, *url] if len(url) < 2:
                self.logs.append(Log(parse_vkey(vkey), "".join(url)))
            case ["witness", name, vkey, *url] if len(url) < 2:
                self._define(name)
                self.witnesses.append(Witness(name, parse_vkey(vkey), "".join(url)))
            case ["group", name, count, *members] if members:
                self._group(name, count, members)
            case ["quorum", name]:
                self._known(name)
                if self.quorum:
                    raise FormatError("a policy has one quorum line, and this is the second")
                self.quorum = name
            case _:
                raise FormatError(f"{shown(words[0])} is not used like that")

    def policy(self) -> Policy:
        if not self.quorum:
            raise FormatError("a policy has a quorum line, and this has none")
        return Policy(tuple(self.logs), tuple(self.witnesses), tuple(self.groups), self.quorum)

    def _group(self, name: str, count: str, members: list[str]) -> None:
        for member in members:
            self._known(member)
        self._define(name)
        named = {"any": 1, "all": len(members)}
        threshold = named[count] if count in named else decimal_decode(count, what="the threshold")
        self.groups.append(Group(name, threshold, tuple(members)))

    def _define(self, name: str) -> None:
        if name in self.names or name == NONE:
            raise FormatError(f"the name {shown(name)} is taken")
        self.names.add(name)

    def _known(self, name: str) -> None:
        if name not in self.names and name != NONE:
            raise FormatError(f"the name {shown(name)} is not defined before it is used")
