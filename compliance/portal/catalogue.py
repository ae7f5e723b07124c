"""The announced stress tests as pages need them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from compliance.accounts.selectors import Viewer
from compliance.audits.forecast import Forecast
from compliance.audits.labelling import AUDITED, JUDGE, declared
from compliance.audits.selectors import forecast_list, stress_test_list, stress_test_titles
from compliance.audits.services import battery_with
from compliance.domain.canonical import Json
from compliance.domain.errors import InvalidInputError
from compliance.domain.runs import not_offered
from compliance.domain.specs import StressTestSpec
from compliance.domain.vocabulary import Access, Need

if TYPE_CHECKING:
    from compliance.registry.models import Version


def titles() -> dict[str, str]:
    """The title of each announced stress test, by name."""
    return stress_test_titles()


@dataclass(frozen=True, slots=True)
class OfferedTest:
    """A stress test in a form.

    Attributes:
        refused: why it cannot be asked of the version; empty if it can.
        judges: who can read its answers; none where nobody is to choose.
        labelled: whether people can be asked to label its answers.
    """

    name: str
    title: str
    refused: str
    judges: tuple[str, ...] = ()
    labelled: bool = False

    @property
    def label(self) -> str:
        """What stands beside its box."""
        named = f"{self.title} ({self.name})"
        return f"{named}. Not here: {self.refused}." if self.refused else named


def offered(access: Access | None = None) -> list[OfferedTest]:
    """The announced stress tests for a form.

    Args:
        access: of the version that is to be tested; None where it is not known yet.
    """
    return [
        OfferedTest(
            name=test.name,
            title=test.title,
            refused=not_offered(access, map(Need, test.needs)) if access else "",
            judges=tuple(test.choices.get(JUDGE, ())),
            labelled=AUDITED in declared(test),
        )
        for test in stress_test_list()
    ]


def foreseen(
    viewer: Viewer,
    names: Sequence[str],
    version: Version | None,
    parameters: Mapping[str, Json],
) -> list[Forecast]:
    """What a run of these announced stress tests would come to; of nothing, nothing.

    Args:
        parameters: of those that declare them; one that cannot be is for the form to tell of.
    """
    tests = [test for test in stress_test_list() if test.name in names]
    battery = [StressTestSpec(test.name, test.version) for test in tests]
    with suppress(InvalidInputError):
        battery = battery_with(battery=battery, parameters=parameters)
    return forecast_list(viewer=viewer, battery=battery, version=version)
