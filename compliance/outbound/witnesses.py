"""Asks witnesses for cosignatures through the one client that may leave the house."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from compliance.domain.errors import InvalidInputError
from compliance.domain.tlog.checkpoint import SignedCheckpoint
from compliance.domain.tlog.merkle import HashReader
from compliance.domain.tlog.note_keys import VerifierKey
from compliance.domain.tlog.witness_client import (
    AskAgain,
    Cosigned,
    Failed,
    Problem,
    outcome_of,
    request_from,
)
from compliance.outbound.client import Limits, OutboundClient, OutboundError

LIMITS = Limits(attempts=1, seconds=10.0, body_bytes=64 << 10)
"""A witness that is slow holds up no checkpoint: it is asked again for the next one."""
MAX_ROUNDS = 3
"""The second request knows the witness's size; the third is for one that moved meanwhile."""
_HEADERS = {"Content-Type": "text/plain; charset=utf-8"}


@dataclass(frozen=True, slots=True)
class WitnessAddress:
    """A witness that this log asks.

    Attributes:
        url: its submission prefix.
        keys: all of its keys that are trusted.
    """

    name: str
    url: str
    keys: Sequence[VerifierKey]
    allow_internal: bool = False


def cosign(
    witness: WitnessAddress, signed: SignedCheckpoint, *, old: int, read: HashReader
) -> Cosigned | Failed:
    """Ask one witness to cosign a checkpoint; its lines are verified.

    Never raises for what the witness does: one that is down, slow or lying is a ``Failed``.

    Args:
        old: the size it is thought to have cosigned last, 0 where that is unknown.
        read: hashes of the log's tree.
    """
    url = f"{witness.url.rstrip('/')}/add-checkpoint"
    try:
        with OutboundClient(
            url, field="witness", allow_internal=witness.allow_internal, limits=LIMITS
        ) as client:
            for _ in range(MAX_ROUNDS):
                request = request_from(signed, old=old, read=read)
                answer = client.post(url, request.encode(), headers=_HEADERS)
                found = outcome_of(request, witness.keys, status=answer.status, body=answer.body)
                if not isinstance(found, AskAgain):
                    return found
                old = found.old
    except (OutboundError, InvalidInputError) as error:
        return Failed(Problem.UNAVAILABLE, str(error))
    return Failed(Problem.BROKEN, f"its last size changed {MAX_ROUNDS} times while it was asked")
