"""Handing out bundles and dossiers; a reader from outside is told of in the ledger."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from compliance.accounts.selectors import Viewer
from compliance.audits.evidence import result_bundle
from compliance.audits.selectors import result_get
from compliance.domain.canonical import Json
from compliance.domain.events import EventType
from compliance.domain.verify.bundle import bundle_build
from compliance.events.services import event_record
from compliance.registry.models import Model


@transaction.atomic
def bundle_take(*, viewer: Viewer, result_id: UUID) -> bytes:
    """The bundle of a result, as a file.

    Whoever takes it without belonging to the organization whose record it is leaves an entry that
    this organization sees.

    Raises:
        NotFoundError: no such result that the viewer may see, or no bundle of it yet: it says why.
        DamagedError: the store does not hold the statement that the record names.
    """
    result = result_get(viewer=viewer, result_id=result_id)
    content = bundle_build(result_bundle(result))
    organization_id = result.version.model.organization_id
    read: dict[str, Json] = {"result": str(result.id)}
    _read_record(viewer, organization_id, f"run/{result.shard.run_id}", read)
    return content


@transaction.atomic
def dossier_take(*, viewer: Viewer, model: Model, form: str) -> None:
    """Say that somebody takes the dossier of a model that they may read, as ``bundle_take`` does.

    Args:
        form: what is taken, e.g. ``report 2026-11``.
    """
    read: dict[str, Json] = {"result": None, "model": str(model.id), "form": form}
    _read_record(viewer, model.organization_id, f"model/{model.id}", read)


def _read_record(
    viewer: Viewer, organization_id: UUID, subject: str, read: dict[str, Json]
) -> None:
    if organization_id not in viewer.roles:
        event_record(
            event_type=EventType.EVIDENCE_READ,
            organization_id=organization_id,
            subject=subject,
            payload={**read, "reader": viewer.user.email},
            actor=viewer.user,
        )
