"""Who may do what: one table. Admin, API and portal ask it and nothing else.

A role counts in the organization whose record is acted on. Who belongs to another organization
reads as much of that record as a grant opens, and acts on nothing of it. Staff of the operator act
in the admin alone, as an administrator of everybody's record would. A token carries the part of
its owner's rights that its scopes name.
"""

from collections.abc import Collection, Mapping
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
    ADOPT_PACK = "adopt_pack"
    ISSUE_SUMMARY = "issue_summary"
    ERASE = "erase"
    MANAGE_PEOPLE = "manage_people"
    READ_READERS = "read_readers"
    GRANT = "grant"
    EMPLOY_MACHINES = "employ_machines"
    DISPUTE = "dispute"
    JUDGE_DISPUTE = "judge_dispute"
    REVIEW_DISPUTE = "review_dispute"


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
    Action.ADOPT_PACK: frozenset({Role.COMPLIANCE_OFFICER, Role.ADMINISTRATOR}),
    Action.ISSUE_SUMMARY: frozenset({Role.COMPLIANCE_OFFICER, Role.ADMINISTRATOR}),
    Action.ERASE: frozenset({Role.ADMINISTRATOR}),
    Action.MANAGE_PEOPLE: frozenset({Role.ADMINISTRATOR}),
    Action.READ_READERS: frozenset({Role.COMPLIANCE_OFFICER, Role.ADMINISTRATOR}),
    Action.GRANT: frozenset({Role.ADMINISTRATOR}),
    Action.EMPLOY_MACHINES: frozenset({Role.ADMINISTRATOR}),
    # For a party: to accuse, answer, file and draw the seed binds the organization.
    Action.DISPUTE: frozenset({Role.COMPLIANCE_OFFICER, Role.ADMINISTRATOR}),
    Action.JUDGE_DISPUTE: frozenset({Role.REGULATOR}),
    Action.REVIEW_DISPUTE: frozenset({Role.REVIEWER}),
}

THROUGH_GRANT: frozenset[Action] = frozenset({Action.READ_RECORD})
"""What a grant opens, to every role of the organization that holds it."""


class TokenScope(StrEnum):
    """What a token may be used for: everything, or one resource of the API."""

    READ = "read"
    WRITE = "write"
    MODELS_READ = "models:read"
    MODELS_WRITE = "models:write"
    SCHEDULES_READ = "schedules:read"
    SCHEDULES_WRITE = "schedules:write"
    RUNS_READ = "runs:read"
    RUNS_WRITE = "runs:write"
    EVIDENCE_READ = "evidence:read"
    EVIDENCE_WRITE = "evidence:write"
    ALERTS_READ = "alerts:read"
    ALERTS_WRITE = "alerts:write"
    QUESTIONS_READ = "questions:read"
    QUESTIONS_WRITE = "questions:write"
    POLICIES_READ = "policies:read"
    POLICIES_WRITE = "policies:write"
    LEDGER_READ = "ledger:read"
    ACCESS_READ = "access:read"
    ACCESS_WRITE = "access:write"
    DISPUTES_READ = "disputes:read"
    DISPUTES_WRITE = "disputes:write"


