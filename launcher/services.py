"""The processes of Assay on one machine, and the environment they read their settings from."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping

from launcher.ports import HOST
from launcher.state import State
from launcher.supervisor import Service
from launcher.transparency import WitnessHome, log_keys, policy_write, witness_homes

WEB_PROCESSES = 2
CELERY = ("celery", "-A", "workers.celery", "worker", "--loglevel", "INFO", "--concurrency", "1")
# One broker and a handful of workers: they need not introduce themselves to each other.
ALONE = ("--without-gossip", "--without-mingle")


def address(port: int) -> str:
    """Where people find Assay."""
    return f"http://{HOST}:{port}"


def settings_environment(
    state: State, *, database: str, broker: str, secret_key: str, web_port: int, smtp_port: int
) -> dict[str, str]:
    """The environment that ``compliance.env`` reads, on top of the launcher's own."""
    inherited = {name: value for name, value in os.environ.items() if name[:6] != "ASSAY_"}
    return inherited | {
        "ASSAY_DATABASE_URL": database,
        "ASSAY_BROKER_URL": broker,
        "ASSAY_SECRET_KEY": secret_key,
        "ASSAY_ALLOWED_HOSTS": f"{HOST},localhost",
        "ASSAY_PUBLIC_URL": address(web_port),
        "ASSAY_MODELS_ROOT": str(state.models),
        "ASSAY_EVIDENCE_URL": state.evidence.as_uri(),
        "ASSAY_DATASETS": os.environ.get("ASSAY_DATASETS") or str(state.datasets),
        "ASSAY_STATIC_ROOT": str(state.static),
        "ASSAY_EMAIL_URL": f"smtp://{HOST}:{smtp_port}",
        "ASSAY_ALERT_GATHER_SECONDS": "5",  # somebody waits for the demo's mail
        "ASSAY_DEBUG": "0",
        # Everybody in the demo is whoever reads its terminal; the pages say so (docs/adr/0014).
        "ASSAY_MFA_REQUIRED": "nobody",
        "DJANGO_SETTINGS_MODULE": "compliance.settings",
        "PYTHONUNBUFFERED": "1",
        # Everything a model needs is on this machine; nothing is ever asked of a model hub.
        "HF_HUB_OFFLINE": "1",
    }


def step(name: str, environment: Mapping[str, str], *arguments: str) -> Service:
    """A Python module of this tree, run with its arguments."""
    return Service(name, (sys.executable, "-m", *arguments), environment)


def mail_catcher(state: State, environment: Mapping[str, str], port: int) -> Service:
    """Writes what Assay mails into the state's mail folder."""
    return step("smtp", environment, "launcher.smtp", str(port), str(state.mail))


def workers(environment: Mapping[str, str], state: State) -> list[Service]:
    """Scheduler and workers."""
    keeping = {**environment, "ASSAY_ANSWERS": str(state.answers)}

    def worker(name: str, queues: str, environment: Mapping[str, str]) -> Service:
        arguments = (*CELERY, *ALONE, "--queues", queues, "--hostname", f"{name}@%h")
        argv = (sys.executable, "-m", *arguments)
        # SIGTERM would let a shard finish, which may take minutes. After SIGQUIT its lease ends
        # and the next worker goes on after the finished batches.
        return Service(f"worker-{name}", argv, environment, stop_signal=signal.SIGQUIT)

    return [
        worker("cpu", "cpu", keeping),
        worker("events", "events,alerts", environment),
        step("scheduler", environment, "workers.scheduler"),
    ]


def log_and_witnesses(environment: Mapping[str, str], state: State) -> list[Service]:
    """The witnesses, then the process that signs the log and asks them."""
    keys, homes = log_keys(state), witness_homes(state)
    policy = policy_write(state, keys, homes)
    trusted = [word for key in keys for word in ("--log", str(key))]

    def witness(home: WitnessHome) -> Service:
        where = ("--home", str(home.folder), "--listen", f"{HOST}:{home.port}")
        name = f"witness-{home.sector}"
        return step(name, environment, "compliance.witness", *where, *trusted)

    signing = {"ASSAY_LOG_KEY": str(state.log_key), "ASSAY_WITNESS_POLICY": str(policy)}
    # The witnesses are on this machine, which nothing else of the demo may be asked to reach.
    inside = {"ASSAY_ALLOW_INTERNAL": "true"}
    sequencer = step("sequencer", {**environment, **signing, **inside}, "django", "sequencer")
    return [*map(witness, homes), sequencer]


def web(environment: Mapping[str, str], port: int) -> Service:
    """Portal, API and admin."""
    return step(
        "web",
        environment,
        "gunicorn",
        "compliance.wsgi",
        f"--bind={HOST}:{port}",
        f"--workers={WEB_PROCESSES}",
        "--access-logfile=-",
        "--no-control-socket",
    )
