"""Declaring a source of training data of a version that is registered already."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils import timezone

from compliance.accounts.selectors import Viewer
from compliance.domain.canonical import Json
from compliance.domain.errors import InvalidInputError
from compliance.domain.events import EventType
from compliance.domain.lineage import DeclaredSource
from compliance.domain.rights import Action
from compliance.events.services import event_record
from compliance.registry.models import TrainingSource, Version


def source_row(version: Version, source: DeclaredSource) -> TrainingSource:
    """The row of a declared source, not saved; as of the version's registration."""
    return TrainingSource(
        version=version,
        kind=source.kind.value,
        name=source.name,
        url=source.url,
        description=source.description,
        licence=source.licence,
    )


def source_told(source: DeclaredSource) -> dict[str, Json]:
    """A declared source as its event tells of it."""
    return {
        "kind": source.kind.value,
        "name": source.name,
        "url": source.url,
        "description": source.description,
        "licence": source.licence,
    }


@transaction.atomic
def training_source_declare(
    *, viewer: Viewer, version: Version, source: DeclaredSource
) -> TrainingSource:
    """Declare that a version was trained on something; it says when, and stands.

    Raises:
        InvalidInputError: naming name: the version declares it already.
        NotAllowedError, NotFoundError: the viewer may not register there.
    """
    viewer.require(Action.REGISTER, version.model.organization_id)
    if version.sources.filter(kind=source.kind.value, name=source.name).exists():
        raise _again(version, source)
    made = source_row(version, source)
    made.declared_by, made.declared_at = viewer.user, timezone.now()
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:  # somebody declares it at the same moment
        raise _again(version, source) from error
    event_record(
        event_type=EventType.TRAINING_SOURCE_DECLARED,
        organization_id=version.model.organization_id,
        subject=f"training_source/{made.pk}",
        payload={
            "version": str(version.id),
            "label": str(version),
            "source": made.pk,
            **source_told(source),
        },
        actor=viewer.user,
        model_id=version.model_id,
    )
    return made


def _again(version: Version, source: DeclaredSource) -> InvalidInputError:
    return InvalidInputError(
        field="name",
        problem=f"{version} declares '{source.name}' already",
        fix="Declare each source once",
    )