SCOPE_MEANINGS: Mapping[TokenScope, str] = {
    TokenScope.READ: "read everything that its owner may read",
    TokenScope.WRITE: "do everything that its owner may do",
    TokenScope.MODELS_READ: "read models, versions, training-data sources and limits of endpoints",
    TokenScope.MODELS_WRITE: "register models and versions, limit endpoints",
    TokenScope.SCHEDULES_READ: "read schedules, subscriptions and their calls",
    TokenScope.SCHEDULES_WRITE: "make, pause, resume, end and replay schedules and subscriptions",
    TokenScope.RUNS_READ: "read runs, results, reports, forecasts and error budgets",
    TokenScope.RUNS_WRITE: "request and cancel runs",
    TokenScope.EVIDENCE_READ: "read items with the model's answers, labels and bundles",
    TokenScope.EVIDENCE_WRITE: "label answers",
    TokenScope.ALERTS_READ: "read alerts, their routes and maintenance windows",
    TokenScope.ALERTS_WRITE: "answer and route alerts, open and end maintenance windows",
    TokenScope.QUESTIONS_READ: "read questions to providers and their answers",
    TokenScope.QUESTIONS_WRITE: "ask providers, answer for one",
    TokenScope.POLICIES_READ: "read policy packs, obligations and verification summaries",
    TokenScope.POLICIES_WRITE: "adopt, schedule, drop packs, issue verification summaries",
    TokenScope.LEDGER_READ: "read events and entries of the ledger",
    TokenScope.ACCESS_READ: "read tokens, grants, and who read what",
    TokenScope.ACCESS_WRITE: "revoke tokens",
    TokenScope.DISPUTES_READ: "read disputes, filings and dockets",
    TokenScope.DISPUTES_WRITE: "open disputes, file, draw seeds, order and rule",
}

FULL_SCOPES: tuple[TokenScope, ...] = (TokenScope.READ, TokenScope.WRITE)

RESOURCES: Mapping[str, str] = {
    "model": "models",
    "version": "models",
    "endpoint_limit": "models",
    "training_source": "models",
    "stress_test": "runs",
    "schedule": "schedules",
    "subscription": "schedules",
    "run": "runs",
    "result": "runs",
    "result_bundle": "evidence",
    "report": "runs",
    "error_budget": "runs",
    "error_budget_stream": "runs",
    "item": "evidence",
    "label": "evidence",
    "labels": "evidence",
    "label_sheet": "evidence",
    "delivery": "schedules",
    "subscription_secret": "schedules",
    "export": "runs",
    "alert": "alerts",
    "alert_route": "alerts",
    "maintenance_window": "alerts",
    "question": "questions",
    "policy_pack": "policies",
    "obligation": "policies",
    "summary": "policies",
    "event": "ledger",
    "ledger": "ledger",
    "ledger_entry": "ledger",
    "token": "access",
    "grant": "access",
    "reading": "access",
    "dispute": "disputes",
    "dispute_filing": "disputes",
    "dispute_filing_file": "disputes",
}
"""What an operation of the API is about (or its whole name) to the resource that scopes name.

Whatever is not named here is reached with ``read`` or ``write`` alone.
"""

CHANGES_NOTHING: frozenset[str] = frozenset({"run_forecast", "schedule_preview"})
"""Operations that are posted because they take a body."""


def allowed(action: Action, role: Role) -> bool:
    """Whether ``role`` in the owning organization carries ``action``."""
    return role in RIGHTS[action]


SECOND_FACTOR = frozenset({Role.REGULATOR, Role.REVIEWER, Role.ADMINISTRATOR})
"""Roles that nobody exercises with a password alone; the operator's staff neither."""


class SecondFactorFor(StrEnum):
    """Whom an installation asks for a second factor."""

    NOBODY = "nobody"
    ROLES = "roles"
    """Those of ``SECOND_FACTOR`` and the operator's staff."""
    EVERYBODY = "everybody"
    PASSKEYS = "passkeys"
    """Everybody, and of all factors a passkey: nothing that can be phished will do."""


def scopes_for(operation: str, method: str) -> frozenset[TokenScope]:
    """The scopes of which a token needs one for an operation of the API.

    Args:
        operation: its name, e.g. ``run_request``.
        method: of HTTP, in small letters.
    """
    reads = method == "get" or operation in CHANGES_NOTHING
    whole, kind = (TokenScope.READ, "read") if reads else (TokenScope.WRITE, "write")
    resource = RESOURCES.get(operation) or RESOURCES.get(operation.rpartition("_")[0])
    own = f"{resource}:{kind}"
    return frozenset({whole, *(one for one in TokenScope if one.value == own)})


def within(held: Collection[TokenScope], wanted: Collection[TokenScope]) -> bool:
    """Whether one of the scopes that an operation asks for is held."""
    return bool(set(held) & set(wanted))
