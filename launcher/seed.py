"""The demo's people, models and first audit, written through the services alone.

``python -m launcher.seed --secrets PATH`` runs beside the started services, makes what is
missing, keeps the sign-ins in PATH, and prints one JSON object for the launcher.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "compliance.settings")
django.setup()

from django.utils import timezone  # noqa: E402

from compliance.accounts.models import Organization, User  # noqa: E402
from compliance.accounts.selectors import Viewer, operator_viewer, viewer_get  # noqa: E402
from compliance.accounts.services import (  # noqa: E402
    grant_give,
    organization_create,
    token_issue,
)
from compliance.audits.selectors import stress_test_list  # noqa: E402
from compliance.audits.services import (  # noqa: E402
    battery_resolve,
    schedule_create,
    subscription_create,
)
from compliance.domain.events import EventType  # noqa: E402
from compliance.domain.lineage import DeclaredParent, DeclaredSource  # noqa: E402
from compliance.domain.schedules import Rule  # noqa: E402
from compliance.domain.subscriptions import StartRun  # noqa: E402
from compliance.domain.vocabulary import (  # noqa: E402
    Access,
    LineageRelation,
    OrganizationKind,
    Role,
    SourceKind,
)
from compliance.people.services import member_add  # noqa: E402
from compliance.registry.models import Model, Version  # noqa: E402
from compliance.registry.services import (  # noqa: E402
    Declarations,
    model_register,
    version_register,
)

FIRST_AUDIT = (
    "provenance.weights_digest",
    "provenance.shared_initialisation",
    "safety.refusal",
    "bias.counterfactual_pairs",
)
"""At least one of each kind, and no longer than somebody watches; the quickest first."""
PEOPLE = (
    ("compliance officer", "officer@northwind.example", "Ola Officer", Role.COMPLIANCE_OFFICER),
    ("provider engineer", "engineer@northwind.example", "Enno Engineer", Role.ENGINEER),
    ("regulator", "regulator@authority.example", "Rita Regulator", Role.REGULATOR),
)
ANNOUNCE_SECONDS = 120
FIRE_SECONDS = 60
_DAY = timedelta(days=1)


def main() -> None:
    """Seed what is missing and print the sign-ins and the first run."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--secrets", type=Path, required=True)
    path: Path = parser.parse_args().secrets
    kept: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    _people(kept)
    _write_private(path, kept)
    officer = viewer_get(user=User.objects.get(email=PEOPLE[0][1]), now=timezone.now())
    run_id = _first_audit(officer)
    print(
        json.dumps(
            {
                "sign_ins": kept["sign_ins"],
                "api_token": kept["api_token"],
                "first_run": run_id,
            }
        )
    )


def _people(kept: dict[str, Any]) -> None:
    sign_ins = kept.setdefault("sign_ins", [])
    if Organization.objects.filter(slug="northwind").exists():
        return
    sign_ins.clear()
    provider = organization_create(
        slug="northwind", name="Northwind AI", kind=OrganizationKind.PROVIDER
    )
    authority = organization_create(
        slug="authority", name="AI Oversight Authority", kind=OrganizationKind.REGULATOR
    )
    for title, email, name, role in PEOPLE:
        password = secrets.token_urlsafe(12)
        organization = authority if role is Role.REGULATOR else provider
        member_add(organization=organization, email=email, name=name, role=role, password=password)
        sign_ins.append({"role": title, "email": email, "password": password})
    # In the demo the officer also operates the installation, so the admin is open to her.
    officer = User.objects.get(email=PEOPLE[0][1])
    officer.is_staff = officer.is_superuser = True
    officer.save(update_fields=["is_staff", "is_superuser"])
    grant_give(viewer=operator_viewer(user=officer), organization=authority, provider=provider)
    kept["api_token"] = token_issue(
        user=officer, name="demo", expires_at=timezone.now() + 365 * _DAY
    )


def _first_audit(officer: Viewer) -> str:
    """Register the models, schedule the first audit, then register the derived version."""
    _wait("a worker to announce its stress tests", ANNOUNCE_SECONDS, stress_test_list().exists)
    organization = Organization.objects.get(slug="northwind")
    assistant = _model(officer, organization, "assistant", "Northwind Assistant")
    original = _version(officer, assistant, "1.0", "smollm2-135m-instruct", _original())
    harbor = _model(officer, organization, "harbor", "Northwind Harbor")
    _version(officer, harbor, "1.0", "unrelated-135m", Declarations())
    schedule = assistant.schedules.first() or schedule_create(
        viewer=officer,
        model=assistant,
        name="Daily audit of the newest version",
        battery=battery_resolve(battery=FIRST_AUDIT),
        rule=Rule(
            cron="",
            interval_seconds=int(_DAY.total_seconds()),
            time_zone="Europe/Brussels",
            anchor=timezone.now() - _DAY + timedelta(seconds=1),
        ),
    )
    oldest_first = schedule.firings.order_by("due_at")
    _wait("the schedule to fire", FIRE_SECONDS, oldest_first.exists)
    if not organization.subscriptions.exists():
        subscription_create(
            viewer=officer,
            organization_id=organization.id,
            event_type=EventType.VERSION_REGISTERED,
            consequence=StartRun(tuple(battery_resolve(battery=FIRST_AUDIT))),
        )
    _version(officer, assistant, "1.1", "smollm2-135m-instruct-tuned", _tuned(original))
    return str(oldest_first[0].run_id)


def _model(viewer: Viewer, organization: Organization, slug: str, name: str) -> Model:
    found = organization.models.filter(slug=slug).first()
    return found or model_register(
        viewer=viewer, organization_id=organization.id, slug=slug, name=name
    )


def _version(
    viewer: Viewer, model: Model, name: str, location: str, declarations: Declarations
) -> Version:
    found = model.versions.filter(name=name).first()
    return found or version_register(
        viewer=viewer,
        model=model,
        name=name,
        access=Access.WEIGHTS,
        location=location,
        declarations=declarations,
    )


def _original() -> Declarations:
    url = "https://huggingface.co/HuggingFaceTB/SmolLM2-135M-Instruct"
    description = "Named in the model card of SmolLM2-135M-Instruct."
    return Declarations(
        sources=tuple(
            DeclaredSource(SourceKind.PUBLIC_DATASET, name, url=url, description=description)
            for name in ("FineWeb-Edu", "DCLM", "The Stack")
        )
    )


def _tuned(parent: Version) -> Declarations:
    return Declarations(
        parents=(DeclaredParent(parent.id, LineageRelation.FINE_TUNE),),
        sources=(
            DeclaredSource(
                SourceKind.OTHER,
                "Demo dialogues",
                description="Short dialogues written for this demo; see launcher/models.py.",
            ),
        ),
    )


def _wait(what: str, seconds: float, ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            sys.exit(f"seed: waited {seconds:g} s for {what}; see the logs of the services.")
        time.sleep(0.2)


def _write_private(path: Path, kept: dict[str, Any]) -> None:
    temporary = path.with_suffix(".tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        json.dump(kept, stream, indent=1)
    temporary.replace(path)


if __name__ == "__main__":
    main()
