"""``python manage.py witness_policy KEYS …``: the policy that needs a witness of each sector."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from compliance.domain.errors import AssayError
from compliance.domain.tlog.note_keys import parse_vkey
from compliance.domain.tlog.witness_policy import SECTORS, Organisation, triple_helix
from compliance.ledger.signer import signer_open


class Command(BaseCommand):
    """Prints the file that ``ASSAY_WITNESS_POLICY`` names, and that verifiers are sent."""

    help = "Print a policy whose quorum has a witness of government, academia and industry."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("keys", type=Path, help="the log's key file, made by manage.py log_key")
        parser.add_argument(
            "--threshold", type=int, default=1, help="how many organisations of each sector"
        )
        for sector in SECTORS:
            parser.add_argument(
                f"--{sector}",
                action="append",
                nargs="+",
                required=True,
                metavar=("NAME URL", "KEY"),
                help="an organisation's name, its witness's address, the keys that it printed",
            )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            sectors = {one: [_organisation(said) for said in options[one]] for one in SECTORS}
            keys = [signer.key for signer in signer_open(options["keys"]).signers]
            policy = triple_helix(keys, sectors, threshold=options["threshold"])
        except (AssayError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(policy.encode().decode(), ending="")


def _organisation(said: list[str]) -> Organisation:
    if len(said) < 3:
        raise CommandError(f"'{' '.join(said)}': give a name, an address and at least one key")
    name, url, *keys = said
    return Organisation(name, [parse_vkey(key) for key in keys], url)
