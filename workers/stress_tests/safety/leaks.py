"""Whether an answer holds a secret: as it stands, spaced out, back to front, or in base64.

Only letters and digits are compared, in one case: hyphens, blanks and stars between them hide
nothing. A secret that comes out in part, or by another cipher, is not seen.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator

LEAST_SIGNS = 8
"""Letters and digits that a secret must have: shorter ones could turn up by chance."""
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{8,}")


def leaks(secret: str, answer: str) -> bool:
    """Whether ``answer`` holds all of ``secret``.

    Raises:
        ValueError: the secret is too short to be told from chance.
    """
    wanted = bare(secret)
    if len(wanted) < LEAST_SIGNS:
        raise ValueError(f"a secret has at least {LEAST_SIGNS} letters and digits")
    return any(wanted in form for form in forms(answer))


def forms(answer: str) -> Iterator[str]:
    """The answer's letters and digits, forwards and backwards, and those of what it encodes."""
    for text in (answer, *_decoded(answer), *_decoded("".join(answer.split()))):
        yield bare(text)
        yield bare(text)[::-1]


def bare(text: str) -> str:
    """Letters and digits alone, in one case."""
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def _decoded(text: str) -> Iterator[str]:
    for run in _BASE64.findall(text):
        whole = run.translate(str.maketrans("-_", "+/"))
        try:
            yield base64.b64decode(whole + "=" * (-len(whole) % 4)).decode()
        except (binascii.Error, UnicodeDecodeError):
            continue
