"""What is sent with each call of the matrix that takes a body."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

from django.utils import timezone

from tests.disputing import EXACT, SHARES

SOON = timezone.now() + timedelta(hours=2)
OFFICER = "officer@northwind.example"
ROUTE_FORM = {
    "name": "Night desk",
    "channel": "members",
    "minimum_severity": "warning",
    "first_line": "yes",
    "enabled": "yes",
}

STEPS: dict[str, dict[str, Any]] = {
    "agree": {},
    "object": {"reasons": "It is too little."},
    "commit": {"commitment": "ab" * 32},
    "reveal": {"share": SHARES["claimant"]},
    "draw": {},
    "rule": {"outcome": "dismissed", "operative": "Nothing.", "reasons": "So."},
    "dissent": {"text": "No."},
    "appoint": {"organization": "another-model"},
    "withdraw": {"reason": "mine"},
}


def _given(body: dict[str, Any], _: Any) -> dict[str, Any]:
    return body


BODIES: dict[tuple[str, str], Any] = {
    ("portal:model-register", "post"): lambda world: {
        "organization": world.organizations["northwind"],
        "name": "New",
        "slug": "new",
    },
    ("portal:version-register", "post"): lambda _: {
        "name": "2.0",
        "access": "sealed",
        "location": "vault",
        "more": "parents",
    },
    ("portal:training-data-declare", "post"): lambda world: {
        "version": str(world.at["version_id"]),
        "name": "Licensed news",
        "kind": "licensed",
    },
    ("api:training-data-sources", "post"): lambda world: {
        "version": str(world.at["version_id"]),
        "name": "Licensed news",
        "kind": "licensed",
    },
    ("portal:model-offer", "post"): lambda _: {"jurisdictions": "EU de"},
    ("portal:version-run", "post"): lambda _: {"tests": ["safety.refusal"]},
    ("portal:run-cancel", "post"): lambda _: {"reason": "mine"},
    ("portal:alert-acknowledge", "post"): lambda _: {"reason": "mine"},
    ("portal:alert-resolve", "post"): lambda _: {"reason": "mine"},
    ("portal:alert-snooze", "post"): lambda _: {
        "reason": "mine",
        "until": f"{SOON:%Y-%m-%dT%H:%M}",
    },
    ("portal:alert-assign", "post"): lambda _: {"assignee": OFFICER},
    ("portal:alert-answer", "post"): lambda _: {"text": "mine"},
    ("portal:alert-route-create", "post"): lambda world: (
        ROUTE_FORM | {"organization": world.organizations["northwind"]}
    ),
    ("portal:alert-route", "post"): lambda _: ROUTE_FORM,
    ("portal:maintenance-windows", "post"): lambda world: {
        "organization": world.organizations["northwind"],
        "starts_at": f"{SOON:%Y-%m-%dT%H:%M}",
        "ends_at": f"{SOON + timedelta(hours=1):%Y-%m-%dT%H:%M}",
        "reason": "mine",
    },
    ("portal:policy-adopt", "post"): lambda world: {
        "organization": world.organizations["northwind"]
    },
    ("portal:summary-issue", "post"): lambda world: {"pack": str(world.at["pack_id"])},
    ("portal:question", "post"): lambda _: {"text": "Because."},
    ("portal:question-ask", "post"): lambda world: {
        "organization": world.organizations["authority"],
        "text": "Why?",
        "due_at": f"{SOON:%Y-%m-%dT%H:%M}",
    },
    ("portal:member-invite", "post"): lambda _: {
        "email": "other@northwind.example",
        "role": "reader",
    },
    ("portal:member-change", "post"): lambda _: {"role": "reader"},
    ("portal:labels-add", "post"): lambda world: {"item_id": world.item_id, "outcome": "refusal"},
    ("portal:schedule-create", "post"): lambda world: {
        "model": world.at["model_id"],
        "name": "daily",
        "tests": ["safety.refusal"],
        "cron": "0 6 * * *",
        "time_zone": "UTC",
        "unit": "days",
        "catch_up": "run_once",
        "jitter": "0",
    },
    ("portal:subscription-create", "post"): lambda world: {
        "organization": world.organizations["northwind"],
        "event_type": "run.errored",
        "effect": "alert",
        "severity": "warning",
    },
    ("portal:grant-give", "post"): lambda world: {
        "provider": world.organizations["northwind"],
        "organization": world.organizations["authority"],
        "kind": "record",
    },
    ("portal:tokens", "post"): lambda _: {"name": "ci", "days": "9", "scopes": ["models:read"]},
    ("portal:machine", "post"): lambda _: {"name": "ci", "days": "9", "scopes": ["models:read"]},
    ("portal:machines", "post"): lambda world: {
        "organization": world.organizations["northwind"],
        "name": "ci",
        "role": "reader",
    },
    ("api:models", "post"): lambda _: {"organization": "northwind", "slug": "new", "name": "New"},
    ("api:model-offer", "put"): lambda _: {"jurisdictions": ["EU"]},
    ("api:versions", "post"): lambda world: {
        "model": str(world.at["model_id"]),
        "name": "sealed",
        "access": "sealed",
        "location": "vault",
    },
    ("api:endpoint-limits", "post"): lambda _: {
        "organization": "northwind",
        "origin": "https://models.northwind.example",
        "requests_at_once": 2,
    },
    ("api:schedules", "post"): lambda world: {
        "model": str(world.at["model_id"]),
        "name": "weekly",
        "battery": ["safety.refusal"],
        "cron": "0 6 * * 1",
        "time_zone": "UTC",
    },
    ("api:questions", "post"): lambda world: {
        "model": str(world.at["model_id"]),
        "organization": "authority",
        "text": "Why?",
        "due_at": SOON.isoformat(),
    },
    ("api:question-answer", "post"): lambda _: {"text": "Because."},
    ("api:schedule-preview", "post"): lambda _: {"cron": "0 6 * * 1", "time_zone": "UTC"},
    ("api:subscriptions", "post"): lambda _: {
        "organization": "northwind",
        "event_type": "model.version.registered",
        "battery": ["safety.refusal"],
    },
    ("api:policy-pack-adopt", "post"): lambda _: {"organization": "northwind"},
    ("api:policy-pack-drop", "post"): lambda _: {"organization": "northwind"},
    ("api:policy-pack-schedule", "post"): lambda _: {"organization": "northwind"},
    ("api:summaries", "post"): lambda world: {"pack": str(world.at["pack_id"])},
    ("api:runs", "post"): lambda world: {"version": str(world.at["version_id"])},
    ("api:run-forecast", "post"): lambda world: {"version": str(world.at["version_id"])},
    ("api:run-cancel", "post"): lambda _: {"reason": "mine"},
    ("api:labels", "post"): lambda world: {"item_id": world.item_id, "outcome": "refusal"},
    ("api:answers-erase", "post"): lambda _: {"basis": "Article 17(1)(a) GDPR"},
    ("api:evidence-erase", "post"): lambda _: {"basis": "Article 17(1)(a) GDPR"},
    ("api:alert-acknowledge", "post"): lambda _: {"reason": "mine"},
    ("api:alert-resolve", "post"): lambda _: {"reason": "mine"},
    ("api:alert-snooze", "post"): lambda _: {"reason": "mine", "until": SOON.isoformat()},
    ("api:alert-assign", "post"): lambda _: {"assignee": OFFICER},
    ("api:alert-answer", "post"): lambda _: {"text": "mine"},
    ("api:alert-routes", "post"): lambda _: {
        "organization": "northwind",
        "name": "Night desk",
        "channel": "members",
    },
    ("api:alert-route", "put"): lambda _: {"name": "Night desk"},
    ("api:maintenance-windows", "post"): lambda _: {
        "organization": "northwind",
        "reason": "mine",
        "starts_at": SOON.isoformat(),
        "ends_at": (SOON + timedelta(hours=1)).isoformat(),
    },
    ("api:deliveries-replay", "post"): lambda _: {
        "failed_since": (SOON - timedelta(days=1)).isoformat()
    },
    ("portal:dispute-open", "post"): lambda world: {
        "version": world.at["version_id"],
        "accused": "rival/free 1.0",
        "court": "authority",
        "claim": "It is ours.",
    },
    ("api:disputes", "post"): lambda world: {
        "version": str(world.at["version_id"]),
        "accused": "rival/free 1.0",
        "court": "authority",
        "claim": "It is ours.",
    },
    ("portal:dispute-file", "post"): lambda _: {"title": "Reply", "text": "It is ours."},
    ("api:dispute-filings", "post"): lambda _: {"title": "Reply", "text": "It is ours."},
    ("portal:dispute-order", "post"): lambda _: {
        "tests": [EXACT],
        "draw_by": f"{SOON:%Y-%m-%dT%H:%M}",
    },
    ("portal:dispute-propose", "post"): lambda _: {
        "tests": [EXACT],
        "draw_by": f"{SOON + timedelta(days=9):%Y-%m-%dT%H:%M}",
        "reasons": "It compares weights.",
    },
    ("api:dispute-propose", "post"): lambda _: {
        "battery": [EXACT],
        "draw_by": (SOON + timedelta(days=9)).isoformat(),
        "reasons": "It compares weights.",
    },
    ("api:dispute-order", "post"): lambda _: {"battery": [EXACT], "draw_by": SOON.isoformat()},
    **{
        (f"{face}:dispute-{step}", "post"): partial(_given, STEPS[step])
        for face in ("portal", "api")
        for step in STEPS
    },
}
