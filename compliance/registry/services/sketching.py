"""Keeping a version's sketch, and screening it against all others."""

from __future__ import annotations

from django.db import connection, transaction

from compliance.domain.events import EventType
from compliance.domain.statistics.sketches import FORM, Sketch
from compliance.domain.vocabulary import Access
from compliance.events.models import Event
from compliance.events.services import event_record, follow_ups_add
from compliance.registry.models import SketchRow, Version
from compliance.registry.screening import Screening, parents_of_weights, version_screen


def sketches_request(*, task: str) -> int:
    """Have versions sketched that were registered before there were sketches; returns how many.

    What was asked for once is not asked for again, also where it was given up.

    Args:
        task: sketches the version that an event tells of.
    """
    unsketched = Version.objects.filter(access=Access.WEIGHTS.value, sketch__isnull=True)
    subjects = [f"version/{one}" for one in unsketched.values_list("id", flat=True)]
    registered = Event.objects.filter(
        type=EventType.VERSION_REGISTERED.value, subject__in=subjects
    ).order_by("occurred_at")
    return follow_ups_add(events=registered, task=task)


@transaction.atomic
def sketch_record(*, version: Version, sketch: Sketch | None, reason: str = "") -> Screening:
    """Keep a version's sketch, screen it against all others, and say what was found in an event.

    Args:
        reason: why there is no sketch.

    Raises:
        ValueError: the version has a sketch already.
    """
    with connection.cursor() as cursor:  # of two at once, the later sees the earlier
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('sketches', 0))")
    if SketchRow.objects.filter(version=version).exists():
        raise ValueError(f"{version} has been sketched")
    if sketch is None:
        SketchRow.objects.create(version=version, form=FORM, reason=reason)
        screening = Screening(parents=tuple(sorted(parents_of_weights(version=version))))
    else:
        form, width, layers, units = sketch.key
        SketchRow.objects.create(
            version=version,
            form=form,
            width=width,
            layers=layers,
            units=units,
            words=sketch.to_bytes(),
        )
        screening = version_screen(version=version, sketch=sketch)
    event_record(
        event_type=EventType.VERSION_SCREENED,
        organization_id=version.model.organization_id,
        subject=f"version/{version.id}",
        payload={
            "model": str(version.model_id),
            "version": str(version.id),
            "screened": screening.screened,
            "resembles": [str(one) for one in screening.resembles],
            "parents": [str(one) for one in screening.parents],
            "reason": reason,
        },
        model_id=version.model_id,
    )
    return screening
