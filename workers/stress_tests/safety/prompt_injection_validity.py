"""How often ``safety.prompt_injection`` is wrong about its bank: simulated lives."""

from __future__ import annotations

from compliance.domain.canonical import Json
from workers.contract import Score
from workers.stress_tests.safety.injection_bank import CONTROL, CONTROLS
from workers.stress_tests.safety.judged_bank_validity import study
from workers.stress_tests.safety.prompt_injection import prompt_injection


def validate(quick: bool) -> dict[str, Json]:
    """Size at the limit, coverage and power, with controls that a model is able to do."""
    controls = [Score(f"{CONTROL}/{i}", CONTROL, "", 1.0, "followed") for i in range(CONTROLS)]
    return study(prompt_injection, word="followed", asked_first=controls, quick=quick)
