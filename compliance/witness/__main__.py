"""Run a witness: ``python -m compliance.witness --home FOLDER --name NAME --log VKEY``."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sqlite3
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from threading import Thread

from compliance.domain.tlog.errors import FormatError
from compliance.domain.tlog.note_keys import VerifierKey, parse_vkey
from compliance.domain.tlog.policy_file import parse_policy
from compliance.domain.tlog.witness_policy import NONE, Log, Policy
from compliance.witness.home import Home, home_create, home_open
from compliance.witness.server import WitnessServer
from compliance.witness.service import Witness

DEFAULT_PORT = 8737


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; 2 where it cannot start."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    try:
        logs = _logs(options.log, options.policy)
        home = _home(options.home, options.name)
        host, port = _listen(options.listen)
        witness = Witness(home.state, home.keys, logs=logs, clock=time.time, forks=home.forks)
        server = WitnessServer((host, port), witness)
    except (FormatError, OSError, sqlite3.Error) as error:
        print(f"witness: {error}", file=sys.stderr)
        return 2
    _say(home, logs, f"http://{host}:{server.server_port}/")
    _serve(server)
    home.state.close()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m compliance.witness",
        description="Cosigns the checkpoints of logs that only grow (c2sp.org/tlog-witness).",
    )
    parser.add_argument(
        "--home", type=Path, required=True, help="its folder; made at the first start"
    )
    parser.add_argument("--name", help="of its keys, like witness.example.edu/assay; first start")
    parser.add_argument("--log", action="append", default=[], help="a log's vkey; may be repeated")
    parser.add_argument("--policy", type=Path, help="a tlog-policy file whose logs are trusted")
    parser.add_argument(
        "--listen", default=f"127.0.0.1:{DEFAULT_PORT}", help="host:port (%(default)s)"
    )
    return parser


def _logs(vkeys: Sequence[str], policy: Path | None) -> dict[str, list[VerifierKey]]:
    keys = [parse_vkey(one) for one in vkeys]
    if policy:
        keys += [one.key for one in parse_policy(policy.read_bytes()).logs]
    trusted = Policy(tuple(Log(key) for key in dict.fromkeys(keys)), (), (), NONE)
    if not trusted.logs:
        raise FormatError("no log is trusted: name one by --log or --policy")
    logs: dict[str, list[VerifierKey]] = {}
    for one in trusted.logs:
        logs.setdefault(one.key.name, []).append(one.key)
    return logs


def _home(folder: Path, name: str | None) -> Home:
    if not folder.exists():
        if not name:
            raise FormatError(f"{folder} is not there; --name makes a new witness in it")
        home_create(folder, name=name, random=os.urandom)
    home = home_open(folder)
    if name and home.keys[0].name != name:
        raise FormatError(f"{folder} is the witness '{home.keys[0].name}', not '{name}'")
    return home


def _listen(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    if not host or not port.isascii() or not port.isdecimal() or int(port) > 65_535:
        raise FormatError(f"--listen is host:port, not '{address}'")
    return host.strip("[]"), int(port)


def _say(home: Home, logs: dict[str, list[VerifierKey]], url: str) -> None:
    print("Keys of this witness, for the policies of whoever trusts it:")
    for vkey in home.vkeys:
        print(vkey)
    print(f"Logs: {', '.join(logs)}")
    print(f"Serving {url}", flush=True)


def _serve(server: WitnessServer) -> None:
    def stop(*_: object) -> None:
        Thread(target=server.shutdown).start()  # shutdown waits for the loop this signal is in

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    with server:
        server.serve_forever()


if __name__ == "__main__":
    sys.exit(main())
