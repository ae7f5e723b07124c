"""``python manage.py database_rights ROLE``: run as the owner of the tables, after ``migrate``."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from compliance.ledger.services import database_rights_give


class Command(BaseCommand):
    """Gives the service's role what it needs and no more."""

    help = "Give the role that the service signs in with its rights, and no more."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("role")

    def handle(self, *args: Any, **options: Any) -> None:
        database_rights_give(role=options["role"])
        self.stdout.write(f"{options['role']} may append to the record and change nothing of it.")
