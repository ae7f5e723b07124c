"""A time stamp (RFC 3161) beside a bundle: an authority says that its checkpoint existed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.x509 import Certificate

from compliance.domain.timestamps import (
    MAX_RESPONSE_BYTES,
    MAX_ROOTS_BYTES,
    NoTimestampLibraryError,
    TimestampError,
    roots_read,
    timestamp_verified,
)
from compliance.domain.verify.bundle import bundle_read
from compliance.domain.verify.rules import Outcome


@dataclass(frozen=True, slots=True)
class Stamp:
    """An authority's answer, and the roots that are trusted; none where nobody named one."""

    response: bytes
    roots: Sequence[Certificate]


def stamp_given(timestamp: Path | None, root: Path | None) -> Stamp | None:
    """What the flags name.

    Raises:
        TimestampError: a root without a stamp, or no certificate.
        OSError: a file cannot be read.
    """
    if timestamp is None:
        if root is not None:
            raise TimestampError("--timestamp-root is of use with --timestamp alone")
        return None
    with timestamp.open("rb") as file:
        response = file.read(MAX_RESPONSE_BYTES + 1)
    if root is None:
        return Stamp(response, ())
    with root.open("rb") as file:
        return Stamp(response, roots_read(file.read(MAX_ROOTS_BYTES + 1)))


def stamp_check(data: bytes, stamp: Stamp) -> tuple[Outcome, str]:
    """What became of the stamp on the checkpoint of a bundle whose rules hold."""
    if not stamp.roots:
        return Outcome.NOT_CHECKED, "name the authority that you trust: --timestamp-root PEM"
    bundle, _ = bundle_read(data)
    text = bundle.proof.checkpoint.checkpoint.text.encode()
    try:
        at = timestamp_verified(stamp.response, text, roots=stamp.roots)
    except NoTimestampLibraryError as error:
        return Outcome.NOT_CHECKED, str(error)
    except TimestampError as error:
        return Outcome.BROKEN, str(error)
    return Outcome.HOLDS, f"the checkpoint existed at {at.isoformat()}"
