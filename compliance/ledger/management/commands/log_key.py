"""``python manage.py log_key PATH``: make the keys of a new log, add new ones, retire old ones."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from compliance.domain.errors import AssayError
from compliance.domain.tlog.errors import FormatError
from compliance.ledger.keys import keys_add, keys_make, keys_retire


class Command(BaseCommand):
    """Writes an Ed25519 and an ML-DSA-44 key; prints the verifier keys that sign from now on."""

    help = "Make, add to or retire the keys of a log; prints what its verifiers must know."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path)
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--origin", help="of a new log, like assay.example/log, for ever")
        what.add_argument("--rotate", action="store_true", help="add new keys beside those there")
        what.add_argument("--retire", metavar="ID", help="take out the key with this hex ID")
        parser.add_argument(
            "--hardware",
            metavar="URI",
            default="",
            help="the Ed25519 key is in a module: pkcs11:token=…;object=…?module-path=…"
            "&pin-source=…",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["path"]
        try:
            if options["rotate"]:
                keys = keys_add(path, hardware=options["hardware"])
            elif options["retire"]:
                keys = keys_retire(path, options["retire"])
            else:
                keys = keys_make(path, origin=options["origin"], hardware=options["hardware"])
        except FileExistsError as error:
            raise CommandError(f"{path} is there already, and a log keeps its keys") from error
        except (AssayError, FormatError, OSError) as error:
            raise CommandError(str(error)) from error
        for key in keys:
            self.stdout.write(key)
