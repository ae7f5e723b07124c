"""Puts what a test recorded into a signed log that a real witness cosigns."""

from __future__ import annotations

import os
import time
from pathlib import Path

from compliance.domain.tlog.note_keys import parse_vkey
from compliance.domain.tlog.witness_policy import Group, Log, Policy
from compliance.domain.tlog.witness_policy import Witness as Trusted
from compliance.ledger.models import Checkpoint
from compliance.ledger.selectors import checkpoint_latest
from compliance.ledger.sequencer import hand_on
from compliance.ledger.services import log_setup_record, witness_ask, witnesses_of
from compliance.ledger.signer import LogSigner
from compliance.witness.home import home_create, home_open
from compliance.witness.server import WitnessServer
from compliance.witness.service import Witness
from tests.serving import serving

WITNESS = "witness.example/w1"


def log_whole(signer: LogSigner, folder: Path) -> Checkpoint:
    """Sequence and sign everything, and have it cosigned by a witness whose home is ``folder``."""
    if not folder.exists():
        home_create(folder, name=WITNESS, random=os.urandom)
    home = home_open(folder)
    logs = {signer.origin: [one.key for one in signer.signers]}
    witness = Witness(home.state, home.keys, logs=logs, clock=time.time, forks=home.forks)
    server = WitnessServer(("127.0.0.1", 0), witness)
    with serving(server):
        url = f"http://127.0.0.1:{server.server_port}/"
        keys = {f"w{number}": key.key for number, key in enumerate(home.keys)}
        policy = Policy(
            logs=tuple(Log(parse_vkey(key)) for key in signer.verifier_keys),
            witnesses=tuple(Trusted(name, key, url) for name, key in keys.items()),
            groups=(Group("any", 1, tuple(keys)),),
            quorum="any",
        )
        log_setup_record(signer=signer, policy=policy)
        hand_on(signer)
        checkpoint = checkpoint_latest()
        assert checkpoint
        (address,) = witnesses_of(policy, allow_internal=True)
        assert witness_ask(witness=address, checkpoint=checkpoint)
    home.state.close()
    return checkpoint
