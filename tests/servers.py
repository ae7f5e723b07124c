"""Real PostgreSQL and Valkey for the tests, started by the launcher's own code.

A pytest plugin (``-p tests.servers``, after pytest-django, whose fixture below it replaces). The
environment that Django's settings read is set before they load; the servers start with the first
test that needs them, so tests of the domain alone start none.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

import pytest

from launcher.browser import chromium_find, chromium_flags
from launcher.ports import HOST, free_port
from launcher.postgres import SERVICE_ROLE, Postgres
from launcher.state import State, secrets_keep, state_open
from launcher.supervisor import ROOT, Service, Supervisor
from launcher.system_user import system_user
from launcher.valkey import Valkey

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SITE_SECONDS = 60
# Tests run with the defaults of these, whatever the shell has set.
NOT_THE_SHELLS = (
    "ASSAY_DEBUG",
    "ASSAY_PUBLIC_URL",
    "ASSAY_ALLOWED_HOSTS",
    "ASSAY_EMAIL_URL",
    "ASSAY_LOG_FORMAT",
    "ASSAY_METRICS_TOKEN",
    "ASSAY_TRUSTED_PROXIES",
    "ASSAY_HEARTBEAT_FILE",
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
)
# Every call is counted, as it is for people, and none is refused: tests ask all at once.
UNREACHED = "1000000"
RATE_LIMITS = {
    f"ASSAY_{name}_PER_MINUTE": UNREACHED
    for name in ("CALLS", "WRITES", "COSTLY_CALLS", "ORGANIZATION_CALLS", "ANONYMOUS_CALLS")
}
# A test's record need not survive a power cut.
QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Servers:
    """Chosen when pytest starts, started when first needed, gone when pytest ends."""

    def __init__(self) -> None:
        folder = Path(tempfile.mkdtemp(prefix="assay-tests-"))
        folder.chmod(0o755)  # as root, PostgreSQL's user must reach what lies below
        self.state = State(home=folder, cache=folder / "cache")
        state_open(self.state)
        kept = secrets_keep(self.state.secrets)
        self.secret_key = kept["secret_key"]
        self.postgres = Postgres(
            folder / "postgres",
            free_port(),
            kept["postgres_superuser"],
            kept["postgres_assay"],
            kept["postgres_service"],
            system_user(),
            options=QUICK,
            may_create_databases=True,
        )
        self.valkey = Valkey(folder / "valkey", free_port(), kept["valkey"])
        self.supervisor: Supervisor | None = None

    def environment(self) -> dict[str, str]:
        """What ``compliance.env`` reads."""
        return {
            "ASSAY_DATABASE_URL": self.postgres.owner_url,
            "ASSAY_BROKER_URL": self.valkey.url,
            "ASSAY_SECRET_KEY": self.secret_key,
            "ASSAY_MODELS_ROOT": str(self.state.models),
            "ASSAY_EVIDENCE_URL": self.state.evidence.as_uri(),
            "ASSAY_STATIC_ROOT": str(self.state.static),
            "ASSAY_ALERT_GATHER_SECONDS": "0",  # a mail is awaited, not those that may join it
            "ASSAY_MFA_REQUIRED": "roles",  # most people of the tests sign in by a password alone
            **RATE_LIMITS,
        }

    def start(self) -> None:
        """Start both, once."""
        if self.supervisor is None:
            self.supervisor = Supervisor(self.state.logs, print)
            self.postgres.start(self.supervisor)
            self.valkey.start(self.supervisor)

    def stop(self) -> None:
        """End both and remove all they wrote."""
        if self.supervisor is not None:
            self.supervisor.stop()
        shutil.rmtree(self.state.home, ignore_errors=True)


_servers = pytest.StashKey[Servers]()


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Comes before pytest-django loads the settings."""
    chosen = early_config.stash[_servers] = Servers()
    os.environ.update(chosen.environment())
    for name in NOT_THE_SHELLS:
        os.environ.pop(name, None)
    early_config.add_cleanup(chosen.stop)


@pytest.fixture(scope="session")
def servers(pytestconfig: pytest.Config) -> Servers:
    """PostgreSQL and Valkey, running."""
    chosen = pytestconfig.stash[_servers]
    chosen.start()
    return chosen


@pytest.fixture(scope="session")
def django_db_modify_db_settings(servers: Servers) -> None:
    """pytest-django asks for this before it makes the test database."""


@pytest.fixture(scope="session")
def static_files(servers: Servers) -> Path:
    """The static files, collected once."""
    from django.core.management import call_command

    call_command("collectstatic", interactive=False, verbosity=0)
    return servers.state.static


@pytest.fixture
def site_environment(
    transactional_db: None, servers: Servers, models_root: Path
) -> Iterator[dict[str, str]]:
    """The environment of a process that works on the test database, with a service's rights."""
    from django.db import connection

    from compliance.ledger.services import database_rights_give
    from tests.tampering import tables_may_be_emptied

    database_rights_give(role=SERVICE_ROLE)
    url = urlsplit(servers.postgres.url)._replace(path=f"/{connection.settings_dict['NAME']}")
    yield os.environ | {
        "ASSAY_DATABASE_URL": urlunsplit(url),
        "ASSAY_MODELS_ROOT": str(models_root),
        "PYTHONUNBUFFERED": "1",
    }
    tables_may_be_emptied()


@pytest.fixture
def live_processes() -> int:
    """How many processes serve the site; a test that needs more says so."""
    return 1


@pytest.fixture
def live_site(
    site_environment: dict[str, str], static_files: Path, tmp_path: Path, live_processes: int
) -> Iterator[str]:
    """The address of a gunicorn that serves the test database."""
    from django.core.cache import cache

    cache.clear()  # no model's table: what a test counted is not emptied with the others
    port = free_port()
    address = f"http://{HOST}:{port}"
    logs = tmp_path / "site-logs"
    logs.mkdir()
    argv = (
        *(sys.executable, "-m", "gunicorn", "compliance.wsgi", "--bind", f"{HOST}:{port}"),
        *("--workers", str(live_processes)),
    )
    environment = site_environment | {"ASSAY_PUBLIC_URL": address}
    supervisor = Supervisor(logs, print)
    supervisor.start(Service("web", argv, environment, stop_signal=signal.SIGQUIT, folder=ROOT))

    def answers() -> bool:
        try:
            # An address of this machine.
            return urllib.request.urlopen(f"{address}/healthz", timeout=5).status == 200  # noqa: S310
        except (urllib.error.URLError, OSError):
            return False

    try:
        supervisor.wait(answers, seconds=SITE_SECONDS, what="gunicorn to answer")
        yield address
    finally:
        supervisor.stop()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A headless Chromium, driven by Playwright."""
    from playwright.sync_api import sync_playwright

    program = chromium_find()
    if program is None:
        pytest.fail("no Chromium: run python -m launcher.browser")
    # Playwright keeps an event loop running in this thread, which Django takes for async code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=chromium_flags())
        yield browser
        browser.close()
