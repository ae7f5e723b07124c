"""The demo's log and its witnesses: one of each sector, all on this machine.

They show what a quorum looks like, and protect from nothing: whoever holds this machine holds
them all. In earnest each witness runs at somebody else's (docs/ledger.md).
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from compliance.domain.tlog.key_files import read_private_keys
from compliance.domain.tlog.note_keys import VerifierKey
from compliance.domain.tlog.witness_policy import SECTORS, Organisation, triple_helix
from compliance.ledger.keys import keys_make
from compliance.witness.home import home_create, home_open
from launcher.ports import HOST, kept_port
from launcher.state import State

ORIGIN = "assay-demo.localhost/log"


@dataclass(frozen=True, slots=True)
class WitnessHome:
    """A witness of the demo."""

    sector: str
    folder: Path
    port: int

    @property
    def name(self) -> str:
        return f"{self.sector}.localhost/witness"

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}/"


def log_keys(state: State) -> list[VerifierKey]:
    """The log's verifier keys; its private ones are made at the first start and kept."""
    path = state.log_key
    if not path.exists():
        keys_make(path, origin=ORIGIN)
    return [private.key for private in read_private_keys(path)]


def witness_homes(state: State) -> list[WitnessHome]:
    """The folders and ports of the witnesses, made at the first start and kept."""
    homes = []
    for sector in SECTORS:
        port = kept_port(state.ports, f"witness-{sector}")
        home = WitnessHome(sector, state.home / "witnesses" / sector, port)
        if not home.folder.exists():
            home_create(home.folder, name=home.name, random=os.urandom)
        homes.append(home)
    return homes


def policy_write(state: State, keys: list[VerifierKey], homes: list[WitnessHome]) -> Path:
    """The policy that needs one witness of each sector."""
    sectors = {
        home.sector: [Organisation(f"{home.sector}-demo", _keys_of(home), home.url)]
        for home in homes
    }
    path = state.log_key.parent / "policy"
    path.write_bytes(triple_helix(keys, sectors).encode())
    return path


def _keys_of(home: WitnessHome) -> list[VerifierKey]:
    opened = home_open(home.folder)
    opened.state.close()
    return [private.key for private in opened.keys]
