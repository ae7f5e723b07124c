"""What the files in ``docker/`` say, for the tests beside it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
DOCKER = ROOT / "docker"
QUEUES = {"cpu", "gpu", "endpoint", "events", "alerts"}


def resources() -> list[dict[str, Any]]:
    """Every Kubernetes resource of the example, in the order applied."""
    found = []
    for file in sorted((DOCKER / "kubernetes").glob("*.yaml")):
        for document in filter(None, yaml.safe_load_all(file.read_text())):
            found += document.get("items", [document])
    return found


def of_kind(*kinds: str) -> list[dict[str, Any]]:
    return [resource for resource in resources() if resource["kind"] in kinds]


def queues(command: list[str]) -> set[str]:
    """The queues that a Celery worker's command line names."""
    return set(command[command.index("-Q") + 1].split(",")) if "-Q" in command else set()


def pins(file: Path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9-]+)(?:\[.*?\])?==(\S+)", file.read_text(), flags=re.M))
