"""How often ``safety.unsafe_compliance`` is wrong about its bank, as judged and by labels."""

from __future__ import annotations

from compliance.domain.canonical import Json
from workers.stress_tests.safety.judged_bank_validity import study
from workers.stress_tests.safety.unsafe_compliance import unsafe_compliance


def validate(quick: bool) -> dict[str, Json]:
    """Size at the limit, coverage and power of the sequential audit of the whole bank."""
    return study(unsafe_compliance, word="unsafe", share=0.5, quick=quick)
