"""Registers policy packs: those that come with this release, and files of one's own."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from compliance.domain.errors import InvalidInputError
from compliance.policies.services import pack_register, packs_register


class Command(BaseCommand):
    """Registers packs; a version that is there already is left as it is."""

    help = "Register the built-in policy packs, or those of the files named."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="*", type=Path, help="Packs as TOML.")

    def handle(self, *args: Any, **options: Any) -> None:
        files: list[Path] = options["files"]
        try:
            rows = [pack_register(content=path.read_bytes()) for path in files]
            rows = rows or packs_register()
        except (InvalidInputError, OSError) as error:
            raise CommandError(str(error)) from error
        for row in rows:
            self.stdout.write(f"{row} {row.sha256}")
