"""Brings database and static files up to date with this tree: ``python -m launcher.update``.

It signs in as the owner of the tables, which nothing else does.

Both in one process: starting Django costs more than finding that nothing changed.
"""

from __future__ import annotations

import os

import django
from django.core.management import call_command

from launcher.postgres import SERVICE_ROLE


def main() -> None:
    """Apply what migrations are missing; collect what files changed."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "compliance.settings")
    django.setup()
    call_command("migrate", interactive=False)
    call_command("database_rights", SERVICE_ROLE)
    call_command("collectstatic", interactive=False, verbosity=0)


if __name__ == "__main__":
    main()
