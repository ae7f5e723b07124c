"""What the service's own role may do in the database: append, and change only what lives.

Migrations run as the owner of the tables, everything else as a role that owns nothing. It may not
update or delete what is append-only, so that neither a bug nor a stolen password can; triggers
refuse it once more, also to whoever replays changes as a replica. Neither stops a superuser: the
proof against the operator is the log's root and its witnesses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.apps import apps
from django.db import connection, transaction
from psycopg import sql

FIXED = "append_only"
"""The name of the trigger that every append-only row has."""
CHANGEABLE: Mapping[str, tuple[str, ...]] = {
    "events.Event": ("payload", "salts"),
    "ledger.Evidence": ("content", "data_key", "removed_at"),
    "ledger.Log": ("size", "edge"),
    "audits.Score": ("payload", "answer", "detail", "salt"),
}
"""The only columns of otherwise fixed rows that may change, as their triggers allow it.

By the label of the model, as rooms above this one have such rows too.
"""


@transaction.atomic
def database_rights_give(*, role: str) -> None:
    """Give ``role`` what the service needs and no more, as the owner of the tables.

    Safe to repeat; run after every migration.
    """
    who = sql.Identifier(role)
    for statement in (
        "GRANT USAGE ON SCHEMA public TO {}",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}",
        "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}",
        "REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {}",
    ):
        _execute(sql.SQL(statement).format(who))
    for table, columns in _fixed_tables():
        _execute(sql.SQL("REVOKE UPDATE, DELETE ON {} FROM {}").format(table, who))
        if columns:
            named = sql.SQL(", ").join(map(sql.Identifier, columns))
            _execute(sql.SQL("GRANT UPDATE ({}) ON {} TO {}").format(named, table, who))
    _triggers_always()


def _fixed_tables() -> Iterator[tuple[sql.Identifier, tuple[str, ...]]]:
    for model in apps.get_models():
        options = model._meta  # noqa: SLF001 - documented API in spite of its name
        triggers = [trigger.name for trigger in getattr(options, "triggers", ())]
        if FIXED in triggers or options.label in CHANGEABLE:
            yield sql.Identifier(options.db_table), CHANGEABLE.get(options.label, ())


def _triggers_always() -> None:
    """Fire our triggers for replicas, too: as they are made, ``session_replication_role`` skips
    them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname FROM pg_trigger"
            " WHERE tgname LIKE 'pgtrigger_%%' AND tgenabled = 'O'"
        )
        found = cursor.fetchall()
    for table, trigger in found:
        statement = "ALTER TABLE {} ENABLE ALWAYS TRIGGER {}"
        _execute(sql.SQL(statement).format(sql.Identifier(table), sql.Identifier(trigger)))


def _execute(statement: sql.Composed) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
