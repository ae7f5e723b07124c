"""What a verifier reads of a log entry: its commitments, whatever else it says."""

from __future__ import annotations

import re
from collections.abc import Mapping

from compliance.domain.canonical import canonical_json
from compliance.domain.commitments import CommitmentError
from compliance.domain.strict_json import StrictJsonError, strict_json

MAX_ENTRY_BYTES = 65_535
"""What an entry bundle of tlog-tiles can hold."""
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


def entry_header(entry: bytes) -> tuple[str, str]:
    """The type and the subject that an entry names, whose commitments were read already.

    Raises:
        CommitmentError: it names none.
    """
    value = strict_json(entry, max_bytes=MAX_ENTRY_BYTES)
    found = [value.get(name) for name in ("type", "subject")] if isinstance(value, Mapping) else []
    texts = [one for one in found if isinstance(one, str)]
    if len(texts) != 2:
        raise CommitmentError("the log entry says of no event of which type it is, or what about")
    return texts[0], texts[1]


def entry_commitments(entry: bytes) -> Mapping[str, str]:
    """Field path to lowercase hex commitment.

    Raises:
        CommitmentError: no canonical JSON object with commitments.
    """
    try:
        value = strict_json(entry, max_bytes=MAX_ENTRY_BYTES)
    except StrictJsonError as error:
        raise CommitmentError(f"the log entry: {error}") from error
    found = value.get("commitments") if isinstance(value, Mapping) else None
    if not isinstance(found, Mapping) or canonical_json(value) != entry:
        raise CommitmentError("the log entry is no canonical JSON with commitments")
    texts = {path: one for path, one in found.items() if isinstance(one, str)}
    if len(texts) != len(found) or not all(map(_DIGEST.fullmatch, texts.values())):
        raise CommitmentError("a commitment of the log entry is no SHA-256 in hex")
    return texts
