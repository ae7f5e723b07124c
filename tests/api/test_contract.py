"""What OpenAPI says and what the real server does, compared by schemathesis with all its checks.

A request that the description allows is never answered 400: the record may still refuse it, with
422, which is for what is well formed and cannot be done.
"""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from compliance.accounts.models import User
from compliance.accounts.services import token_issue
from compliance.audits.models import Schedule, Subscription
from compliance.audits.services import battery_resolve, schedule_create, subscription_create
from compliance.disputes.models import Dispute
from compliance.domain.events import EventType
from compliance.domain.schedules import Rule
from compliance.domain.subscriptions import OpenAlert
from compliance.domain.vocabulary import Severity
from compliance.ledger.signer import LogSigner
from compliance.policies.models import PolicyPack
from compliance.questions.models import Question
from compliance.questions.services import question_ask
from tests.api.conftest import Record
from tests.cast import Cast
from tests.disputing import announce_exact, case_of, rivals_version
from tests.logged import log_whole
from tests.policy import obliged

CONFIGURATION = Path(__file__).with_name("schemathesis.toml")
DOCS = Path(__file__).parents[2] / "docs" / "api.md"
SEED = 1
REVOKING = "token_revoke"
FEW, MANY = 3, 60
"""Requests that each operation is sent in the fuzzing phase, next to the systematic ones."""


@pytest.fixture
def logged(
    transactional_db: None, cast: Cast, record: Record, signer: LogSigner, tmp_path: Path
) -> Record:
    """The record with a schedule, a subscription, a pack, a dispute, in a signed log."""
    officer = cast.viewer(cast.officer)
    schedule_create(
        viewer=officer,
        model=record.model,
        name="Every Monday",
        battery=battery_resolve(battery=["safety.refusal"]),
        rule=Rule("0 6 * * 1", None, "UTC", record.run.requested_at),
    )
    subscription_create(
        viewer=officer,
        organization_id=cast.northwind.id,
        event_type=EventType.VERSION_REGISTERED,
        consequence=OpenAlert(Severity.WARNING),
    )
    obliged(officer, record.version)
    announce_exact()
    case_of(cast, record.version, rivals_version(cast, record.version.location)).ordered()
    question_ask(
        viewer=cast.viewer(cast.regulator),
        organization_id=cast.authority.id,
        model=record.model,
        text="Which filters are on?",
        due_at=timezone.now() + timedelta(days=7),
    )
    log_whole(signer, tmp_path / "witness")
    return record


def configuration(record: Record, folder: Path) -> Path:
    """Four times in five, what a request names is there."""
    there = {
        "model": record.model.id,
        "version": record.version.id,
        "run": record.waiting.id,
        "result": record.violating.id,
        "alert": record.alert.id,
        "schedule": Schedule.objects.get().id,
        "subscription": Subscription.objects.get().id,
        "pack": PolicyPack.objects.get().id,
        "summary": record.version.summaries.get().id,
        "dispute": Dispute.objects.get().id,
        "question": Question.objects.get().id,
        "organization": "northwind",
    }
    at = {f"path.{name}_id": name for name in there} | {
        "path.slug": "organization",
        "body.organization": "organization",
        "body.model": "model",
        "body.version": "version",
        "body.pack": "pack",
        "query.pack": "pack",
        "query.organization": "organization",
        "query.model": "model",
        "query.run": "run",
    }
    lines = [CONFIGURATION.read_text()]
    lines += [f'[dictionaries.{name}]\nvalues = ["{one}"]\n' for name, one in there.items()]
    lines += ["[parameters]", "position = 0", "index = 0", 'period = "2026-11"']
    lines += [
        f'"{where}" = {{dictionary = "{one}", probability = 0.8}}' for where, one in at.items()
    ]
    path = folder / "schemathesis.toml"
    path.write_text("\n".join(lines))
    return path


def faults(site: str, user: User, configured: Path, *options: str) -> str:
    """What schemathesis says that is wrong; empty if nothing.

    Revoking tokens comes last and by itself: before, it revoked the token it was asked with, and
    whatever came after was answered 401, which finds no fault.
    """
    kept = _faults(site, user, configured, "--exclude-operation-id", REVOKING, *options)
    return kept or _faults(site, user, configured, "--include-operation-id", REVOKING, *options)


def _faults(site: str, user: User, configured: Path, *options: str) -> str:
    token = token_issue(user=user, name="contract", expires_at=timezone.now() + timedelta(hours=9))
    report = configured.with_name(f"report{options[0]}.json")
    command = (
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(configured)),
        *("run", f"{site}/api/schema/?format=json", "--header", f"Authorization: Bearer {token}"),
        *("--report", "json", "--report-json-path", str(report)),
        *options,
    )
    folder = configured.parent
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    print(done.stdout)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def asked(configured: Path) -> tuple[int, int]:
    """How many requests were sent, and to how many operations."""
    reports = [json.loads(path.read_text()) for path in configured.parent.glob("report*.json")]
    sent = sum(one["test_cases"]["generated"] for one in reports)
    return sent, sum(one["operations"]["selected"] for one in reports)


def test_the_server_does_what_its_description_says(
    cast: Cast, logged: Record, live_site: str, tmp_path: Path
) -> None:
    configured = configuration(logged, tmp_path)
    said = faults(live_site, cast.officer, configured, f"--seed={SEED}", f"--max-examples={FEW}")
    assert not said, said
    sent, operations = asked(configured)
    print(f"{sent:,} requests to {operations} operations")
    assert f"the {operations} operations" in DOCS.read_text()


@pytest.mark.bench
@pytest.mark.parametrize("who", ["officer", "regulator", "outsider"])
def test_contract_at_length(
    cast: Cast, logged: Record, live_site: str, tmp_path: Path, who: str
) -> None:
    """With a fresh seed each time, for three people; `make bench NAME=contract`."""
    configured = configuration(logged, tmp_path)
    said = faults(live_site, getattr(cast, who), configured, f"--max-examples={MANY}")
    print("{:,} requests to {} operations".format(*asked(configured)))
    assert not said, said
