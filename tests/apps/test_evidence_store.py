"""Evidence in a directory and in a bucket, which a server that speaks S3 holds over HTTP."""

from __future__ import annotations

import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from compliance.domain.errors import DamagedError
from compliance.ledger.store import EvidenceStore, data_key_make
from launcher.ports import HOST, free_port
from launcher.supervisor import Service, Supervisor

BUCKET = "assay-evidence"


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an S3 server of its own process, with an empty bucket."""
    logs = tmp_path_factory.mktemp("s3")
    port = free_port()
    address = f"http://{HOST}:{port}"
    argv = (sys.executable, "-m", "moto.server", "-H", HOST, "-p", str(port))
    supervisor = Supervisor(logs, print)
    supervisor.start(Service("s3", argv, {"PATH": "/usr/bin:/bin"}, folder=logs))

    def answers() -> bool:
        try:
            request = urllib.request.Request(f"{address}/{BUCKET}", method="PUT")  # noqa: S310
            return urllib.request.urlopen(request, timeout=5).status == 200  # noqa: S310
        except (urllib.error.URLError, OSError):
            return False

    try:
        supervisor.wait(answers, seconds=60, what="the S3 server to answer")
        yield address
    finally:
        supervisor.stop()


@pytest.fixture(params=["directory", "bucket"])
def store(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> EvidenceStore:
    if request.param == "directory":
        return EvidenceStore((tmp_path / "evidence").as_uri())
    for name, value in {
        "AWS_ENDPOINT_URL": request.getfixturevalue("bucket"),
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_ALLOW_HTTP": "true",
    }.items():
        monkeypatch.setenv(name, value)
    return EvidenceStore(f"s3://{BUCKET}/record")


def test_evidence_comes_back_as_it_was(store: EvidenceStore) -> None:
    row, key = uuid4(), data_key_make()
    store.put(row, b"answers", key)
    store.put(row, b"answers", key)  # a process that died before it said so puts it again
    assert store.get(row, key) == b"answers"


def test_evidence_opens_with_its_own_key_and_name_alone(store: EvidenceStore) -> None:
    row, other, key = uuid4(), uuid4(), data_key_make()
    store.put(row, b"answers", key)
    with pytest.raises(DamagedError, match="was changed"):
        store.get(row, data_key_make())
    with pytest.raises(DamagedError, match="has no evidence"):
        store.get(other, key)


def test_what_was_deleted_is_gone(store: EvidenceStore) -> None:
    row, key = uuid4(), data_key_make()
    store.put(row, b"answers", key)
    store.delete(row)
    with pytest.raises(DamagedError, match="has no evidence"):
        store.get(row, key)


def test_a_directory_holds_nothing_readable(tmp_path: Path) -> None:
    store = EvidenceStore((tmp_path / "evidence").as_uri())
    store.put(uuid4(), b"a very secret answer", data_key_make())
    (file,) = (path for path in tmp_path.rglob("*") if path.is_file())
    assert b"secret" not in file.read_bytes()


def test_a_store_that_is_away_fails_and_loses_nothing(tmp_path: Path) -> None:
    program = "from compliance.ledger.store import EvidenceStore as E; E('s3://nowhere/x')"
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, "a store is reached when it is used, not when it is named"
