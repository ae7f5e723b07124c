"""Both suites on small public models through the real service: ``make results``.

``python -m launcher.results [--model NAME] [TEST ...]`` starts PostgreSQL, Valkey, workers and a
scheduler over a record of its own, registers the models, runs every bias and safety test that the
worker announces (or those named), and writes ``docs/results/<model>.json`` and its page. What was
recorded there of other tests stays. It takes hours; what stops before its bank is asked is said in
the page: a verdict, or the token budget given with ``--token-budget``.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from pathlib import Path

from compliance.domain.errors import InvalidInputError
from launcher import services
from launcher.ports import free_port, kept_port
from launcher.results_models import MODELS, model_prepare
from launcher.servers import servers_start
from launcher.state import State, state_locate, state_open
from launcher.supervisor import StepFailedError, StopRequestedError, Supervisor


def main() -> int:
    """Measure, with a record that is gone afterwards; returns the exit status."""
    parser = ArgumentParser(prog="python -m launcher.results", description=__doc__)
    parser.add_argument("--model", action="append", choices=list(MODELS), dest="models")
    parser.add_argument("--token-budget", type=int, help="that each test may take")
    parser.add_argument("tests", nargs="*", metavar="TEST")
    arguments = parser.parse_args()
    cache = state_locate(os.environ, root=os.geteuid() == 0).cache
    state = State(home=Path(tempfile.mkdtemp(prefix="assay-results-")), cache=cache)
    state.home.chmod(0o755)  # as root, PostgreSQL's user must reach what lies below
    try:
        state_open(state)
        measure(state, arguments)
    except (InvalidInputError, StepFailedError) as error:
        print(error, file=sys.stderr)
        return 2
    except (KeyboardInterrupt, StopRequestedError):
        return 130
    shutil.rmtree(state.home)  # kept where something failed: its logs say why
    return 0


def measure(state: State, arguments: Namespace) -> None:
    """Start everything, run the suites on each model in turn, and end everything."""
    names = arguments.models or list(MODELS)
    supervisor = Supervisor(state.logs, say)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, supervisor.request_stop)
    try:
        for name in MODELS:  # all of them, as one is the other's reference
            model_prepare(state.models, name, say)
        environment = servers_start(state, supervisor, say, web_port=free_port())
        smtp = services.mail_catcher(state, environment, kept_port(state.ports, "smtp"))
        for service in (smtp, *services.workers(environment, state)):
            supervisor.start(service)
        budget = ["--token-budget", str(arguments.token_budget)] * bool(arguments.token_budget)
        for name in names:
            record = ("launcher.results_record", name, *budget, *arguments.tests)
            supervisor.run(services.step(f"record-{name}", environment, *record), say)
    finally:
        supervisor.stop()


def say(line: str) -> None:
    """A line of what happens now."""
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
