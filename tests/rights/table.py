"""Every URL and every operation of the API, with the right that each of its methods asks for.

A method that a row does not name must be refused as one that is not there. A new address without a
row fails ``test_every_address_has_a_row``.
"""

from __future__ import annotations

from compliance.domain.rights import Action
from tests.rights.needs import Asks, Belongs, Needs, Public, Reach, Row, SignedIn

READ = Needs(Action.READ_RECORD)
LABEL = Needs(Action.LABEL)
ANSWER = Needs(Action.ANSWER_ALERT)
RUN = Needs(Action.REQUEST_RUN)
SCHEDULE = Needs(Action.SCHEDULE)
REGISTER = Needs(Action.REGISTER)
FOR_ORGANIZATION = Reach.ORGANIZATION
MACHINES = Needs(Action.EMPLOY_MACHINES, Reach.KEPT)
PEOPLE = Needs(Action.MANAGE_PEOPLE, Reach.INSIDE)
READ_INSIDE = Needs(Action.READ_RECORD, Reach.INSIDE)
READ_WHOLE = Needs(Action.READ_RECORD, Reach.WHOLE)
ROUTE = Needs(Action.ROUTE_ALERTS, Reach.INSIDE)
ROUTE_WHOLE = Needs(Action.ROUTE_ALERTS, Reach.WHOLE)
ANYBODY, ME, ASKS = Public(), SignedIn(), Asks()

PORTAL: dict[str, Row] = {
    "portal:home": {"get": ANYBODY},
    "portal:verify": {"get": ANYBODY},
    "portal:models": {"get": ME},
    "portal:model-register": {
        "get": Needs(Action.REGISTER, Reach.ANYWHERE),
        "post": Needs(Action.REGISTER, Reach.CHOICE),
    },
    "portal:model": {"get": READ},
    "portal:model-offer": {"get": REGISTER, "post": REGISTER},
    "portal:dossier": {"get": READ},
    "portal:dossier-verify": {"get": READ},
    "portal:dossier-proof": {"get": READ},
    "portal:report": {"get": READ},
    "portal:history": {"get": READ},
    "portal:history-drawing": {"get": READ},
    "portal:question-ask": {"get": ASKS, "post": ASKS},
    "portal:matrix": {"get": ME},
    "portal:questions": {"get": ME},
    "portal:question": {"get": READ, "post": Needs(Action.ANSWER_QUESTION)},
    "portal:policies": {"get": ME},
    "portal:policy": {"get": ME},
    "portal:policy-adopt": {"post": Needs(Action.ADOPT_PACK, FOR_ORGANIZATION)},
    "portal:adoption-drop": {"post": Needs(Action.ADOPT_PACK, Reach.WHOLE)},
    "portal:adoption-plan": {
        "get": Needs(Action.SCHEDULE, Reach.WHOLE),
        "post": Needs(Action.SCHEDULE, Reach.WHOLE),
    },
    "portal:obligations": {"get": ME},
    "portal:version-obligations": {"get": READ},
    "portal:summary-issue": {"post": Needs(Action.ISSUE_SUMMARY)},
    "portal:summary": {"get": READ},
    "portal:version-register": {"get": REGISTER, "post": REGISTER},
    "portal:version": {"get": READ},
    "portal:version-run": {"post": RUN},
    "portal:version-forecast": {"get": READ},
    "portal:runs": {"get": ME},
    "portal:run": {"get": READ},
    "portal:run-progress": {"get": READ},
    "portal:run-cancel": {"post": RUN},
    "portal:run-items": {"get": READ},
    "portal:labels": {"get": READ},
    "portal:labels-add": {"post": LABEL},
    "portal:labels-conclude": {"post": LABEL},
    "portal:schedules": {"get": ME},
    "portal:schedule-create": {
        "get": Needs(Action.SCHEDULE, Reach.HOME),
        "post": Needs(Action.SCHEDULE, Reach.HOME),
    },
    "portal:schedule-preview": {"get": ME},
    "portal:schedule-forecast": {"get": READ},
    "portal:schedule": {"get": READ},
    "portal:schedule-pause": {"post": SCHEDULE},
    "portal:schedule-resume": {"post": SCHEDULE},
    "portal:subscriptions": {"get": ME},
    "portal:subscription": {"get": READ},
    "portal:subscription-replay": {"post": SCHEDULE},
    "portal:subscription-rotate": {"post": SCHEDULE},
    "portal:subscription-pause": {"post": SCHEDULE},
    "portal:subscription-resume": {"post": SCHEDULE},
    "portal:ledger": {"get": ME},
    "portal:entry": {"get": READ},
    "portal:entry-proof": {"get": READ},
    "portal:bundle": {"get": READ},
    "portal:beside": {"get": READ},
    "portal:budgets": {"get": ME},
    "portal:people": {"get": Belongs()},
    "portal:organization-people": {"get": READ_INSIDE},
    "portal:member-invite": {"post": PEOPLE},
    "portal:member-change": {"post": PEOPLE},
    "portal:member-remove": {"post": PEOPLE},
    "portal:invitation-withdraw": {"post": PEOPLE},
    "portal:access": {"get": ME},
    "portal:grant-give": {
        "get": Needs(Action.GRANT, Reach.ANYWHERE),
        "post": Needs(Action.GRANT, Reach.CHOICE),
    },
    "portal:grant-end": {"post": Needs(Action.GRANT, Reach.KEPT)},
    "portal:readings": {"get": Needs(Action.READ_READERS, Reach.ANYWHERE)},
    "portal:tokens": {"get": ME, "post": ME},
    "portal:token-revoke": {"post": MACHINES},
    "portal:machines": {
        "get": Needs(Action.READ_READERS, Reach.ANYWHERE),
        "post": Needs(Action.EMPLOY_MACHINES, Reach.CHOICE),
    },
    "portal:machine": {"get": MACHINES, "post": MACHINES},
    "portal:machine-end": {"post": MACHINES},
    "portal:alerts": {"get": ME},
    "portal:alert": {"get": READ},
    "portal:alert-acknowledge": {"post": ANSWER},
    "portal:alert-resolve": {"post": ANSWER},
    "portal:alert-snooze": {"post": ANSWER},
    "portal:alert-assign": {"post": ANSWER},
    "portal:alert-answer": {"post": ANSWER},
    "portal:alert-routes": {"get": ME},
    "portal:alert-route-create": {
        "get": Needs(Action.ROUTE_ALERTS, Reach.ANYWHERE),
        "post": Needs(Action.ROUTE_ALERTS, Reach.CHOICE),
    },
    "portal:alert-route": {"get": READ_INSIDE, "post": ROUTE},
    "portal:alert-route-try": {"post": ROUTE},
    "portal:maintenance-windows": {"get": ME, "post": Needs(Action.ROUTE_ALERTS, Reach.CHOICE)},
    "portal:maintenance-window-end": {"post": ROUTE_WHOLE},
}

