"""A plant for each scenario, and the table at the end: ``make faults``, ``make soak``."""

from __future__ import annotations

import json
import logging
import os
import random
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import pytest
from django.db import connection

from compliance.audits.models import StressTest
from tests.cast import Cast
from tests.faults.plant import START_SECONDS, Plant
from tests.faults.tally import HEADER, Line
from tests.flows.conftest import Mailbox, mailbox
from tests.servers import Servers

__all__ = ["mailbox"]

MEASURED = Path(__file__).parent / "measured.json"
PAGE = Path(__file__).parents[2] / "docs" / "faults.md"
SEED = int(os.environ.get("ASSAY_FAULTS_SEED", "20261125"))
Record = Callable[[Line], Line]

_lines = pytest.StashKey[list[Line]]()


@pytest.fixture
def rng() -> random.Random:
    """Draws every moment and victim; ``ASSAY_FAULTS_SEED`` draws others."""
    print(f"\nseed {SEED}")
    return random.Random(SEED)  # noqa: S311 (faults, no secrets)


@pytest.fixture
def plant(
    site_environment: dict[str, str],
    servers: Servers,
    mailbox: Mailbox,
    rng: random.Random,
    tmp_path: Path,
) -> Iterator[Plant]:
    """Everything but processes; a scenario starts those it needs."""
    _durable()
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # the mailbox would tell of each line
    logs = tmp_path / "logs"
    logs.mkdir()
    environment = site_environment | {
        "ASSAY_EMAIL_URL": f"smtp://127.0.0.1:{mailbox.port}",
        "DJANGO_SETTINGS_MODULE": "compliance.settings",
        "ASSAY_ALLOW_INTERNAL": "true",  # the endpoint under test is on this machine
        "HF_HUB_OFFLINE": "1",
    }
    built = Plant(servers, environment, logs, rng)
    built.flush_broker()  # what an earlier scenario left
    yield built
    built.stop()


@pytest.fixture
def running(plant: Plant, cast: Cast) -> Plant:
    """A plant with all its processes up."""
    plant.start()
    plant.wait(StressTest.objects.exists, seconds=START_SECONDS, what="a worker's announcement")
    return plant


@pytest.fixture
def record(pytestconfig: pytest.Config) -> Record:
    """Keeps a line for the table, prints it, and hands it back to be judged."""

    def keep(line: Line) -> Line:
        pytestconfig.stash.setdefault(_lines, []).append(line)
        print("", HEADER, line.row(), *line.notes, sep="\n")
        return line

    return keep


def _durable() -> None:
    """Other tests may lose their last commits in a crash; here that would be the fault itself."""
    with connection.cursor() as cursor:
        name = connection.ops.quote_name(str(connection.settings_dict["NAME"]))
        cursor.execute(f"ALTER DATABASE {name} SET synchronous_commit = on")
        cursor.execute("SET synchronous_commit = on")


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """The table; kept as JSON and in the docs where ``ASSAY_FAULTS_KEEP`` asks for it."""
    lines = config.stash.get(_lines, [])
    if not lines:
        return
    terminalreporter.section("faults")
    for row in table(lines):
        terminalreporter.write_line(row)
    if os.environ.get("ASSAY_FAULTS_KEEP"):
        keep(lines)


def table(lines: list[Line]) -> list[str]:
    columns = HEADER.count("|") - 1
    return [HEADER, "|" + " --- |" * columns, *(line.row() for line in lines)]


def keep(lines: list[Line]) -> None:
    """Put these lines in place of the kept ones of the same scenarios, in file and docs."""
    kept = json.loads(MEASURED.read_text())["lines"] if MEASURED.exists() else []
    fresh = {line.scenario: line for line in lines}
    old = [Line.from_json(line) for line in kept]
    whole = [*(fresh.pop(line.scenario, line) for line in old), *fresh.values()]
    written = {"seed": SEED, "lines": [asdict(line) for line in whole]}
    MEASURED.write_text(json.dumps(written, indent=1) + "\n")
    before, heading, _ = PAGE.read_text().partition("## Measured\n")
    said = f"On {os.cpu_count()} cores, seed {SEED}.\n\n"
    PAGE.write_text(before + heading + "\n" + said + "\n".join(table(whole)) + "\n")
