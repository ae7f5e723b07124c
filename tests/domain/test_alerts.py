"""What counts as the same finding."""

from __future__ import annotations

import pytest

from compliance.domain.alerts import finding_of
from compliance.domain.canonical import Json
from compliance.domain.events import EventType

SAID: dict[str, Json] = {"version": "v", "test": "provenance.served_drift", "verdict": "violating"}


@pytest.mark.parametrize(
    "told", [EventType.VERDICT_VIOLATING, EventType.ENDPOINT_DRIFT_DETECTED, EventType.RUN_ERRORED]
)
def test_the_same_thing_found_again_is_the_same_finding(told: EventType) -> None:
    found = finding_of(told, SAID)
    assert found != ""
    assert finding_of(told, SAID | {"run": "another"}) == found
    assert finding_of(told, SAID | {"version": "w"}) != found


def test_each_question_is_its_own() -> None:
    assert finding_of(EventType.QUESTION_ASKED, SAID) == ""
