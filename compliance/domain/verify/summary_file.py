"""The file of a verification summary: its envelope, and its place in the log beside it.

One canonical JSON object: a DSSE envelope with one field more, ``log``, which is an entry as the
proof of a page has it (``page_proof.py``). Producers of envelopes may add fields and consumers must
ignore those that they do not know, so tools that read a summary's envelope read this file too.

Source: DSSE v1.0.2, envelope, parsing rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from compliance.domain.canonical import Json, canonical_json
from compliance.domain.commitments import CommitmentError
from compliance.domain.dsse import MAX_ENVELOPE_BYTES, Envelope, parse_envelope
from compliance.domain.strict_json import StrictJsonError, strict_json
from compliance.domain.tlog.errors import FormatError
from compliance.domain.verify.archive import ArchiveError
from compliance.domain.verify.page_proof import ProvedEntry

MAX_SUMMARY_BYTES = MAX_ENVELOPE_BYTES + (1 << 21)
_PLACE = "log"
_STARTS = (b'{"log":', b'{"payload":')


@dataclass(frozen=True, slots=True)
class SummaryFile:
    """What the file holds; nothing of it is verified.

    Attributes:
        place: None in a file from before summaries carried it.
    """

    envelope: Envelope
    place: ProvedEntry | None


def is_summary(data: bytes) -> bool:
    """Whether a file begins as a summary does; the proof of a page begins otherwise."""
    return data.startswith(_STARTS)


def summary_build(file: SummaryFile) -> bytes:
    """The file; equal contents give equal bytes."""
    if file.place is None:
        return file.envelope.encode()
    fields = cast(dict[str, Json], strict_json(file.envelope.encode(), max_bytes=MAX_SUMMARY_BYTES))
    return canonical_json({_PLACE: file.place.to_json(), **fields})


def summary_read(data: bytes) -> SummaryFile:
    """A summary's envelope and place.

    Raises:
        ArchiveError: neither, or written in another way than it must be.
    """
    try:
        value = strict_json(data, max_bytes=MAX_SUMMARY_BYTES)
        if not isinstance(value, Mapping):
            raise ArchiveError("a summary is an envelope")
        fields = dict(value)
        place = ProvedEntry.from_json(fields.pop(_PLACE)) if _PLACE in fields else None
        found = SummaryFile(parse_envelope(canonical_json(fields)), place)
        same = summary_build(found) == data
    except (StrictJsonError, CommitmentError, FormatError) as error:
        raise ArchiveError(str(error)) from error
    except (ValueError, TypeError, AttributeError) as error:
        raise ArchiveError(f"the summary's place in the log: {error}") from error
    if not same:
        raise ArchiveError("the summary is written in another way than it must be")
    return found
