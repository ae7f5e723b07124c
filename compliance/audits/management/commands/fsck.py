"""``python manage.py fsck``: verify the whole record, and say what differs."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from compliance.audits.services import answers_check
from compliance.ledger.services import events_check, evidence_check, log_check, triggers_check


class Command(BaseCommand):
    """Exits with 1 where anything differs."""

    help = "Verify the log, events against it, evidence and answers against their digests."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--processes",
            type=int,
            default=len(os.sched_getaffinity(0)),
            help="among how many the log is divided; by default one for each processor",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        differing = 0
        checks = (
            ("the log", log_check(processes=options["processes"])),
            ("events", events_check()),
            ("evidence", evidence_check()),
            ("answers", answers_check()),
            ("triggers", triggers_check()),
        )
        for name, differences in checks:
            before = differing
            for difference in differences:
                differing += 1
                self.stdout.write(f"  {difference}")
            found = differing - before
            self.stdout.write(f"{name}: {found} differ" if found else f"{name}: as it should be")
        if differing:
            raise CommandError(f"{differing} differences", returncode=1)
