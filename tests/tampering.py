"""Changing the record as only the tables' owner can: past the triggers."""

from __future__ import annotations

from django.db import connection


def tamper(table: str, statement: str) -> None:
    """Run a statement on a table whose triggers are off meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what is due would bar the next line
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(statement)
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def tables_may_be_emptied() -> None:
    """Until the service's role is given its rights again: pytest-django empties every table."""
    with connection.cursor() as cursor:
        cursor.execute("DROP FUNCTION IF EXISTS assay_never_emptied CASCADE")
