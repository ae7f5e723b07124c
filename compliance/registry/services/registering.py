"""Writes on models and versions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from compliance.accounts.models import Organization
from compliance.accounts.selectors import Viewer
from compliance.accounts.services import jurisdictions_check
from compliance.domain.canonical import Json
from compliance.domain.endpoints import origin_of
from compliance.domain.errors import InvalidInputError
from compliance.domain.events import EventType
from compliance.domain.lineage import DeclaredParent, DeclaredSource, parents_check
from compliance.domain.model_signatures import VerifiedManifest
from compliance.domain.rights import Action
from compliance.domain.sealing import SealingError, sealing_root
from compliance.domain.vocabulary import Access
from compliance.domain.weights import artifacts_digest
from compliance.events.services import event_record
from compliance.registry.models import (
    Artifact,
    Lineage,
    Model,
    SignedManifest,
    TrainingSource,
    Version,
)
from compliance.registry.selectors import version_list
from compliance.registry.services.sources import source_row, source_told
from compliance.registry.storage import StoredFile, manifest_check, weights_files


@dataclass(frozen=True, slots=True)
class Declarations:
    """What a provider declares with a version: parents and training-data sources."""

    parents: tuple[DeclaredParent, ...] = ()
    sources: tuple[DeclaredSource, ...] = ()


@transaction.atomic
def model_register(
    *,
    viewer: Viewer,
    organization_id: UUID,
    slug: str,
    name: str,
    description: str = "",
    jurisdictions: Sequence[str] = (),
) -> Model:
    """Register a model of an organization.

    Args:
        jurisdictions: where it is on offer: see ``model_offer``.

    Raises:
        InvalidInputError: the slug is taken, or naming jurisdictions.
        NotAllowedError, NotFoundError: the viewer may not register there.
    """
    viewer.require(Action.REGISTER, organization_id)
    organization = Organization.objects.get(id=organization_id)
    if Model.objects.filter(organization=organization, slug=slug).exists():
        raise InvalidInputError(
            field="slug", problem=f"'{slug}' is taken", fix="Choose another slug"
        )
    jurisdictions_check(jurisdictions)
    model = Model.objects.create(
        organization=organization,
        slug=slug,
        name=name,
        description=description,
        jurisdictions=sorted(set(jurisdictions)),
    )
    event_record(
        event_type=EventType.MODEL_REGISTERED,
        organization_id=organization_id,
        subject=f"model/{model.id}",
        payload={"model": str(model.id), "slug": slug, "jurisdictions": [*model.jurisdictions]},
        actor=viewer.user,
        model_id=model.id,
    )
    return model


@transaction.atomic
def model_offer(*, viewer: Viewer, model: Model, jurisdictions: Sequence[str]) -> Model:
    """Say where the model is on offer, in place of what was said before.

    Whoever was granted a jurisdiction reads the model's record from now on, or no longer.

    Args:
        jurisdictions: ISO 3166-1 alpha-2, or EU.

    Raises:
        InvalidInputError: naming jurisdictions.
        NotAllowedError, NotFoundError: the viewer may not register there.
    """
    viewer.require(Action.REGISTER, model.organization_id)
    jurisdictions_check(jurisdictions)
    model.jurisdictions = sorted(set(jurisdictions))
    model.save(update_fields=["jurisdictions"])
    event_record(
        event_type=EventType.MODEL_OFFERED,
        organization_id=model.organization_id,
        subject=f"model/{model.id}",
        payload={"model": str(model.id), "jurisdictions": [*model.jurisdictions]},
        actor=viewer.user,
        model_id=model.id,
    )
    return model


def version_register(
    *,
    viewer: Viewer,
    model: Model,
    name: str,
    access: Access,
    location: str,
    declarations: Declarations | None = None,
) -> Version:
    """Register an immutable version: its artifacts are digested as they lie there now.

    Args:
        location: folder below the models root (weights), URL (endpoint), or the root that
            ``sealing`` made (sealed), else a name that commits to nothing.

    Raises:
        InvalidInputError: naming name, access, location or a declaration.
        NotAllowedError, NotFoundError: the viewer may not register there.
    """
    viewer.require(Action.REGISTER, model.organization_id)
    declared = declarations or Declarations()
    known = {version.id: str(version) for version in version_list(viewer=viewer)}
    parents_check(declared.parents, known)
    if model.versions.filter(name=name).exists():
        raise InvalidInputError(
            field="name",
            problem=f"{model} already has a version '{name}', and versions are immutable",
            fix="Choose another name",
        )
    # Reading and digesting takes seconds; the transaction starts only afterwards.
    files = _artifacts(access=access, location=location)
    manifest = manifest_check(location=location, files=files) if files else None
    return _version_write(
        viewer=viewer,
        version=Version(
            model=model,
            name=name,
            access=access.value,
            location=location,
            weights_digest=_weights_digest(access, location, files),
            registered_by=viewer.user,
        ),
        files=files,
        declared=declared,
        manifest=manifest,
    )


@transaction.atomic
def _version_write(
    *,
    viewer: Viewer,
    version: Version,
    files: Sequence[StoredFile],
    declared: Declarations,
    manifest: VerifiedManifest | None,
) -> Version:
    version.save(force_insert=True)
    Artifact.objects.bulk_create(
        Artifact(version=version, path=file.path, size_bytes=file.size_bytes, sha256=file.sha256)
        for file in files
    )
    Lineage.objects.bulk_create(
        Lineage(version=version, parent_id=parent.version_id, relation=parent.relation.value)
        for parent in declared.parents
    )
    TrainingSource.objects.bulk_create(source_row(version, source) for source in declared.sources)
    parents: list[Json] = [
        {"version": str(parent.version_id), "relation": parent.relation.value}
        for parent in declared.parents
    ]
    event_record(
        event_type=EventType.VERSION_REGISTERED,
        organization_id=version.model.organization_id,
        subject=f"version/{version.id}",
        payload={
            "model": str(version.model_id),
            "version": str(version.id),
            "weights_digest": version.weights_digest,
            "parents": parents,
            "sources": [source_told(source) for source in declared.sources],
        },
        actor=viewer.user,
        model_id=version.model_id,
    )
    if manifest:
        _manifest_write(viewer=viewer, version=version, manifest=manifest)
    return version


def _manifest_write(*, viewer: Viewer, version: Version, manifest: VerifiedManifest) -> None:
    SignedManifest.objects.create(version=version, sha256=manifest.sha256, key=manifest.key)
    event_record(
        event_type=EventType.MANIFEST_VERIFIED,
        organization_id=version.model.organization_id,
        subject=f"version/{version.id}",
        payload={
            "version": str(version.id),
            "manifest": manifest.sha256,
            "key": manifest.key,
        },
        actor=viewer.user,
        model_id=version.model_id,
    )


def _weights_digest(access: Access, location: str, files: Sequence[StoredFile]) -> str:
    if access is not Access.SEALED:
        return artifacts_digest({file.path: file.sha256 for file in files}) if files else ""
    try:
        return sealing_root(location)
    except SealingError as error:
        raise InvalidInputError(
            field="location",
            problem=f"this is no sealing: {error}",
            fix="Give what 'assay weights seal' printed",
        ) from error


def _artifacts(*, access: Access, location: str) -> list[StoredFile]:
    if access is Access.WEIGHTS:
        return weights_files(location=location)
    if access is Access.ENDPOINT:
        origin_of(location, field="location")
    return []
