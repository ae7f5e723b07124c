"""The sequencer process: appends events to the log, signs its head, moves evidence to its store.

It alone holds the log's private keys. Any number may run, on one memory of what was signed;
PostgreSQL's lock lets one work at a time. A process that dies anywhere leaves either a committed
batch or none, and a head that was remembered and not recorded is signed again with the same root.
"""

from __future__ import annotations

import threading
import time

import psycopg
import structlog
from django.conf import settings
from django.db import OperationalError, close_old_connections

from compliance.domain.errors import AssayError, DamagedError
from compliance.domain.tlog.witness_policy import Policy
from compliance.events.models import NOTIFY_CHANNEL
from compliance.ledger.services import (
    checkpoint_sign,
    checkpoint_stamp,
    entries_sequence,
    evidence_move,
    evidence_remove,
    log_age_check,
    log_halt_record,
    log_setup_record,
    policy_read,
    witnesses_ask,
    witnesses_of,
)
from compliance.ledger.signer import ForkError, LogSigner
from compliance.outbound.timestamps import Authority

POLL_SECONDS = 1.0
GATHER_SECONDS = 0.05
"""How long to wait once an event was recorded, for the next: a burst makes one checkpoint."""
WITNESS_SECONDS = 0.2
"""How often to look for a checkpoint that a witness has not cosigned."""
ALARM_SECONDS = 30.0
"""How long a log that must not be signed is left alone before it is looked at again."""
STAMP_SECONDS = 1.0
"""How often to look for a checkpoint to have stamped."""
OUTAGES = (OperationalError, psycopg.OperationalError, OSError)
_log = structlog.get_logger("assay.sequencer")


def hand_on(signer: LogSigner) -> None:
    """Sequence and sign what waits, until nothing does; move evidence out, or remove it.

    Raises:
        DamagedError, ForkError: see ``checkpoint_sign``. To a record that is older than its own log
            nothing is added, so that what it lacks can still be replayed.
    """
    log_age_check(signer=signer)
    while entries_sequence():
        pass
    checkpoint = checkpoint_sign(signer=signer)
    if checkpoint:
        _log.info("checkpoint signed", size=checkpoint.size)
    while evidence_move(signers=signer.signers):
        pass
    while evidence_remove():
        pass


def run(
    signer: LogSigner,
    policy: bytes | None,
    stopping: threading.Event,
    authority: Authority | None = None,
) -> None:
    """Work until told to stop; an outage is waited out, an alarm is told again and again.

    Args:
        authority: who stamps checkpoints with the time; None for nobody.

    Raises:
        FormatError: the policy is none.
    """
    wanted = policy_read(signer=signer, content=policy)
    asking = threading.Thread(target=_ask_witnesses, args=(wanted, stopping), daemon=True)
    asking.start()
    if authority:
        threading.Thread(target=_stamp, args=(authority, stopping), daemon=True).start()
    while not stopping.is_set():
        try:
            log_setup_record(signer=signer, policy=wanted)
            _listen(signer, stopping)
        except (DamagedError, ForkError) as error:
            _log.critical("the log is not signed any further", error=str(error))
            _tell_halted(str(error))
            stopping.wait(ALARM_SECONDS)
        except OUTAGES as error:
            _log.warning("outage", error=f"{type(error).__name__}: {error}")
            stopping.wait(POLL_SECONDS)


def _listen(signer: LogSigner, stopping: threading.Event) -> None:
    with psycopg.connect(str(settings.ENV.database_url), autocommit=True) as listener:
        listener.execute(f"LISTEN {NOTIFY_CHANNEL}")
        while not stopping.is_set():
            close_old_connections()
            hand_on(signer)
            log_halt_record(reason="")
            if settings.ENV.heartbeat_file is not None:
                settings.ENV.heartbeat_file.touch()
            if list(listener.notifies(timeout=POLL_SECONDS, stop_after=1)):
                time.sleep(GATHER_SECONDS)


def _tell_halted(reason: str) -> None:
    try:
        log_halt_record(reason=reason)
    except OUTAGES as error:
        _log.warning("outage", error=f"{type(error).__name__}: {error}")


def _ask_witnesses(policy: Policy, stopping: threading.Event) -> None:
    """Beside the sequencing, so that a slow witness holds up no entry."""
    witnesses = witnesses_of(policy, allow_internal=settings.ALLOW_INTERNAL)
    while witnesses and not stopping.wait(WITNESS_SECONDS):
        try:
            close_old_connections()
            witnesses_ask(witnesses=witnesses)
        except OUTAGES as error:
            _log.warning("outage while asking witnesses", error=f"{type(error).__name__}: {error}")
            stopping.wait(POLL_SECONDS)


def _stamp(authority: Authority, stopping: threading.Event) -> None:
    """Beside the rest: an authority that is down or slow holds nothing up."""
    while not stopping.wait(STAMP_SECONDS):
        try:
            close_old_connections()
            checkpoint_stamp(authority=authority)
        except (AssayError, *OUTAGES) as error:
            _log.warning("no time stamp", error=f"{type(error).__name__}: {error}")
            stopping.wait(ALARM_SECONDS)
