"""``python manage.py log_key PATH --origin NAME``: make the keys of a new log."""

from __future__ import annotations

import secrets
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from compliance.domain.tlog.errors import FormatError
from compliance.domain.tlog.key_files import write_private_keys
from compliance.domain.tlog.note_keys import SEED_BYTES, PrivateKey, SignatureType

KINDS = (SignatureType.ED25519, SignatureType.COSIGNATURE_MLDSA44)


class Command(BaseCommand):
    """Writes an Ed25519 and an ML-DSA-44 key to one new file, and prints the verifier keys."""

    help = "Make the keys of a new log; prints what its verifiers must know."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path)
        parser.add_argument("--origin", required=True, help="like assay.example/log, for ever")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["path"]
        try:
            keys = [
                PrivateKey(options["origin"], kind, secrets.token_bytes(SEED_BYTES))
                for kind in KINDS
            ]
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_private_keys(path, *keys)
        except FileExistsError as error:
            raise CommandError(f"{path} is there already, and a log keeps its keys") from error
        except (FormatError, OSError) as error:
            raise CommandError(str(error)) from error
        for key in keys:
            self.stdout.write(str(key.key))
