"""Who may do what: one table. Admin, API and portal ask it and nothing else.

A role counts in the organization whose record is acted on. A regulator's organization reads
a provider's record through a grant and acts on nothing of it.
"""

from collections.abc import Mapping
from enum import StrEnum

from compliance.domain.vocabulary import Role


class Action(StrEnum):
    """What somebody asks to do."""

    READ_RECORD = "read_record"
    REGISTER = "register"
    SCHEDULE = "schedule"
    REQUEST_RUN = "request_run"
    ANSWER_ALERT = "answer_alert"
    ROUTE_ALERTS = "route_alerts"
    LABEL = "label"
    ASK = "ask"
    ANSWER_QUESTION = "answer_question"
    ERASE = "erase"
    MANAGE_PEOPLE = "manage_people"


RIGHTS: Mapping[Action, frozenset[Role]] = {
    Action.READ_RECORD: frozenset(Role),
    Action.REGISTER: frozenset({Role.ENGINEER, Role.COMPLIANCE_OFFICER, Role.ADMINISTRATOR}),
    Action.SCHEDULE: frozenset({Role.COMPLIANCE_OFFICER, Role.ADMINISTRATOR}),
    Action.REQUEST_RUN: frozenset({Role.ENGINEER, Role.COMPLIANCE_OFFICER, Role.ADMINISTRATOR}),
    Action.ANSWER_ALERT: frozenset({Role.ENGINEER, Role.COMPLIANCE_OFFICER, Role.ADMINISTRATOR}),
    # Not the engineer, who could see to it that nobody else is told.
    Action.ROUTE_ALERTS: frozenset({Role.COMPLIANCE_OFFICER, Role.ADMINISTRATOR}),
    # Not the engineer, who would say what the engineer's own model is worth.
    Action.LABEL: frozenset({Role.COMPLIANCE_OFFICER, Role.ADMINISTRATOR}),
    # In the asking organization: who reads through a grant acts on nothing of the provider's.
    Action.ASK: frozenset({Role.REGULATOR}),
    Action.ANSWER_QUESTION: frozenset({Role.COMPLIANCE_OFFICER, Role.ADMINISTRATOR}),
    Action.ERASE: frozenset({Role.ADMINISTRATOR}),
    Action.MANAGE_PEOPLE: frozenset({Role.ADMINISTRATOR}),
}


def allowed(action: Action, role: Role) -> bool:
    """Whether ``role`` in the owning organization carries ``action``."""
    return role in RIGHTS[action]


SECOND_FACTOR = frozenset({Role.REGULATOR, Role.REVIEWER, Role.ADMINISTRATOR})
"""Roles that nobody exercises with a password alone; the operator's staff neither."""
