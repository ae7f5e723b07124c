"""``python manage.py derived_rows``: compare what is kept beside results with the results."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from compliance.audits.services import derived_differences


class Command(BaseCommand):
    """Exits with 1 where anything differs and was not repaired."""

    help = "Compare standings and streams with all results, and say what differs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--repair", action="store_true", help="make them what results say")

    def handle(self, *args: Any, **options: Any) -> None:
        found, left = 0, 0
        for difference in derived_differences():
            found += 1
            if options["repair"] and difference.repair is not None:
                difference.repair()
                self.stdout.write(f"  {difference.said}: repaired")
            else:
                left += 1
                self.stdout.write(f"  {difference.said}")
        self.stdout.write(f"{found} differ" if found else "as they should be")
        if left:
            raise CommandError(f"{left} differences", returncode=1)
