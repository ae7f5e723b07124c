"""``make demo``: everything on this machine, up to the verdicts of a first real audit."""

from __future__ import annotations

import errno
import json
import os
import signal
import sys
import urllib.error
import urllib.request
from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from compliance.domain.errors import InvalidInputError
from launcher import services
from launcher.console import Terminal, mails_about
from launcher.ports import is_free, kept_port
from launcher.servers import servers_start
from launcher.state import State, lock_take, state_locate, state_open
from launcher.supervisor import StepFailedError, StopRequestedError, Supervisor

DEFAULT_PORT = 8000
LAST_PORT = 65_535
WEB_SECONDS = 60.0
MAIL_SECONDS = 30.0
IDLE_SECONDS = 3_600.0


def main() -> int:
    """Run the demo until Ctrl-C; returns the exit status."""
    parser = ArgumentParser(prog="python -m launcher", description=__doc__)
    parser.add_argument("--once", action="store_true", help="end after the first audit")
    once = parser.parse_args().once
    try:
        port = web_port(os.environ)
        state = state_locate(os.environ, root=os.geteuid() == 0)
        state_open(state)
        lock = lock_take(state)
        free_check(port)
        return supervised(state, port, lock, once=once)
    except (InvalidInputError, StepFailedError) as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        print("The disk is full: free some space and start again.", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def web_port(environ: Mapping[str, str]) -> int:
    """The port to serve people on.

    Raises:
        InvalidInputError: ASSAY_PORT is no port, or one that only root may use.
    """
    named = environ.get("ASSAY_PORT") or str(DEFAULT_PORT)
    first = 1 if os.geteuid() == 0 else 1024
    if not named.isdecimal() or not first <= int(named) <= LAST_PORT:
        raise InvalidInputError(
            field="ASSAY_PORT",
            problem=f"{named!r} is not a port that you may serve on",
            fix=f"Give a whole number from {first} to {LAST_PORT}",
        )
    return int(named)


def free_check(port: int) -> None:
    """Refuse a port that somebody else serves on."""
    if not is_free(port):
        raise InvalidInputError(
            field="ASSAY_PORT",
            problem=f"something else listens on port {port} of this machine",
            fix=f"Stop it, or choose another port: ASSAY_PORT={port + 1} make demo",
        )


def supervised(state: State, port: int, lock: int, *, once: bool) -> int:
    """Bring everything up, show the first audit, and end everything that was started."""
    terminal = Terminal()
    supervisor = Supervisor(state.logs, terminal.say, lock)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, supervisor.request_stop)
    try:
        demo = Demo(state, port, supervisor, terminal)
        demo.bring_up()
        demo.first_audit()
        if not once:
            terminal.say("Assay runs until Ctrl-C.")
            while True:
                supervisor.pause(IDLE_SECONDS)
    except StopRequestedError:
        terminal.say("\nStopping ...")
        return 0
    finally:
        supervisor.stop()
    return 0


class Demo:
    """The order in which things begin."""

    def __init__(self, state: State, port: int, supervisor: Supervisor, terminal: Terminal) -> None:
        self._state = state
        self._port = port
        self._smtp_port = kept_port(state.ports, "smtp")
        self._supervisor = supervisor
        self._terminal = terminal
        self._environment: dict[str, str] = {}
        self._seeded: dict[str, Any] = {}

    def bring_up(self) -> None:
        """Servers, schema, models, processes, people; then say where everything is."""
        self._environment = servers_start(
            self._state, self._supervisor, self._terminal.step, web_port=self._port
        )
        self._terminal.step("Preparing the models (minutes the first time, nothing later)")
        prepare = services.step(
            "models", self._environment, "launcher.prepare", str(self._state.models)
        )
        self._supervisor.run(prepare, self._terminal.step)
        self._processes()
        printed = self._step(
            "Seeding people, models and a schedule",
            *("seed", "launcher.seed", "--secrets", str(self._state.secrets)),
        )
        self._seeded = json.loads(printed.strip().splitlines()[-1])
        self._supervisor.wait(self._web_answers, seconds=WEB_SECONDS, what="the web server")
        self._terminal.step("Ready")
        self._terminal.welcome(services.address(self._port), self._seeded["sign_ins"])

    def first_audit(self) -> None:
        """Follow the first run to its verdicts, and say where the alert's mail went."""
        run = self._seeded["first_run"]
        officer = self._seeded["sign_ins"][0]["email"]
        follow = services.step("progress", self._environment, "launcher.progress", run, officer)
        with self._terminal.audit() as bar:
            self._supervisor.run(follow, bar.draw)
        self._terminal.say(f"First audit: {services.address(self._port)}/runs/{run}/")
        if "violating" in bar.verdicts:
            mail = self._state.mail
            self._supervisor.wait(
                lambda: bool(mails_about(mail, run)), seconds=MAIL_SECONDS, what="the alert's mail"
            )
            for path in mails_about(mail, run):
                self._terminal.say(f"Alert by e-mail: {path}")

    def _processes(self) -> None:
        self._terminal.step("Starting mail catcher, log, witnesses, workers, scheduler, web server")
        started = [services.mail_catcher(self._state, self._environment, self._smtp_port)]
        started += services.log_and_witnesses(self._environment, self._state)
        started += services.workers(self._environment, self._state)
        started.append(services.web(self._environment, self._port))
        for service in started:
            self._supervisor.start(service)

    def _step(self, words: str, name: str, *arguments: str) -> str:
        self._terminal.step(words)
        return self._supervisor.run(services.step(name, self._environment, *arguments))

    def _web_answers(self) -> bool:
        try:
            with urllib.request.urlopen(  # noqa: S310  (an address of this machine)
                f"{services.address(self._port)}/readyz", timeout=5
            ) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False