API: dict[str, Row] = {
    "api:report": {"get": READ},
    "api:training-data-sources": {"get": ME},
    "api:training-data-source": {"get": READ},
    "api:questions": {"get": ME, "post": ASKS},
    "api:question": {"get": READ},
    "api:question-answer": {"post": Needs(Action.ANSWER_QUESTION)},
    "api:models": {"get": ME, "post": Needs(Action.REGISTER, FOR_ORGANIZATION)},
    "api:model": {"get": READ},
    "api:model-offer": {"put": REGISTER},
    "api:versions": {"get": ME, "post": REGISTER},
    "api:version": {"get": READ},
    "api:endpoint-limits": {"get": ME, "post": Needs(Action.REGISTER, FOR_ORGANIZATION)},
    "api:endpoint-limit": {"get": READ_WHOLE},
    "api:ledger": {"get": ME},
    "api:ledger-consistency": {"get": ME},
    "api:ledger-entries": {"get": ME},
    "api:ledger-entry": {"get": READ},
    "api:stress-tests": {"get": ME},
    "api:schedules": {"get": ME, "post": SCHEDULE},
    "api:schedule-preview": {"post": ME},
    "api:schedule": {"get": READ},
    "api:schedule-pause": {"post": SCHEDULE},
    "api:schedule-resume": {"post": SCHEDULE},
    "api:subscriptions": {"get": ME, "post": Needs(Action.SCHEDULE, FOR_ORGANIZATION)},
    "api:subscription": {"get": READ},
    "api:subscription-pause": {"post": SCHEDULE},
    "api:subscription-resume": {"post": SCHEDULE},
    "api:deliveries": {"get": READ},
    "api:deliveries-replay": {"post": SCHEDULE},
    "api:subscription-secret-rotate": {"post": SCHEDULE},
    "api:error-budgets": {"get": ME},
    "api:error-budget": {"get": READ_WHOLE},
    "api:error-budget-streams": {"get": READ_WHOLE},
    "api:runs": {"get": ME, "post": RUN},
    "api:run-forecast": {"post": READ},
    "api:run": {"get": READ},
    "api:run-cancel": {"post": RUN},
    "api:items": {"get": READ},
    "api:labels": {"get": READ, "post": LABEL},
    "api:labels-conclude": {"post": LABEL},
    "api:results": {"get": ME},
    "api:result": {"get": READ},
    "api:bundle": {"get": READ},
    "api:export-ndjson": {"get": ME},
    "api:export-parquet": {"get": ME},
    "api:policy-packs": {"get": ME},
    "api:policy-pack": {"get": ME},
    "api:policy-pack-adopt": {"post": Needs(Action.ADOPT_PACK, FOR_ORGANIZATION)},
    "api:policy-pack-drop": {"post": Needs(Action.ADOPT_PACK, FOR_ORGANIZATION)},
    "api:policy-pack-schedule": {"post": Needs(Action.SCHEDULE, FOR_ORGANIZATION)},
    "api:obligations": {"get": ME},
    "api:summaries": {"get": READ, "post": Needs(Action.ISSUE_SUMMARY)},
    "api:summary": {"get": READ},
    "api:alerts": {"get": ME},
    "api:alert": {"get": READ},
    "api:alert-acknowledge": {"post": ANSWER},
    "api:alert-resolve": {"post": ANSWER},
    "api:alert-snooze": {"post": ANSWER},
    "api:alert-assign": {"post": ANSWER},
    "api:alert-answer": {"post": ANSWER},
    "api:alert-routes": {"get": ME, "post": Needs(Action.ROUTE_ALERTS, FOR_ORGANIZATION)},
    "api:alert-route": {"get": READ_INSIDE, "put": ROUTE},
    "api:alert-route-try": {"post": ROUTE},
    "api:maintenance-windows": {"get": ME, "post": Needs(Action.ROUTE_ALERTS, FOR_ORGANIZATION)},
    "api:maintenance-window": {"get": READ_WHOLE},
    "api:maintenance-window-end": {"post": ROUTE_WHOLE},
    "api:grants": {"get": ME},
    "api:readings": {"get": ME},
    "api:tokens": {"get": ME},
    "api:token": {"delete": MACHINES},
    "api:events": {"get": ME},
}

