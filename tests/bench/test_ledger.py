"""What the log costs on a PostgreSQL that survives a power cut, beside plain INSERT in one run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

from launcher.ports import free_port
from launcher.postgres import Postgres
from launcher.supervisor import ROOT, Supervisor
from launcher.system_user import system_user
from tests.bench.quantiles import quantile_interval

SIZE = int(os.environ.get("ASSAY_LEDGER_ENTRIES", "100000"))
COLUMNS = (
    "entries",
    "appends_per_second",
    "plain_inserts_per_second",
    "checkpoint_seconds",
    "proof_milliseconds",
    "fsck_seconds",
    "fsck_log_seconds",
    "fsck_events_seconds",
    "fsck_evidence_seconds",
    "evidence",
    "fsck_processor_seconds",
)


@pytest.fixture
def durable() -> Iterator[Postgres]:
    """A cluster of its own, with every setting that keeps what was committed."""
    with tempfile.TemporaryDirectory(prefix="assay-ledger-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        logs = folder / "logs"
        logs.mkdir()
        postgres = Postgres(
            folder / "postgres", free_port(), "super", "owner", "service", system_user()
        )
        supervisor = Supervisor(logs, print)
        postgres.start(supervisor)
        yield postgres
        supervisor.stop()


@pytest.mark.bench
def test_ledger(durable: Postgres, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    environment = os.environ | {
        "ASSAY_DATABASE_URL": durable.owner_url,
        "ASSAY_EVIDENCE_URL": (tmp_path / "evidence").as_uri(),
        "ASSAY_ALLOW_INTERNAL": "true",
    }
    ran = subprocess.run(
        [sys.executable, "-m", "tests.bench.ledger_load", str(SIZE)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        check=True,
    )
    told = json.loads(ran.stdout.splitlines()[-1])
    cosigned = told["cosigned_seconds"]
    p99, low, high = quantile_interval(cosigned, 0.99)
    with capsys.disabled():
        print("\n" + " | ".join(COLUMNS))
        for row in told["sizes"]:
            print(" | ".join(f"{row[name]:,.4g}" for name in COLUMNS))
        print("\ncheckpoints | proof, ms | to count all cosignatures, ms")
        for row in told["vouching"]:
            print(" | ".join(f"{value:,.4g}" for value in row.values()))
        print(f"event to quorum, {len(cosigned)} events: median {median(cosigned):.3f} s,", end=" ")
        print(f"p99 {p99:.3f} s (95% interval {low:.3f} to {high:.3f})")
    assert p99 < 2
