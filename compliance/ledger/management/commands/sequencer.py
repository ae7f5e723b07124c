"""``python manage.py sequencer``: the process that appends to the log and signs it."""

from __future__ import annotations

import signal
import threading
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from compliance.domain.errors import AssayError
from compliance.domain.timestamps import roots_read
from compliance.domain.tlog.errors import FormatError
from compliance.domain.tlog.witness_policy import NONE
from compliance.ledger.sequencer import run
from compliance.ledger.services import policy_read
from compliance.ledger.signer import signer_open
from compliance.outbound.timestamps import Authority


class Command(BaseCommand):
    """Runs until SIGTERM or SIGINT."""

    help = "Append events to the log, sign its head, collect cosignatures, store evidence."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--unwitnessed",
            action="store_true",
            help="sign although the policy needs no witness, which protects nobody",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        key, policy = settings.ENV.log_key, settings.ENV.witness_policy
        if key is None:
            raise CommandError("ASSAY_LOG_KEY: name the file that manage.py log_key made")
        content = policy.read_bytes() if policy else None
        stopping = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopping.set())
        try:
            signer = signer_open(key)
            wanted = policy_read(signer=signer, content=content)
            if wanted.quorum == NONE and not options["unwitnessed"]:
                raise CommandError(
                    "ASSAY_WITNESS_POLICY: the log needs no witness, so nobody is protected from a"
                    " history that is shown differently to others. Name a policy (manage.py"
                    " witness_policy makes one), or say --unwitnessed"
                )
            run(
                signer,
                content,
                stopping,
                _authority(settings.ENV.timestamp_url, settings.ENV.timestamp_root),
            )
        except (AssayError, FormatError, OSError) as error:
            raise CommandError(f"the log cannot be signed: {error}") from error


def _authority(url: str, root: Path | None) -> Authority | None:
    if not url:
        return None
    if root is None:
        raise CommandError("ASSAY_TIMESTAMP_ROOT: name the root certificate of the authority")
    roots = roots_read(root.read_bytes())
    return Authority(url, roots, allow_internal=settings.ALLOW_INTERNAL)
