"""The announced stress tests as pages need them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from compliance.accounts.selectors import Viewer
from compliance.audits.forecast import Forecast
from compliance.audits.selectors import forecast_list, stress_test_list, stress_test_titles
from compliance.domain.specs import StressTestSpec

if TYPE_CHECKING:
    from compliance.registry.models import Version


def titles() -> dict[str, str]:
    """The title of each announced stress test, by name."""
    return stress_test_titles()


def choices() -> list[tuple[str, str]]:
    """The announced stress tests for a form: name and label."""
    return [(test.name, f"{test.title} ({test.name})") for test in stress_test_list()]


def foreseen(viewer: Viewer, names: Sequence[str], version: Version | None) -> list[Forecast]:
    """What a run of these announced stress tests would come to; of nothing, nothing."""
    tests = [test for test in stress_test_list() if test.name in names]
    battery = [StressTestSpec(test.name, test.version) for test in tests]
    return forecast_list(viewer=viewer, battery=battery, version=version)