RESOURCES: dict[str, str] = {
    **dict.fromkeys(("api:models", "api:model", "api:model-offer"), "models"),
    **dict.fromkeys(("api:versions", "api:version", "api:endpoint-limits"), "models"),
    "api:endpoint-limit": "models",
    **dict.fromkeys(("api:training-data-sources", "api:training-data-source"), "models"),
    **dict.fromkeys(("api:schedules", "api:schedule", "api:schedule-preview"), "schedules"),
    **dict.fromkeys(("api:schedule-pause", "api:schedule-resume"), "schedules"),
    **dict.fromkeys(("api:subscriptions", "api:subscription"), "schedules"),
    **dict.fromkeys(("api:subscription-pause", "api:subscription-resume"), "schedules"),
    **dict.fromkeys(("api:deliveries", "api:deliveries-replay"), "schedules"),
    "api:subscription-secret-rotate": "schedules",
    **dict.fromkeys(("api:runs", "api:run", "api:run-forecast", "api:run-cancel"), "runs"),
    **dict.fromkeys(("api:results", "api:result", "api:error-budgets"), "runs"),
    **dict.fromkeys(("api:error-budget", "api:error-budget-streams"), "runs"),
    **dict.fromkeys(("api:stress-tests", "api:report"), "runs"),
    **dict.fromkeys(("api:questions", "api:question", "api:question-answer"), "questions"),
    **dict.fromkeys(("api:export-ndjson", "api:export-parquet"), "runs"),
    **dict.fromkeys(("api:items", "api:labels", "api:labels-conclude"), "evidence"),
    "api:bundle": "evidence",
    **dict.fromkeys(("api:policy-packs", "api:policy-pack", "api:obligations"), "policies"),
    **dict.fromkeys(("api:policy-pack-adopt", "api:policy-pack-drop"), "policies"),
    **dict.fromkeys(("api:policy-pack-schedule", "api:summaries", "api:summary"), "policies"),
    **dict.fromkeys(("api:alerts", "api:alert"), "alerts"),
    **dict.fromkeys(("api:alert-acknowledge", "api:alert-resolve"), "alerts"),
    **dict.fromkeys(("api:alert-snooze", "api:alert-assign", "api:alert-answer"), "alerts"),
    **dict.fromkeys(("api:alert-routes", "api:alert-route", "api:alert-route-try"), "alerts"),
    **dict.fromkeys(("api:maintenance-windows", "api:maintenance-window"), "alerts"),
    "api:maintenance-window-end": "alerts",
    **dict.fromkeys(("api:ledger", "api:ledger-consistency"), "ledger"),
    **dict.fromkeys(("api:ledger-entries", "api:ledger-entry", "api:events"), "ledger"),
    **dict.fromkeys(("api:grants", "api:readings", "api:tokens", "api:token"), "access"),
}
"""The resource that a token's scope must name for each address, if it does not name all."""

HEAVY = {
    "portal:dossier",
    "portal:dossier-verify",
    "portal:dossier-proof",
    "portal:report",
    "api:export-parquet",
    "api:report",
}
"""Dear to draw: whoever is refused calls them, and of those who are not, one from each side."""

READ_BY_POST = {"api:schedule-preview", "api:run-forecast"}

EVERYBODY = {
    "api:oauth-token",
    "api:oauth-revoke",
    "log-checkpoint",
    "log-policy",
    "log-tile",
    "log-timestamp",
    "portal:invitation",
    "portal:organization-sign-in",
    "healthz",
    "readyz",
    "metrics",
}
"""Without a session: public by design, or with credentials of their own."""
SIGNED_IN_ONLY = {"api:schema", "api:docs", "api:unknown"}
GROUPS = {"accounts/": "one's own account: allauth asks", "admin/": "the operator's staff"}
"""Addresses that stand under one rule each, by how they begin."""
