"""Filing, and reading what was filed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from compliance.accounts.selectors import Viewer
from compliance.accounts.services import reading_tell
from compliance.disputes.models import Dispute, Filing, FilingFile
from compliance.disputes.selectors import Seat, acting, filing_file_get, filing_get
from compliance.disputes.services.telling import (
    dispute_held,
    dispute_move,
    dispute_tell,
    text_check,
)
from compliance.domain.canonical import Json
from compliance.domain.dispute_words import DisputeState, Side
from compliance.domain.disputes import MAX_FILE_BYTES, MAX_FILES, Act
from compliance.domain.errors import InvalidInputError
from compliance.domain.events import EventType
from compliance.domain.readings import Seen
from compliance.ledger.services import evidence_read, evidence_record

MEDIA_TYPE = "application/octet-stream"
"""Whatever was filed: a type that its author chose could be one that the operator signs."""


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that is filed, by name and content."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Submission:
    """What somebody files."""

    title: str
    text: str
    confidential: bool = False
    files: Sequence[Attached] = ()


@transaction.atomic
def dispute_file(*, viewer: Viewer, dispute: Dispute, submission: Submission) -> Filing:
    """File for a party or a reviewer; the respondent's first filing is its answer.

    Raises:
        InvalidInputError: naming title, text or files.
        NotAllowedError, TransitionError: see ``acting``.
    """
    held = dispute_held(dispute)
    seat = acting(viewer=viewer, dispute=held, act=Act.FILE)
    _check(submission)
    if seat.side is Side.REVIEWER and submission.confidential:
        raise _refusal("confidential", "a reviewer reads nothing in confidence, and files nothing")
    filing = Filing.objects.create(
        dispute=held,
        number=held.filings.count() + 1,
        organization=seat.organization,
        side=seat.side.value,
        title=submission.title.strip(),
        confidential=submission.confidential,
        text_sha256=evidence_record(content=submission.text.encode(), media_type=MEDIA_TYPE),
        filed_by=viewer.user,
    )
    files = [_file(filing, number, one) for number, one in enumerate(submission.files, 1)]
    dispute_tell(
        event_type=EventType.DISPUTE_FILED,
        dispute=held,
        seat=seat,
        actor=viewer.user,
        payload=_filed(filing, files, seat),
    )
    if seat.side is Side.RESPONDENT and held.state == DisputeState.OPENED.value:
        dispute_move(
            dispute=held,
            new=DisputeState.ANSWERED,
            who=viewer.user.email,
            why=f"the respondent answered by filing {filing.number}",
        )
    return filing


def filing_read(*, viewer: Viewer, dispute_id: UUID, number: int) -> tuple[Filing, str]:
    """A filing with its text; whoever reads a confidential one is told of each time.

    Raises:
        NotFoundError, NotAllowedError: see ``filing_get``.
        ErasedError: it was erased on the record.
        DamagedError: the store does not hold what the record names.
    """
    filing = filing_get(viewer=viewer, dispute_id=dispute_id, number=number)
    text = evidence_read(sha256=filing.text_sha256).decode()
    _tell(viewer, filing)
    return filing, text


def filing_file_read(
    *, viewer: Viewer, dispute_id: UUID, number: int, file: int
) -> tuple[FilingFile, bytes]:
    """A file of a filing; told of as the filing is.

    Raises:
        NotFoundError, NotAllowedError: see ``filing_get``.
        ErasedError: it was erased on the record.
        DamagedError: the store does not hold what the record names.
    """
    filing = filing_get(viewer=viewer, dispute_id=dispute_id, number=number)
    found = filing_file_get(filing=filing, number=file)
    content = evidence_read(sha256=found.sha256)
    _tell(viewer, filing)
    return found, content


def _tell(viewer: Viewer, filing: Filing) -> None:
    reading_tell(
        viewer=viewer,
        what=Seen.CONFIDENTIAL_FILING if filing.confidential else Seen.FILING,
        organization_id=filing.organization_id,
        subject=f"filing/{filing.id}",
    )


def _check(submission: Submission) -> None:
    text_check("title", submission.title, most=200)
    text_check("text", submission.text)
    if len(submission.files) > MAX_FILES:
        raise _refusal("files", f"more than {MAX_FILES} files")
    for one in submission.files:
        if not 0 < len(one.content) <= MAX_FILE_BYTES:
            raise _refusal("files", f"{one.name} has no bytes, or more than {MAX_FILE_BYTES:,}")
        if not one.name.strip() or len(one.name) > 200 or not one.name.isprintable():
            raise _refusal("files", "a file's name is 1 to 200 printable characters")


def _file(filing: Filing, number: int, attached: Attached) -> FilingFile:
    return FilingFile.objects.create(
        filing=filing,
        number=number,
        name=attached.name,
        sha256=evidence_record(content=attached.content, media_type=MEDIA_TYPE),
        size_bytes=len(attached.content),
    )


def _filed(filing: Filing, files: Sequence[FilingFile], seat: Seat) -> dict[str, Json]:
    kind = "confidential filing" if filing.confidential else "filing"
    return {
        "filing": str(filing.id),
        "number": filing.number,
        "title": filing.title,
        "confidential": filing.confidential,
        "text": filing.text_sha256,
        "files": [{"name": one.name, "sha256": one.sha256} for one in files],
        "statement": (
            f"{kind} {filing.number} of the {seat.side.value}, {seat.organization}: "
            f"{filing.title}; text {filing.text_sha256}"
            + "".join(f"; {one.name} {one.sha256}" for one in files)
        ),
    }


def _refusal(field: str, problem: str) -> InvalidInputError:
    return InvalidInputError(field=field, problem=problem, fix="File it otherwise, or elsewhere")
