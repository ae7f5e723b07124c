"""Handing out bundles and dossiers, of which the ledger tells; checking a bundle in the house."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from compliance.accounts.selectors import Viewer
from compliance.accounts.services import model_reading_tell
from compliance.audits.evidence import result_bundle
from compliance.audits.selectors import result_get
from compliance.domain.errors import DamagedError, NotFoundError
from compliance.domain.readings import Seen
from compliance.domain.verify.bundle import bundle_build
from compliance.domain.verify.rules import Outcome, Rule, Step, verify
from compliance.ledger.services import own_trust
from compliance.registry.models import Model


@transaction.atomic
def bundle_take(*, viewer: Viewer, result_id: UUID) -> bytes:
    """The bundle of a result, as a file.

    Whoever takes it leaves an entry that the organization sees whose record it is.

    Raises:
        NotFoundError: no such result that the viewer may see, or no bundle of it yet: it says why.
        ErasedError: its statement was erased on the record.
        DamagedError: the store does not hold the statement that the record names.
    """
    result = result_get(viewer=viewer, result_id=result_id)
    content = bundle_build(result_bundle(result))
    model_reading_tell(
        viewer=viewer,
        what=Seen.BUNDLE,
        model=result.version.model,
        subject=f"result/{result.id}",
    )
    return content


def bundle_recheck(*, viewer: Viewer, result_id: UUID) -> list[Step]:
    """Make the bundle of a result anew and apply its trust rules, by the log's own keys.

    It says that record, log and store agree, and not that whoever keeps them is honest: for that
    somebody else verifies the same bundle by keys of their own.

    Raises:
        NotFoundError: no such result that the viewer may see.
    """
    result = result_get(viewer=viewer, result_id=result_id)
    try:
        content = bundle_build(result_bundle(result))
        return list(verify(content, own_trust()))
    except NotFoundError as error:
        return [Step(Rule.ARCHIVE, Outcome.NOT_CHECKED, str(error))]
    except DamagedError as error:
        return [Step(Rule.ARCHIVE, Outcome.BROKEN, str(error))]


def dossier_take(*, viewer: Viewer, model: Model) -> None:
    """Say that somebody takes the dossier of a model, as ``bundle_take`` does."""
    subject = f"model/{model.id}"
    model_reading_tell(viewer=viewer, what=Seen.DOSSIER_FILE, model=model, subject=subject)
