"""Real worker and scheduler processes over the test database."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message
from playwright.sync_api import Browser, Page

from launcher import services
from launcher.state import State, state_open
from launcher.supervisor import Service
from tests.browsing import watch

ROOT = Path(__file__).parents[2]
START_SECONDS = 60
Wait = Callable[..., None]


class Mailbox(Message):
    """Keeps every message it is sent."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[EmailMessage] = []
        self.port = 0

    def handle_message(self, message: EmailMessage) -> None:
        self.messages.append(message)


class Processes:
    """Services started for one test, each in its own process group."""

    def __init__(self, environment: dict[str, str], logs: Path) -> None:
        self.environment = environment
        self._logs = logs
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def start(
        self, name: str, *arguments: str, environment: dict[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        log = (self._logs / f"{name}.log").open("ab")
        self.running[name] = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            cwd=ROOT,
            env=environment or self.environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        return self.running[name]

    def start_all(self) -> None:
        celery = ("celery", "-A", "workers.celery", "worker", "-c", "1", "-l", "INFO")
        self.start("cpu", *celery, "-Q", "cpu", "-n", "cpu@test")
        self.start("events", *celery, "-Q", "events,alerts", "-n", "events@test")
        self.start("scheduler", "workers.scheduler")

    def kill(self, name: str) -> None:
        """SIGKILL the whole process group: nothing is tidied up, as when a machine dies."""
        process = self.running.pop(name)
        with contextlib.suppress(ProcessLookupError):  # it ended by itself
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def log(self, name: str) -> str:
        return (self._logs / f"{name}.log").read_text()


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """A local SMTP server that the services under test send to."""
    box = Mailbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        box.port = probe.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    yield box
    controller.stop()


@pytest.fixture
def processes(
    site_environment: dict[str, str], mailbox: Mailbox, tmp_path: Path
) -> Iterator[Processes]:
    environment = site_environment | {
        "ASSAY_EMAIL_URL": f"smtp://127.0.0.1:{mailbox.port}",
        "DJANGO_SETTINGS_MODULE": "compliance.settings",
    }
    logs = tmp_path / "logs"
    logs.mkdir()
    services = Processes(environment, logs)
    yield services
    for name in list(services.running):
        services.kill(name)


@pytest.fixture
def fleet(tmp_path: Path, processes: Processes) -> dict[str, Service]:
    """Sequencer and witnesses as the launcher starts them, by name; none is running."""
    state = State(home=tmp_path / "home", cache=tmp_path / "cache")
    state_open(state)
    found = services.log_and_witnesses(processes.environment, state)
    return {service.name: service for service in found}


def start(processes: Processes, fleet: dict[str, Service], *names: str) -> None:
    """Start some of a fleet, or all of it."""
    for name in names or tuple(fleet):
        service = fleet[name]
        processes.start(name, *service.argv[2:], environment=dict(service.environment))


Browse = Callable[[], Page]


@pytest.fixture
def browse(chromium: Browser, live_site: str) -> Iterator[Browse]:
    """Somebody's own browser, at a name that passkeys can be for; errors on its pages fail."""
    site = live_site.replace("127.0.0.1", "localhost")
    troubles: list[str] = []
    contexts = []

    def enter() -> Page:
        contexts.append(chromium.new_context(base_url=site, accept_downloads=True))
        return watch(contexts[-1].new_page(), troubles, site)

    yield enter
    for context in contexts:
        context.close()
    assert not troubles


@pytest.fixture
def wait() -> Wait:
    """Wait until something holds, or fail with what was waited for."""

    def until(holds: Callable[[], bool], *, seconds: float = START_SECONDS, what: str = "") -> None:
        deadline = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > deadline:
                pytest.fail(f"waited {seconds:g} s for {what or json.dumps(str(holds))}")
            time.sleep(0.1)

    return until
