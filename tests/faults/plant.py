"""The servers and processes under attack, kept alive as an operator's supervisor would."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import redis
from django.db import InterfaceError, OperationalError, connection

from launcher.services import ALONE, CELERY
from launcher.supervisor import BACKOFF_SECONDS
from tests.flows.conftest import Processes
from tests.servers import Servers

START_SECONDS = 90.0
WORKERS = ("cpu-1", "cpu-2")
SETTLED_SECONDS = 3.0
"""A worker killed sooner after its start would never get to work: no fault, but an outage."""

T = TypeVar("T")


@dataclass
class Plant:
    """Two workers for shards, one for alerts, a scheduler, PostgreSQL and Valkey.

    Attributes:
        rng: seeded; every moment and victim is drawn from it.
        fell: what ended without having been killed, and how often.
    """

    servers: Servers
    environment: dict[str, str]
    logs: Path
    rng: random.Random
    fell: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        # One thread a worker: with two, the two cores would be fought over.
        self._processes = Processes(self.environment | {"OMP_NUM_THREADS": "1"}, self.logs)
        self._arguments: dict[str, tuple[str, ...]] = {}
        self._back_at: dict[str, float] = {}
        self._began_at: dict[str, int] = {}  # where in its log
        self._ready: dict[str, float] = {}

    @property
    def names(self) -> list[str]:
        """What is meant to run."""
        return list(self._arguments)

    def start(self, *names: str) -> None:
        """Start workers by name, or the scheduler; a name with ``scheduler`` in it is one."""
        for name in names or (*WORKERS, "events", "scheduler"):
            self._arguments[name] = self._arguments_of(name)
            self._start(name)

    def stop(self, *names: str) -> None:
        """End for good, without a warning."""
        for name in names or self.names:
            del self._arguments[name]
            self._back_at.pop(name, None)
            self._processes.kill(name)

    def kill(self, name: str) -> None:
        """SIGKILL a process group and start it again at once."""
        self._processes.kill(name)
        self._back_at.pop(name, None)
        self._start(name)

    def workers_at_work(self) -> list[str]:
        """Workers that have been ready for some seconds."""
        now = time.monotonic()
        return [name for name in WORKERS if now - self._ready.get(name, now) > SETTLED_SECONDS]

    def kill_worker(self) -> str:
        """Returns the name under which it held shards."""
        name = self.rng.choice(self.workers_at_work() or WORKERS)
        self.kill(name)
        return f"{name}@test"

    def kill_scheduler(self) -> None:
        self.kill(self.rng.choice([name for name in self.names if "scheduler" in name]))

    def kill_broker(self) -> None:
        self._server_end("valkey", signal.SIGKILL)

    def flush_broker(self) -> None:
        with redis.Redis.from_url(self.servers.valkey.url) as client:
            client.flushall()

    def shut_database(self) -> None:
        """PostgreSQL's immediate shutdown: no goodbye to anybody, recovery at the next start."""
        self._server_end("postgres", signal.SIGQUIT)

    def tend(self) -> None:
        """Start again what ended, as the launcher does; to be called while waiting."""
        assert self.servers.supervisor is not None
        self.servers.supervisor.tend()
        now = time.monotonic()
        for name, process in list(self._processes.running.items()):
            if process.poll() is None:
                continue
            if name not in self._back_at:
                self.fell[name] += 1
                self._back_at[name] = now + BACKOFF_SECONDS[0]
            elif now >= self._back_at[name]:
                self.kill(name)
        for name in set(WORKERS) & set(self._began_at) - set(self._ready):
            if b" ready." in self._log(name).read_bytes()[self._began_at[name] :]:
                self._ready[name] = now

    def wait(self, holds: Callable[[], bool], *, seconds: float, what: str) -> None:
        """Tend until something holds; an outage counts as not yet."""
        deadline = time.monotonic() + seconds
        while not self.ask(holds, otherwise=False):
            assert time.monotonic() < deadline, f"waited {seconds:g} s for {what}"
            self.tend()
            time.sleep(0.05)

    @staticmethod
    def ask(question: Callable[[], T], *, otherwise: T) -> T:
        """Ask the database, which may be down just now."""
        try:
            return question()
        except (OperationalError, InterfaceError):
            with contextlib.suppress(OperationalError, InterfaceError):
                connection.close()
            return otherwise

    def server_moved(self, name: str, move: Callable[[], None]) -> None:
        """Stop a server in good order, change where its files lie, start it again."""
        supervisor = self.servers.supervisor
        assert supervisor is not None
        kept = supervisor._kept.pop(name)
        os.kill(kept.process.pid, kept.service.stop_signal)
        kept.process.wait()
        supervisor._forget(kept.process)
        move()
        connection.close()
        server = self.servers.valkey if name == "valkey" else self.servers.postgres
        server.start(supervisor)

    def _start(self, name: str) -> None:
        self._ready.pop(name, None)
        log = self._log(name)
        self._began_at[name] = log.stat().st_size if log.exists() else 0
        self._processes.start(name, *self._arguments[name])

    def _log(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def hurry(self, name: str) -> None:
        """Start a server that failed again and again now, not after its next pause."""
        assert self.servers.supervisor is not None
        kept = self.servers.supervisor._kept[name]
        kept.crashes = 0
        if kept.restart_at is not None:
            kept.restart_at = time.monotonic()

    def _server_end(self, name: str, number: signal.Signals) -> None:
        supervisor = self.servers.supervisor
        assert supervisor is not None
        kept = supervisor._kept[name]
        with contextlib.suppress(ProcessLookupError):  # between two of its own attempts to start
            os.kill(kept.process.pid, number)
        kept.process.wait()
        kept.crashes = 0  # it did not fail, it was killed: back after the shortest pause
        supervisor.tend()

    @staticmethod
    def _arguments_of(name: str) -> tuple[str, ...]:
        if "scheduler" in name:
            return ("workers.scheduler",)
        queues = "events,alerts" if name.startswith("events") else "cpu,endpoint"
        return (*CELERY, *ALONE, "--queues", queues, "--hostname", f"{name}@test")


def answers(servers: Servers) -> bool:
    """Whether both servers can be talked to."""
    try:
        with redis.Redis.from_url(servers.valkey.url) as client:
            client.ping()
    except redis.RedisError:
        return False
    return servers.postgres._answers()
