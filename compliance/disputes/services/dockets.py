"""Handing out a docket; whoever takes one is told of in the ledger."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from compliance.accounts.selectors import Viewer
from compliance.accounts.services import model_reading_tell
from compliance.audits.evidence import result_bundle
from compliance.audits.models import Result
from compliance.disputes.models import Dispute
from compliance.disputes.selectors import dispute_get
from compliance.domain.dispute_words import DisputeState
from compliance.domain.errors import NotFoundError
from compliance.domain.readings import Seen
from compliance.domain.tlog.tlog_proof import TlogProof
from compliance.domain.verify.bundle import bundle_build
from compliance.domain.verify.docket import Docket, docket_build
from compliance.domain.verify.docket_steps import STEPS
from compliance.domain.verify.page_proof import ProvedEntry, page_proof_build
from compliance.events.models import Event
from compliance.ledger.models import Entry
from compliance.ledger.selectors import included_together, openings_of


@transaction.atomic
def docket_take(*, viewer: Viewer, dispute_id: UUID) -> bytes:
    """The docket of a dispute, as a file: every step in the court's record, and every bundle.

    The results in it are of the respondent's record, so its provider is told of each taking.

    Raises:
        NotFoundError: no such dispute that the viewer may see, or a step is not in the log yet.
        ErasedError: the statement of a result that was heard was erased on the record.
        DamagedError: the store does not hold what the record names.
    """
    dispute = dispute_get(viewer=viewer, dispute_id=dispute_id)
    content = docket_build(
        Docket(
            dispute=str(dispute.id),
            plans=tuple(one.plan for one in dispute.batteries.all()),
            proof=_proof(dispute),
            bundles=tuple(bundle_build(result_bundle(one)) for one in _results(dispute)),
        )
    )
    model_reading_tell(
        viewer=viewer,
        what=Seen.DOCKET,
        model=dispute.respondent_version.model,
        subject=f"dispute/{dispute.id}",
    )
    return content


def _proof(dispute: Dispute) -> bytes:
    told = Event.objects.filter(
        subject=f"dispute/{dispute.id}",
        organization=dispute.court_id,
        type__in=[one.value for one in STEPS],
    )
    entries = Entry.objects.filter(event__in=told).select_related("event")
    found = included_together(entries=entries)
    if len(found) < told.count():
        raise NotFoundError("a step is not in the log yet; the sequencer puts it there in seconds")
    proved = [
        ProvedEntry(
            entry=bytes(one.entry.body),
            openings=tuple(openings_of(one.entry)),
            proof=TlogProof(one.entry.index, tuple(one.proof), found[0].tlog_proof.checkpoint),
        )
        for one in found
    ]
    return page_proof_build(about=f"dispute {dispute}", entries=proved)


def _results(dispute: Dispute) -> list[Result]:
    """Those that were heard, in the order of the batteries; of the one that runs, none yet."""
    heard = Result.objects.filter(shard__run__draw__battery__dispute=dispute)
    if dispute.state == DisputeState.RUNNING.value and dispute.battery:
        heard = heard.exclude(shard__run__draw__battery=dispute.battery)
    related = heard.select_related("shard__run", "version__model__organization")
    return list(related.order_by("shard__run__draw__battery__number", "shard__position"))
