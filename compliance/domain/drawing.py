"""A seed that nobody chose: each side commits to a share, all reveal, the seed is the hash of all.

The parties commit to the SHA-256 of 32 bytes and reveal them once both have committed. The court's
share is drawn when it orders the battery, committed to then, and shown last. So a party that
withholds its share does not know what seed it decides against; its share then counts as absent,
and whether one was withheld is said beside the result. Where both have committed, a party that also
knew the court's share could choose between two seeds, with its own share and without: the chance
of a false finding in its favour would be at most 2 alpha (union bound). A party that never commits
leaves the draw to the other's share and the court's secrecy.

Source: Blum, Coin flipping by telephone, CRYPTO 1981 (commit and reveal).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from compliance.domain.canonical import digest
from compliance.domain.dispute_words import Side
from compliance.domain.errors import InvalidInputError

SHARE_BYTES = 32
FORMAT = "assay/draw/v1"
_HEX = re.compile(r"[0-9a-f]{64}", re.ASCII)


def share_commitment(share: str) -> str:
    """Lowercase hex SHA-256 of a share's 32 bytes.

    Args:
        share: 64 lowercase hex digits.

    Raises:
        InvalidInputError: naming share.
    """
    hex_check("share", share)
    return hashlib.sha256(bytes.fromhex(share)).hexdigest()


def hex_check(field: str, value: str) -> None:
    """Refuse what is not 32 bytes in lowercase hex.

    Raises:
        InvalidInputError: naming ``field``.
    """
    if not _HEX.fullmatch(value):
        raise InvalidInputError(
            field=field,
            problem="it is not 32 bytes in lowercase hex",
            fix="Give 64 digits of 0 to 9 and a to f",
        )


def seed_drawn(*, dispute: str, plan_digest: str, shares: Mapping[Side, str]) -> str:
    """The seed of a dispute's battery, 64 hex digits.

    Args:
        plan_digest: of the plan that it was ordered by.
        shares: hex of each share that was revealed; a party's that was withheld is absent.
    """
    said = {side.value: shares.get(side) for side in (Side.COURT, Side.CLAIMANT, Side.RESPONDENT)}
    return digest({"format": FORMAT, "dispute": dispute, "plan": plan_digest, "shares": said})
