"""A sketch of registered weights, read from their files alone."""

from __future__ import annotations

from compliance.domain.errors import InvalidInputError, NotTestableError
from compliance.domain.specs import Subject
from compliance.domain.statistics.sketches import Sketch
from workers.backends.loading import open_confined
from workers.stress_tests.provenance.gated_units import NotComparableError
from workers.stress_tests.provenance.sketches import sketch


def subject_sketch(subject: Subject) -> tuple[Sketch | None, str]:
    """The sketch of registered weights, or none and the reason."""
    try:
        return sketch(open_confined(subject).weights()), ""
    except (NotComparableError, NotTestableError, InvalidInputError) as error:
        return None, str(error)
