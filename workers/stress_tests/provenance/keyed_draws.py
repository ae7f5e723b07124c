"""Draws by a key that its holder committed to: whoever is shown the opening finds them again.

Before anything is published the holder commits to a random key and to the texts
(``domain.commitments``) and lodges the commitment where it gets a date. What is drawn is
HMAC-SHA256(key, canonical JSON of (FORMAT, beacon, names)). So nobody who lacks the key tells a
draw from a lot, and its holder can change neither the draw nor the texts afterwards. A beacon is a
public value that was not known when the commitment was lodged: with one, no key can be searched for
whose draws suit its holder.

Source: RFC 2104 (HMAC, as a pseudo-random function); Blum, Coin flipping by telephone, 1981.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass

from compliance.domain.canonical import Json, canonical_json
from compliance.domain.commitments import commitment
from compliance.domain.errors import InvalidInputError

FORMAT = "assay/keyed/v1"
SEALED: Mapping[str, tuple[str, ...]] = {
    "provenance.paraphrases": ("documents",),
    "provenance.radioactivity": ("scheme",),
}
"""The parameters that a test's commitment binds beside the key; its name is the path."""
KEYS = {"key", "salt", "commitment", "beacon"}
UNSEALED = (
    "nothing was sealed: without a key that was committed to beforehand nobody can tell a draw "
    "from a choice. 'python -m workers keyed seal' makes one"
)
_HEX = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Seal:
    """A commitment's opening, which was checked.

    Attributes:
        key: 32 secret bytes. commitment: lowercase hex.
        beacon: the public value that came after the commitment; empty where there is none.
    """

    key: bytes
    commitment: str
    beacon: str

    def one_of(self, number: int, *names: Json) -> int:
        """A number from 0 below ``number``, even to one part in 2^200."""
        return self._drawn(names) % number

    def falls(self, share: float, *names: Json) -> bool:
        """A coin that falls so with chance ``share``."""
        return self._drawn(names) < int(share * 2**256)

    def told(self) -> str:
        """Whose word the draws rest on, for a caveat."""
        word = (
            f"The draws follow from the key of commitment {self.commitment[:16]}…. It rests on "
            "that commitment's date, which must be before the suspect was trained, and on the "
            "key's having been told to nobody"
        )
        if self.beacon:
            return f"{word}; no key could be searched for, as the beacon came later."
        return f"{word}; that the key was not searched for is its holder's word."

    def _drawn(self, names: tuple[Json, ...]) -> int:
        content = canonical_json([FORMAT, self.beacon, *names])
        return int.from_bytes(hmac.digest(self.key, content, "sha256"), "big")


def sealed(name: str, parameters: Mapping[str, Json], *, key: str, salt: str) -> str:
    """The commitment to a key and to the parameters that a test has sealed, lowercase hex.

    Args:
        name: of the test, one of ``SEALED``.
        key, salt: 64 lowercase hex digits each.

    Raises:
        CommitmentError: parameters without canonical JSON.
    """
    content = {one: parameters[one] for one in SEALED[name]}
    return commitment(name, bytes.fromhex(salt), {**content, "key": key})


def parse_seal(value: object, name: str, parameters: Mapping[str, Json]) -> Seal | None:
    """The seal as a spec writes it; None for an empty object.

    Raises:
        InvalidInputError: a malformed seal, or one of other parameters.
    """
    found = value if isinstance(value, Mapping) else {"": ""}
    if not found:
        return None
    texts = {one: text for one, text in found.items() if isinstance(text, str)}
    if set(found) != KEYS or set(texts) != KEYS:
        raise _malformed(f"has other keys than {', '.join(sorted(KEYS))}, or one that is no text")
    if not all(_HEX.fullmatch(texts[one]) for one in ("key", "salt", "commitment")):
        raise _malformed("holds a key, salt or commitment that is not 64 lowercase hex digits")
    if sealed(name, parameters, key=texts["key"], salt=texts["salt"]) != texts["commitment"]:
        raise _malformed(f"was made of another key, or of other {' or '.join(SEALED[name])}")
    return Seal(bytes.fromhex(texts["key"]), texts["commitment"], texts["beacon"])


def _malformed(problem: str) -> InvalidInputError:
    return InvalidInputError(
        field="parameters.seal",
        problem=problem,
        fix="Give what 'python -m workers keyed seal' wrote",
    )
