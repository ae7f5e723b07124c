"""Verification summaries: what an attestation says of a version against a pack at one moment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from compliance.accounts.selectors import Viewer
from compliance.accounts.services import model_reading_tell
from compliance.audits.evidence import subject_described
from compliance.audits.models import Result
from compliance.domain.attestation import (
    FAILED,
    PASSED,
    PAYLOAD_TYPE,
    STATEMENT_PATH,
    summary_statement,
)
from compliance.domain.attestation import Summary as Said
from compliance.domain.dsse import Envelope
from compliance.domain.entries import ACTOR
from compliance.domain.errors import NotFoundError
from compliance.domain.events import EventType
from compliance.domain.policy.obligations import ObligationState
from compliance.domain.readings import Seen
from compliance.domain.rights import Action
from compliance.domain.verify.page_proof import ProvedEntry
from compliance.domain.verify.summary_file import SummaryFile, summary_build
from compliance.events.services import event_record
from compliance.ledger.models import Entry
from compliance.ledger.selectors import included, openings_of
from compliance.ledger.services import attestation_get, evidence_record
from compliance.obligations.assessing import Assessed, assess
from compliance.obligations.models import Obligation, Summary
from compliance.obligations.selectors import summary_get
from compliance.policies.models import PolicyPack
from compliance.registry.models import Version


@transaction.atomic
def summary_issue(*, viewer: Viewer, version: Version, pack: PolicyPack, now: datetime) -> Summary:
    """Attest that a version meets a pack, or that it does not, as the record has it now.

    It says PASSED only if every demand of the pack on the version is met by a result whose
    statement the ledger holds. Whatever is due, unclear or cannot be tested makes it FAILED.

    Raises:
        NotFoundError: the pack is not adopted, or demands nothing of this version.
        NotAllowedError: the viewer may not have one issued.
    """
    viewer.require(Action.ISSUE_SUMMARY, version.model.organization_id)
    found = _assessed(version, pack, now)
    met = all(one.state is ObligationState.MET and _statement(one) for one in found)
    content = summary_statement([subject_described(version)], _said(version, pack, found, met, now))
    summary = Summary.objects.create(
        pack=pack,
        version=version,
        met=met,
        statement_sha256=evidence_record(content=content, media_type=PAYLOAD_TYPE),
        issued_by=viewer.user,
        issued_at=now,
    )
    event_record(
        event_type=EventType.SUMMARY_ISSUED,
        organization_id=version.model.organization_id,
        subject=f"summary/{summary.id}",
        payload={
            "summary": str(summary.id),
            "pack": str(pack),
            "version": str(version.id),
            "result": PASSED if met else FAILED,
            STATEMENT_PATH: summary.statement_sha256,
        },
        actor=viewer.user,
        model_id=version.model_id,
    )
    return summary


def summary_take(*, viewer: Viewer, summary_id: UUID) -> bytes:
    """A verification summary as a file: the operator's signatures, and its place in the log.

    Whoever takes it from outside leaves an entry that the organization sees whose record it is.

    Raises:
        NotFoundError: no such summary that the viewer may see, or it is not signed or logged yet.
        ErasedError: its statement was erased on the record.
        DamagedError: the store does not hold the statement that the record names.
    """
    summary = summary_get(viewer=viewer, summary_id=summary_id)
    statement, signatures = attestation_get(sha256=summary.statement_sha256)
    place = _place(f"summary/{summary.id}")
    model_reading_tell(
        viewer=viewer,
        what=Seen.SUMMARY,
        model=summary.version.model,
        subject=f"summary/{summary.id}",
    )
    return summary_build(SummaryFile(Envelope(PAYLOAD_TYPE, statement, signatures), place))


def _place(subject: str) -> ProvedEntry:
    about = {"event__subject": subject, "event__type": EventType.SUMMARY_ISSUED.value}
    entry = Entry.objects.filter(**about).select_related("event").first()
    if entry is None:
        raise NotFoundError("it is not in the log yet; the sequencer puts it there in seconds")
    # The file is handed on: who had it issued is between the operator and its people.
    shown = tuple(one for one in openings_of(entry) if one.path != ACTOR)
    return ProvedEntry(bytes(entry.body), shown, included(entry=entry).tlog_proof)


def _assessed(version: Version, pack: PolicyPack, now: datetime) -> list[Assessed]:
    rows = Obligation.objects.filter(
        version=version, adoption__pack=pack, adoption__dropped_at__isnull=True, in_force=True
    ).select_related("adoption__pack", "version__model__organization")
    found = assess(list(rows), results=Result.objects.all(), now=now)
    if not found:
        raise NotFoundError(f"{pack} is not adopted, or demands nothing of {version}")
    return found


def _said(
    version: Version, pack: PolicyPack, found: Sequence[Assessed], met: bool, now: datetime
) -> Said:
    level = f"ASSAY_POLICY_{pack.name}_{pack.version}".upper().replace("-", "_")
    return Said(
        verifier=settings.PUBLIC_URL,
        time=now.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        resource=f"urn:assay:version:{version.id}",
        pack=str(pack),
        pack_sha256=pack.sha256,
        statements=tuple(sorted({sha256 for one in found if (sha256 := _statement(one))})),
        met=met,
        levels=(level,) if met else (),
    )


def _statement(one: Assessed) -> str:
    return one.result.statement_sha256 if one.result else ""
