"""What supervisors are told."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.db import OperationalError, connection
from django.db.backends.utils import CursorWrapper
from django.test import Client

from compliance import health
from workers.health import beat, trouble

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a process that has just started."""
    monkeypatch.setattr(health, "_migrated", False)


def ready() -> tuple[int, str]:
    answer = Client().get("/readyz")
    return answer.status_code, answer.content.decode()


def test_alive_without_a_database() -> None:
    """No fixture gives this test a database, so a query would fail it."""
    assert Client().get("/healthz").content == b"ok\n"


def test_ready(db: None) -> None:
    assert ready() == (200, "ok\n")


def test_a_table_that_is_not_there_yet_is_named(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'events' AND name LIKE '0008%'")
    assert ready() == (503, "migrations not applied: events.0008_kept_answer\n")


def test_no_database_is_said(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object) -> None:
        raise OperationalError

    with monkeypatch.context() as patched:
        patched.setattr(CursorWrapper, "execute", gone)
        assert ready() == (503, "no database\n")


def test_signs_of_life(tmp_path: Path) -> None:
    file = tmp_path / "alive"
    now = time.time()
    assert "no sign of life yet" in trouble(file, now=now, max_age=60)
    beat(file)
    assert trouble(file, now=now, max_age=60) == ""
    assert trouble(file, now=time.time() + 90, max_age=60) == "no sign of life for 90 s"
    beat(None)


def test_asking_for_signs_of_life_as_a_container_does(tmp_path: Path) -> None:
    file = tmp_path / "alive"

    def ask(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "workers.health", "60"]
        return subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )

    named = os.environ | {"ASSAY_HEARTBEAT_FILE": str(file)}
    assert ask(named).returncode == 1
    beat(file)
    said = ask(named)
    assert (said.returncode, said.stdout) == (0, "alive\n")
    assert "ASSAY_HEARTBEAT_FILE is not set" in ask(dict(os.environ)).stdout
