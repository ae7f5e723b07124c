"""Reading the registry, scoped to the viewer."""

from __future__ import annotations

from collections.abc import Callable, Collection
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from compliance.accounts.selectors import Viewer
from compliance.domain.canonical import Json
from compliance.domain.endpoints import RequestLimit, origin_of
from compliance.domain.errors import NotFoundError
from compliance.domain.specs import Subject
from compliance.domain.vocabulary import Access
from compliance.events.selectors import event_by_id
from compliance.registry.models import EndpointLimit, Lineage, Model, TrainingSource, Version
from compliance.registry.screening import Screening, parents_of_weights, version_relatives
from compliance.registry.sources import training_source_list


def model_list(*, viewer: Viewer) -> QuerySet[Model]:
    """Models whose record the viewer may read, with the number of versions."""
    scope = viewer.scope(organization="organization", model="", stands_from="created_at")
    return (
        Model.objects.filter(scope)
        .select_related("organization")
        .annotate(version_count=Count("versions"))
    )


def model_get(*, viewer: Viewer, model_id: UUID) -> Model:
    """One model.

    Raises:
        NotFoundError: no such model, or the viewer may not know of it.
    """
    model = model_list(viewer=viewer).filter(id=model_id).first()
    if model is None:
        raise NotFoundError(f"no model {model_id} that you may see")
    return model


def model_readable(*, viewer: Viewer, model: Model) -> bool:
    """Whether the viewer may read the model itself, and not only a run on it."""
    if model.organization_id in viewer.roles:
        return True
    return model_list(viewer=viewer).filter(id=model.id).exists()


def version_list(*, viewer: Viewer) -> QuerySet[Version]:
    """Versions the viewer may read, newest first, with declarations.

    A declared parent that they may not read is left out, and ``hides_parents`` says that it is.
    """
    shown = viewer.scope(
        organization="parent__model__organization",
        model="parent__model__",
        stands_from="parent__registered_at",
    )
    hidden = Lineage.objects.filter(version=OuterRef("pk")).exclude(shown)
    scope = viewer.scope(
        organization="model__organization", model="model__", stands_from="registered_at"
    )
    return (
        Version.objects.filter(scope)
        .select_related("model__organization", "registered_by", "manifest")
        .prefetch_related(
            "artifacts",
            Prefetch("sources", _sources(viewer)),
            Prefetch(
                "parents",
                queryset=Lineage.objects.filter(shown).select_related(
                    "parent__model__organization"
                ),
            ),
        )
        .annotate(hides_parents=Exists(hidden))
    )


_LATER = Version.objects.filter(
    model=OuterRef("model"), registered_at__gt=OuterRef("registered_at")
)


def versions_newest(*, organization_id: UUID) -> QuerySet[Version]:
    """The newest version of each model of an organization, for services only (no viewer)."""
    rows = Version.objects.filter(~Exists(_LATER), model__organization=organization_id)
    return rows.select_related("model__organization").order_by("model__slug")


def version_newest_list(*, viewer: Viewer, sought: str = "") -> QuerySet[Version]:
    """The newest version of each model the viewer may read, by provider and model.

    Args:
        sought: part of a model's name or slug.
    """
    rows = version_list(viewer=viewer).prefetch_related(None).filter(~Exists(_LATER))
    if sought:
        rows = rows.filter(Q(model__name__icontains=sought) | Q(model__slug__icontains=sought))
    return rows.order_by("model__organization__slug", "model__slug")


def _sources(viewer: Viewer) -> QuerySet[TrainingSource]:
    return training_source_list(viewer=viewer).select_related(None).order_by("kind", "name")


def version_get(*, viewer: Viewer, version_id: UUID) -> Version:
    """One version.

    Raises:
        NotFoundError: no such version, or the viewer may not know of it.
    """
    version = version_list(viewer=viewer).filter(id=version_id).first()
    if version is None:
        raise NotFoundError(f"no version {version_id} that you may see")
    return version


def lineage_list(*, viewer: Viewer) -> QuerySet[Lineage]:
    """Parents declared by versions that the viewer may read."""
    return Lineage.objects.filter(version__in=version_list(viewer=viewer).values("id"))


def version_newest(*, model: Model) -> Version | None:
    """The version that a schedule of the model tests now."""
    return model.versions.order_by("-registered_at").first()


def endpoint_limit_list(*, viewer: Viewer) -> QuerySet[EndpointLimit]:
    """Limits of endpoints of organizations whose record the viewer reads as a whole."""
    return EndpointLimit.objects.filter(viewer.scope(organization="organization")).select_related(
        "organization", "changed_by"
    )


