"""Programs that nobody here wrote, or whose cryptography nobody here wrote, asked to judge."""

from __future__ import annotations

import atexit
import base64
import json
import os
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from random import Random
from tempfile import mkdtemp
from typing import Any, NoReturn

import pytest

GO_PATH = Path("/usr/share/gocode")
SOURCES = Path(__file__).parent / "domain" / "tlog" / "oracle"
LEAST_NODE = 18
REQUIRED = "ASSAY_CI"
"""Set where continuous integration installed every program that tests use."""


def lacks(program: str) -> bool:
    """Whether a test may be skipped because this machine has no such program."""
    return shutil.which(program) is None and REQUIRED not in os.environ


def absent(why: str) -> NoReturn:
    """Skip the test and say why; where the program was to be installed, fail it."""
    if REQUIRED in os.environ:
        pytest.fail(why)
    pytest.skip(why)


class Oracle:
    """A program that reads one JSON object a line and answers each with one."""

    def __init__(self, *command: str | Path) -> None:
        self.command = command

    def ask(self, requests: list[dict[str, Any]]) -> list[dict[str, Any]]:
        lines = "".join(json.dumps(one, default=encoded) + "\n" for one in requests)
        said = subprocess.run(
            self.command, input=lines, capture_output=True, text=True, check=True, timeout=60
        )
        answers = [json.loads(line) for line in said.stdout.splitlines()]
        assert len(answers) == len(requests)
        return answers


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


@cache
def go_oracle() -> Oracle:
    """Go's sumdb packages, compiled once."""
    go = shutil.which("go")
    if go is None or not (GO_PATH / "src/golang.org/x/mod/sumdb/tlog").is_dir():
        absent("no Go here, or no golang.org/x/mod (Debian: golang-golang-x-mod-dev)")
    folder = Path(mkdtemp(prefix="assay-oracle-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    settings = {"GO111MODULE": "off", "GOPATH": str(GO_PATH), "GOCACHE": str(folder / "cache")}
    subprocess.run(
        [go, "build", "-o", folder / "oracle", SOURCES / "main.go"],
        env={**os.environ, **settings, "GOFLAGS": "-buildvcs=false"},
        check=True,
    )
    return Oracle(folder / "oracle")


@cache
def node_oracle() -> Oracle:
    """Node's own cryptography, which is OpenSSL's."""
    node = shutil.which("node")
    if node is None:
        absent("no Node here (Debian: nodejs)")
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    major = re.match(r"v(\d+)\.", said)
    if major is None or int(major[1]) < LEAST_NODE:
        absent(f"Node {said.strip()} is older than {LEAST_NODE}")
    return Oracle(node, SOURCES / "main.mjs")


def flipped(random: Random, data: bytes) -> bytes:
    """One bit of it changed."""
    at = random.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << random.randrange(8)]) + data[at + 1 :]


def mutated(random: Random, one: dict[str, Any]) -> dict[str, Any]:
    """One number moved, or one hash changed, lost, doubled or swapped; a third stay as they are."""
    changed = dict(one)
    kind = random.choice(["none", "none", "number", "hash", "proof", "proof"])
    if kind == "number":
        name = random.choice([name for name in one if isinstance(one[name], int)])
        changed[name] = max(0, one[name] + random.choice([-1, 1, 2, -2, one[name]]))
    elif kind == "hash":
        name = random.choice([name for name in one if isinstance(one[name], bytes)])
        changed[name] = flipped(random, one[name])
    elif kind == "proof":
        proof = list(one["Proof"])
        at = random.randrange(len(proof) + 1)
        match random.choice(["flip", "lose", "double", "swap", "add"]):
            case "flip" if proof:
                proof[at - 1] = flipped(random, proof[at - 1])
            case "lose" if proof:
                del proof[at - 1]
            case "double" if proof:
                proof.insert(at, proof[at - 1])
            case "swap":
                random.shuffle(proof)
            case _:
                proof.insert(at, random.randbytes(32))
        changed["Proof"] = proof
    return changed
