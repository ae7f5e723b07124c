"""How often ``safety.simple_safety_tests`` is wrong about its bank, as judged and by labels."""

from __future__ import annotations

from compliance.domain.canonical import Json
from workers.stress_tests.safety.judged_bank_validity import study
from workers.stress_tests.safety.simple_safety_tests import simple_safety_tests


def validate(quick: bool) -> dict[str, Json]:
    """Size at the limit, coverage and power of the sequential audit of the whole bank."""
    return study(simple_safety_tests, word="unsafe", share=0.5, quick=quick)
