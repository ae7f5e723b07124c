"""Sequencers that are killed while they append, sign and ask a witness."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.db import transaction

from compliance.domain.events import EventType
from compliance.domain.tlog.checkpoint import open_checkpoint
from compliance.domain.tlog.cosignature import verifiers
from compliance.domain.tlog.note_keys import parse_vkey
from compliance.domain.tlog.witness_policy import Group, Log, Policy
from compliance.domain.tlog.witness_policy import Witness as Trusted
from compliance.events.models import Event, PendingEvent
from compliance.events.services import event_record
from compliance.ledger.models import Checkpoint, Cosignature, Entry
from compliance.ledger.selectors import log_refusals, log_state
from compliance.ledger.services import log_check
from compliance.ledger.signer import LogSigner
from compliance.witness.home import home_create, home_open
from compliance.witness.server import WitnessServer
from compliance.witness.service import Witness
from tests.cast import Cast
from tests.conftest import ORIGIN
from tests.faults.conftest import SEED
from tests.serving import serving

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
KILLS = int(os.environ.get("ASSAY_FAULTS_KILLS", "500"))
AT_ONCE = 2
"""Sequencers that work beside each other, on one memory of what was signed."""
LONGEST_LIFE = 0.4
"""Seconds; a batch is appended, signed and cosigned in about as many."""
MOST_EVENTS = 40
ROOT = Path(__file__).parents[2]


@dataclass
class Sequencers:
    """Processes that sequence; whichever is killed, another takes its place."""

    host: subprocess.Popen[str]
    running: list[int] = field(default_factory=list)

    def start(self) -> None:
        self.running.append(int(self._ask("")))

    def kill(self, number: int) -> None:
        victim = self.running.pop(number)
        os.kill(victim, signal.SIGKILL)
        self._ask(str(victim))

    def _ask(self, line: str) -> str:
        assert self.host.stdin
        assert self.host.stdout
        self.host.stdin.write(f"{line}\n")
        self.host.stdin.flush()
        return self.host.stdout.readline()


@pytest.fixture
def witness_policy(signer: LogSigner, tmp_path: Path) -> Iterator[Path]:
    """A policy file with a witness that this process serves."""
    home_create(tmp_path / "witness", name="witness.example/w1", random=os.urandom)
    home = home_open(tmp_path / "witness")
    logs = {signer.origin: [one.key for one in signer.signers]}
    witness = Witness(home.state, home.keys, logs=logs, clock=time.time, forks=home.forks)
    with serving(WitnessServer(("127.0.0.1", 0), witness)) as server:
        url = f"http://127.0.0.1:{server.server_port}/"
        keys = {f"w{number}": key.key for number, key in enumerate(home.keys)}
        policy = Policy(
            logs=tuple(Log(parse_vkey(key)) for key in signer.verifier_keys),
            witnesses=tuple(Trusted(name, key, url) for name, key in keys.items()),
            groups=(Group("any", 1, tuple(keys)),),
            quorum="any",
        )
        written = tmp_path / "policy.txt"
        written.write_bytes(policy.encode())
        yield written
    assert not list((tmp_path / "witness" / "forks").glob("*"))
    home.state.close()


@pytest.fixture
def sequencers(
    site_environment: dict[str, str], witness_policy: Path, signer: LogSigner, tmp_path: Path
) -> Iterator[Sequencers]:
    environment = site_environment | {
        "DJANGO_SETTINGS_MODULE": "compliance.settings",
        "ASSAY_LOG_KEY": str(signer.memory.with_suffix("")),
        "ASSAY_WITNESS_POLICY": str(witness_policy),
        "ASSAY_ALLOW_INTERNAL": "true",
        "ASSAY_EVIDENCE_URL": (tmp_path / "evidence").as_uri(),
    }
    with (tmp_path / "sequencers.log").open("wb") as log:
        host = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.sequencers"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        found = Sequencers(host)
        yield found
        while found.running:
            found.kill(0)
        assert host.stdin
        host.stdin.close()
        host.wait(timeout=20)


def act(cast: Cast, count: int, first: int) -> None:
    with transaction.atomic():
        for number in range(first, first + count):
            event_record(
                event_type=EventType.MODEL_REGISTERED,
                organization_id=cast.northwind.id,
                subject=f"model/{number}",
                payload={"model": str(number), "slug": "x"},
            )


def test_kills_of_sequencers(cast: Cast, sequencers: Sequencers, signer: LogSigner) -> None:
    draw = random.Random(SEED)  # noqa: S311
    recorded = 0
    for _ in range(AT_ONCE):
        sequencers.start()
    for _ in range(KILLS):
        count = draw.randrange(1, MOST_EVENTS)
        act(cast, count, recorded)
        recorded += count
        time.sleep(draw.random() * LONGEST_LIFE)
        sequencers.kill(draw.randrange(AT_ONCE))
        sequencers.start()
    deadline = time.monotonic() + 60
    while not whole() and time.monotonic() < deadline:
        time.sleep(0.1)
    checkpoints, cosigned = Checkpoint.objects.count(), Cosignature.objects.count()
    print(f"{KILLS} kills, {recorded} events, {checkpoints} checkpoints, {cosigned} cosignatures")
    assert whole()
    assert list(log_check()) == []
    assert Entry.objects.values("event").distinct().count() == Event.objects.count()
    assert log_refusals() == []
    assert signed_once(signer)
    assert checkpoints > KILLS // 4


def whole() -> bool:
    """Nothing waits, and the witness cosigned a checkpoint over everything."""
    if PendingEvent.objects.filter(reader="ledger").exists():
        return False
    newest = Checkpoint.objects.first()
    covered = newest is not None and newest.size == Entry.objects.count()
    return covered and log_state().standing.quorum


def signed_once(signer: LogSigner) -> bool:
    """Every checkpoint bears the log's signatures, and of one size there is one root."""
    keys = verifiers([parse_vkey(key) for key in signer.verifier_keys])
    notes = Checkpoint.objects.values_list("note", flat=True)
    heads = [
        open_checkpoint(note.encode(), origin=ORIGIN, verifiers=keys).checkpoint for note in notes
    ]
    kept = json.loads(signer.memory.read_text())
    last = max(heads, key=lambda head: head.size)
    sizes = Counter(head.size for head in heads)
    return max(sizes.values()) == 1 and (kept["size"], kept["root"]) == (last.size, last.root.hex())
