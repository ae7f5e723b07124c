"""One model's results: ``python -m launcher.results_record MODEL [TEST ...]`` beside a service.

Registers the model, requests a run, and after every shard writes what was found to
``docs/results/<model>.json`` and its page, so that what was measured outlives a stop.
"""

from __future__ import annotations

import json
import os
import secrets
import time
from argparse import ArgumentParser, Namespace
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "compliance.settings")
django.setup()

from django.utils import timezone  # noqa: E402

from compliance.accounts.models import Organization, User  # noqa: E402
from compliance.accounts.selectors import Viewer, viewer_get  # noqa: E402
from compliance.accounts.services import organization_create  # noqa: E402
from compliance.audits.models import Run, Shard, StressTest  # noqa: E402
from compliance.audits.selectors import run_get, stress_test_list  # noqa: E402
from compliance.audits.services import battery_resolve, run_request_by  # noqa: E402
from compliance.domain.vocabulary import Access, Kind, OrganizationKind, Role  # noqa: E402
from compliance.people.services import member_add  # noqa: E402
from compliance.registry.models import Version  # noqa: E402
from compliance.registry.services import model_register, version_register  # noqa: E402
from launcher.results_models import MODELS  # noqa: E402
from launcher.results_pages import FOLDER, page_write  # noqa: E402

ANNOUNCE_SECONDS = 300
POLL_SECONDS = 2.0
SUITES = (Kind.SAFETY.value, Kind.BIAS.value)
EMAIL = "officer@results.example"


def main() -> None:
    """Run and write; returns when the run has ended."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("model", choices=list(MODELS))
    parser.add_argument("--token-budget", type=int)
    parser.add_argument("tests", nargs="*")
    run = _requested(parser.parse_args(), _officer())
    told: set[object] = set()
    while True:
        seen = run_get(viewer=_officer(), run_id=run.id)
        ended = [one for one in seen.shards.all() if one.finished_at and one.id not in told]
        if ended:
            told.update(one.id for one in ended)
            _written(seen, ended)
        if seen.finished_at is not None:
            return
        time.sleep(POLL_SECONDS)


def _officer() -> Viewer:
    user = User.objects.filter(email=EMAIL).first()
    if user is None:
        organization = organization_create(
            slug="results", name="Results", kind=OrganizationKind.PROVIDER
        )
        user = member_add(
            organization=organization,
            email=EMAIL,
            name="Officer",
            role=Role.COMPLIANCE_OFFICER,
            password=secrets.token_urlsafe(16),
        )
    return viewer_get(user=user, now=timezone.now())


def _requested(arguments: Namespace, officer: Viewer) -> Run:
    deadline = time.monotonic() + ANNOUNCE_SECONDS
    while not stress_test_list().exists() and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
    offered = stress_test_list().filter(kind__in=SUITES)
    tests = sorted(offered, key=lambda test: (test.kind != Kind.SAFETY.value, test.name))
    chosen = [test for test in tests if test.name in (arguments.tests or {test.name})]
    others = [_registered(officer, name) for name in MODELS if name != arguments.model]
    battery = [_spec(test, others[0]) for test in chosen]
    return run_request_by(
        viewer=officer,
        version=_registered(officer, arguments.model),
        battery=battery_resolve(battery=battery),
        token_budget=arguments.token_budget,
    )


def _spec(test: StressTest, other: Version) -> dict[str, Any]:
    """Default parameters; where a test compares, the other model is the reference."""
    compares = "reference" in test.parameters
    parameters = {"reference": other.weights_digest} if compares else {}
    return {"name": test.name, "version": test.version, "parameters": parameters}


def _registered(officer: Viewer, name: str) -> Version:
    found = Version.objects.filter(model__slug=name).first()
    if found is not None:
        return found
    model = model_register(
        viewer=officer,
        organization_id=Organization.objects.get().id,
        slug=name,
        name=MODELS[name].title,
    )
    return version_register(
        viewer=officer, model=model, name="1", access=Access.WEIGHTS, location=name
    )


def _written(run: Run, ended: list[Shard]) -> None:
    """Merge the ended shards into the model's file, by test; then its page."""
    name = run.version.model.slug
    path = FOLDER / f"{name}.json"
    found: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {"tests": {}}
    found |= {"model": name, "title": MODELS[name].title, "origin": MODELS[name].origin}
    found["tests"] |= {shard.test_name: _row(shard, run.token_budget) for shard in ended}
    found["tests"] = dict(sorted(found["tests"].items()))
    FOLDER.mkdir(exist_ok=True)
    path.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")
    page_write(found)
    for shard in ended:
        print(f"{name}: {shard.test_name} {shard.state}", flush=True)


def _row(shard: Shard, token_budget: int | None) -> dict[str, Any]:
    """All that the record holds of a shard but its items and their answers."""
    row: dict[str, Any] = {"spec": shard.spec, "state": shard.state, "tokens": shard.tokens}
    row["token_budget"] = token_budget
    result = getattr(shard, "result", None)
    if result is None:
        return row | {"trouble": shard.trouble}
    told = ("verdict", "stopped", "seed", "code_digest", "order_digest", "scores_digest")
    row |= {field: getattr(result, field) for field in told}
    row |= {"estimate": result.estimate, "environment": result.environment}
    return row | {
        "seconds": round(result.duration_seconds, 1),
        "recorded_at": result.recorded_at.isoformat(timespec="seconds"),
    }


if __name__ == "__main__":
    main()
