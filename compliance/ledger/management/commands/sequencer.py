"""``python manage.py sequencer``: the process that appends to the log and signs it."""

from __future__ import annotations

import signal
import threading
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from compliance.domain.errors import AssayError
from compliance.domain.tlog.errors import FormatError
from compliance.ledger.sequencer import run
from compliance.ledger.signer import signer_open


class Command(BaseCommand):
    """Runs until SIGTERM or SIGINT."""

    help = "Append events to the log, sign its head, collect cosignatures, store evidence."

    def handle(self, *args: Any, **options: Any) -> None:
        key, policy = settings.ENV.log_key, settings.ENV.witness_policy
        if key is None:
            raise CommandError("ASSAY_LOG_KEY: name the file that manage.py log_key made")
        stopping = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopping.set())
        try:
            run(signer_open(key), policy.read_bytes() if policy else None, stopping)
        except (AssayError, FormatError, OSError) as error:
            raise CommandError(f"the log cannot be signed: {error}") from error