def endpoint_limit_get(*, viewer: Viewer, limit_id: int) -> EndpointLimit:
    """One limit.

    Raises:
        NotFoundError: no such limit, or the viewer may not know of it.
    """
    found = endpoint_limit_list(viewer=viewer).filter(id=limit_id).first()
    if found is None:
        raise NotFoundError(f"no endpoint limit {limit_id} that you may see")
    return found


def endpoint_limit_held(*, viewer: Viewer, organization_id: UUID, url: str) -> EndpointLimit | None:
    """What was said of an endpoint, held against every change until the transaction ends.

    Raises:
        InvalidInputError: the URL has no origin.
    """
    return (
        endpoint_limit_list(viewer=viewer)
        .select_for_update(of=("self",))
        .filter(organization=organization_id, origin=origin_of(url))
        .first()
    )


def request_limit(*, version: Version) -> RequestLimit:
    """How hard the version's endpoint may be asked; the default where nobody said."""
    row = EndpointLimit.objects.filter(
        organization=version.model.organization_id, origin=origin_of(version.location)
    ).first()
    if row is None:
        return RequestLimit()
    return RequestLimit(at_once=row.requests_at_once, per_minute=row.requests_per_minute)


def version_subject(*, version: Version) -> Subject:
    """What a backend opens to examine the version."""
    if version.access != Access.ENDPOINT.value:
        location = str(settings.MODELS_ROOT / version.location)
        return Subject(str(version), location, version.weights_digest)
    limit = request_limit(version=version)
    return Subject(
        label=str(version),
        location=version.location,
        pace_seconds=limit.pace_seconds,
        at_once=limit.at_once_a_shard,
    )


def version_large(*, version: Version) -> bool:
    """Whether the version's weights are so large that the operator wants them on a GPU."""
    if settings.GPU_FROM_BYTES is None:
        return False
    size = sum(artifact.size_bytes for artifact in version.artifacts.all())
    return bool(size >= settings.GPU_FROM_BYTES)


def version_unsketched(*, event_id: UUID) -> Version | None:
    """The version that an event tells of, where its weights are held and not sketched yet."""
    return (
        Version.objects.filter(
            id=event_by_id(event_id=event_id).payload["version"],
            access=Access.WEIGHTS.value,
            sketch__isnull=True,
        )
        .select_related("model__organization")
        .first()
    )


def reference_versions(*, version: Version) -> list[Version]:
    """Every other registered version whose weights are held, oldest first.

    The same bytes are left out under the same model, and only there: under another they are a copy.
    """
    return list(
        Version.objects.filter(access=Access.WEIGHTS.value)
        .exclude(id=version.id)
        .exclude(model=version.model_id, weights_digest=version.weights_digest)
        .select_related("model__organization")
        .order_by("registered_at", "id")
    )


def siblings_held(*, version: Version) -> list[Version]:
    """Other versions of the same organization whose weights are held, oldest first.

    Answers of these may be shown beside the version's own: the record of both has one owner.
    """
    owner = version.model.organization_id
    every = reference_versions(version=version)
    return [one for one in every if one.model.organization_id == owner]


def version_bindings(
    *, version: Version, wanted: Collection[str], screening: Screening | None = None
) -> dict[str, Json]:
    """What the registry knows of the parameters that a stress test wants, by their names.

    Args:
        screening: what chose the versions to compare with, in place of every other version.
    """
    known: dict[str, Callable[[], Json]] = {
        "references": lambda: _references(version, screening),
        "registered": lambda: _registered(version),
        "parent": lambda: _parent(version),
    }
    if screening is not None:
        known["screened"] = lambda: screening.screened
    return {name: known[name]() for name in sorted(set(wanted) & set(known))}


def _references(version: Version, screening: Screening | None) -> Json:
    parents = parents_of_weights(version=version)
    kin = version_relatives(version=version)
    return [
        {
            "label": str(other),
            "digest": other.weights_digest,
            "declared_parent": other.id in parents,
            "declared_relative": other.id in kin,
        }
        for other in reference_versions(version=version)
        if screening is None or other.id in screening.among
    ]


def _parent(version: Version) -> Json:
    """The one declared parent whose weights are held; None where there is none, or several."""
    parents = set(version.parents.values_list("parent_id", flat=True))
    held = [one for one in siblings_held(version=version) if one.id in parents]
    if len(held) != 1:
        return None
    return {"label": str(held[0]), "digest": held[0].weights_digest}


def _registered(version: Version) -> Json:
    return {artifact.path: artifact.sha256 for artifact in version.artifacts.all()}
