"""How often ``provenance.next_token_agreement`` is wrong, and which children it finds."""

from __future__ import annotations

from compliance.domain.canonical import Json
from workers.stress_tests.provenance.asked_zoo_validity import agreement
from workers.stress_tests.provenance.ranked_models_validity import study


def validate(quick: bool) -> dict[str, Json]:
    """Rank suspects of the zoo among controls by their next bytes, and count."""
    return study("provenance.next_token_agreement", agreement, quick=quick)
