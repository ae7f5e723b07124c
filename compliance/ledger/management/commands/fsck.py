"""``python manage.py fsck``: verify the whole record, and say what differs."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from compliance.ledger.services import events_check, evidence_check, log_check

CHECKS = (
    ("the log", log_check),
    ("events", events_check),
    ("evidence", evidence_check),
)


class Command(BaseCommand):
    """Exits with 1 where anything differs."""

    help = "Verify the log, events against it, and evidence files against their digests."

    def handle(self, *args: Any, **options: Any) -> None:
        differing = 0
        for name, check in CHECKS:
            before = differing
            for difference in check():
                differing += 1
                self.stdout.write(f"  {difference}")
            found = differing - before
            self.stdout.write(f"{name}: {found} differ" if found else f"{name}: as it should be")
        if differing:
            raise CommandError(f"{differing} differences", returncode=1)
