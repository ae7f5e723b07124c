"""Tasks by which the registry looks after itself."""

from uuid import UUID

from compliance.audits.services import confirmation_request
from compliance.events.services import follow_up_attempt
from compliance.registry.selectors import version_subject, version_unsketched
from compliance.registry.services import sketch_record
from workers.celery import app
from workers.sketching import subject_sketch


def version_sketch(event_id: UUID) -> None:
    """Sketch a version's weights and screen it against every other version."""
    version = version_unsketched(event_id=event_id)
    if version is not None:
        sketch, reason = subject_sketch(version_subject(version=version))
        sketch_record(version=version, sketch=sketch, reason=reason)


def _confirm(event_id: UUID) -> None:
    confirmation_request(event_id=event_id)


@app.task(name="registry.sketch")
def sketch(follow_up_id: int) -> None:
    """Sketch the version that an event tells of."""
    follow_up_attempt(follow_up_id=follow_up_id, act=version_sketch)


@app.task(name="runs.confirm")
def confirm(follow_up_id: int) -> None:
    """Have what a screening found tested exactly."""
    follow_up_attempt(follow_up_id=follow_up_id, act=_confirm)
