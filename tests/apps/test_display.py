"""What lists say of a run and of an event's subject."""

from __future__ import annotations

from uuid import UUID

import pytest

from compliance.accounts.models import User
from compliance.audits.models import Firing, Run, Schedule
from compliance.domain.vocabulary import Trigger
from compliance.portal.templatetags.display import cause, page_of

ONE = UUID(int=1)


def test_a_run_names_who_or_what_made_it() -> None:
    ola = User(name="Ola")
    firing = Firing(schedule=Schedule(name="Every Monday"))
    assert cause(Run(trigger=Trigger.PERSON.value, requested_by=ola)) == "Ola"
    assert cause(Run(trigger=Trigger.LABELS.value, requested_by=ola)) == "Ola"
    fired = Run(trigger=Trigger.SCHEDULE.value)
    fired.firing = firing
    assert cause(fired) == "the schedule “Every Monday”"
    assert cause(Run(trigger=Trigger.SCREENING.value)) == "the registry's screening"


@pytest.mark.django_db
@pytest.mark.parametrize("trigger", Trigger)
def test_every_trigger_has_words(trigger: Trigger) -> None:
    assert cause(Run(trigger=trigger.value))


@pytest.mark.parametrize(
    ("subject", "path"),
    [
        (f"run/{ONE}", f"/runs/{ONE}/"),
        (f"dispute/{ONE}", f"/disputes/{ONE}/"),
        (f"entry/{ONE}", ""),
        ("run/somewhere", ""),
        ("log/log.example/assay", ""),
    ],
)
def test_a_subject_leads_to_its_page_where_it_has_one(subject: str, path: str) -> None:
    assert page_of(subject) == path
