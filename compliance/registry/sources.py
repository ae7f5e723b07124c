"""Reading declared sources of training data, scoped to the viewer."""

from __future__ import annotations

from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from compliance.accounts.selectors import Viewer
from compliance.domain.errors import NotFoundError
from compliance.registry.models import TrainingSource


def training_source_list(*, viewer: Viewer) -> QuerySet[TrainingSource]:
    """Sources of training data that were declared of versions the viewer may read, newest first.

    Each with ``stands_from``: when its version was registered, or when it was declared after that.
    """
    scope = viewer.scope(
        organization="version__model__organization",
        model="version__model__",
        stands_from="stands_from",
    )
    dated = TrainingSource.objects.annotate(
        stands_from=Coalesce("declared_at", "version__registered_at")
    )
    related = dated.filter(scope).select_related("version__model__organization", "declared_by")
    return related.order_by("-stands_from", "-id")


def training_source_get(*, viewer: Viewer, source_id: int) -> TrainingSource:
    """One source of training data.

    Raises:
        NotFoundError: no such source, or the viewer may not know of it.
    """
    source = training_source_list(viewer=viewer).filter(id=source_id).first()
    if source is None:
        raise NotFoundError(f"no training-data source {source_id} that you may see")
    return source
