"""A full disk under the broker's queue, and under the database's log of what was committed."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.cast import Cast
from tests.faults.conftest import Record
from tests.faults.disks import Disk, small_disk
from tests.faults.plant import Plant
from tests.faults.storm import Storm
from tests.faults.workload import Batch, mixed_works, undisturbed

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
FULL_SECONDS = 5.0
ROUNDS = 4


@pytest.fixture
def broker_disk(plant: Plant) -> Iterator[Disk]:
    """Eight megabytes that hold the broker's queue."""
    with small_disk(plant.servers.valkey.folder, 8) as disk:
        plant.server_moved("valkey", lambda: None)
        yield disk
        disk.clear()
        plant.stop()
    plant.server_moved("valkey", lambda: None)


@pytest.fixture
def log_disk(plant: Plant) -> Iterator[Disk]:
    """A disk that holds PostgreSQL's write-ahead log, a few segments of 16 MB."""
    inside = plant.servers.postgres.cluster / "pg_wal"
    with small_disk(plant.servers.postgres.folder / "log-disk", 160) as disk:
        plant.server_moved("postgres", lambda: _replace(inside, disk.folder / "pg_wal", link=True))
        yield disk
        disk.clear()
        plant.stop()
        plant.server_moved("postgres", lambda: _replace(inside, disk.folder / "pg_wal", link=False))


def test_the_brokers_disk_is_full(
    broker_disk: Disk, running: Plant, cast: Cast, models_root: Path, record: Record
) -> None:
    works = mixed_works(cast, models_root)
    reference = undisturbed(running, cast, works)
    batch = Batch(running, cast, works, size=60)

    def disk_full() -> None:
        broker_disk.fill()
        _go_on(running, batch)
        broker_disk.clear()

    storm = Storm(running, [disk_full], rounds=ROUNDS, pause=(4.0, 8.0))
    assert record(storm.survived(batch, "broker's disk full", reference)).holds


def test_the_databases_disk_is_full(
    log_disk: Disk, running: Plant, cast: Cast, models_root: Path, record: Record
) -> None:
    works = mixed_works(cast, models_root)
    reference = undisturbed(running, cast, works)
    batch = Batch(running, cast, works, size=60)

    def disk_full() -> None:
        # Else what earlier rounds left fills the disk, and there is no room to make for recovery.
        with running.servers.postgres._connect() as connection:
            connection.execute("CHECKPOINT")
        log_disk.fill()
        _use_up_segments(running)
        _go_on(running, batch)
        log_disk.clear()
        running.hurry("postgres")

    storm = Storm(running, [disk_full], rounds=ROUNDS, pause=(6.0, 10.0))
    assert record(storm.survived(batch, "database's disk full", reference)).holds


def _go_on(plant: Plant, batch: Batch) -> None:
    """Requests keep coming, and what ends is started again, while the disk is full."""
    deadline = time.monotonic() + FULL_SECONDS
    while time.monotonic() < deadline:
        plant.tend()
        batch.top_up()
        time.sleep(0.1)


def _use_up_segments(plant: Plant) -> None:
    """Move on from segment to segment until none can be made: the server gives up."""
    try:
        with plant.servers.postgres._connect() as connection:
            for _ in range(64):
                connection.execute("CREATE TEMPORARY TABLE step ()")
                connection.execute("DROP TABLE step")
                connection.execute("SELECT pg_switch_wal()")
    except psycopg.OperationalError:
        return
    pytest.fail("the log's disk was not full")


def _replace(inside: Path, apart: Path, *, link: bool) -> None:
    """Keep the log apart and link to it, or bring it back."""
    owner = inside.parent.stat()
    if link:
        shutil.move(inside, apart)
        inside.symlink_to(apart)
    else:
        inside.unlink()
        shutil.move(apart, inside)
    for path in (apart, *apart.rglob("*")) if link else (inside, *inside.rglob("*")):
        os.chown(path, owner.st_uid, owner.st_gid)
