"""What a target of the fuzzers is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Target:
    """A parser under attack.

    Attributes:
        parse: takes bytes; raises what ``refuses`` names and nothing else.
        seeds: sound inputs to start from.
    """

    parse: Callable[[bytes], object]
    refuses: tuple[type[Exception], ...]
    seeds: Sequence[bytes]

    def accepts(self, data: bytes) -> bool:
        """Whether the bytes are taken; anything but the parser's own error goes through."""
        try:
            self.parse(data)
        except self.refuses:
            return False
        return True
