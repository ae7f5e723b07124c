"""How often ``provenance.output_image`` is wrong, and which children it finds."""

from __future__ import annotations

from compliance.domain.canonical import Json
from workers.stress_tests.provenance.asked_zoo_validity import nearness
from workers.stress_tests.provenance.ranked_models_validity import study


def validate(quick: bool) -> dict[str, Json]:
    """Rank suspects of the zoo among controls by their log-probabilities, and count."""
    return study("provenance.output_image", nearness, quick=quick)
