"""What the service's own role may do in the database: append, and change only what lives.

Migrations run as the owner of the tables, everything else as a role that owns nothing. It may not
update or delete what is append-only, so that neither a bug nor a stolen password can; triggers
refuse it once more, emptying a table too, also to whoever replays changes as a replica. Who owns
the tables can switch triggers off, which ``triggers_check`` tells, and on again, which it cannot
tell: the proof against the operator is the log's root and its witnesses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.apps import apps
from django.db import connection, transaction
from psycopg import sql

from compliance.ledger.services.walking import Difference

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
_TRIGGERS = r"""
SELECT tgrelid::regclass::text, tgname FROM pg_trigger
WHERE (tgname LIKE 'pgtrigger\_%%' OR tgname LIKE 'assay\_%%') AND tgenabled = %s ORDER BY 1, 2
"""
"""Ours, by whether they fire; those of foreign keys are PostgreSQL's."""
_NEVER_EMPTIED = """
CREATE OR REPLACE FUNCTION assay_never_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'append-only: Cannot empty table %', TG_TABLE_NAME;
END $$
"""
_KEPT_WHOLE_NAME = "assay_never_emptied"
_KEPT_WHOLE = """
CREATE OR REPLACE TRIGGER assay_never_emptied BEFORE TRUNCATE ON {}
FOR EACH STATEMENT EXECUTE FUNCTION assay_never_emptied()
"""
_NEVER_IGNORED = """
CREATE OR REPLACE FUNCTION public._pgtrigger_should_ignore(trigger_name name)
RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT FALSE'
"""
"""As django-pgtrigger makes it, a session that sets ``pgtrigger.ignore`` passes its triggers."""


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
    for statement in (_NEVER_EMPTIED, _NEVER_IGNORED):
        _execute(sql.SQL(statement).format())
    kept_whole = {table for table, name in triggers_that(fire="A") if name == _KEPT_WHOLE_NAME}
    for name, columns in _fixed_tables():
        table = sql.Identifier(name)
        if name not in kept_whole:  # to make one locks its table, and others may be at work
            _execute(sql.SQL(_KEPT_WHOLE).format(table))
        _execute(sql.SQL("REVOKE UPDATE, DELETE ON {} FROM {}").format(table, who))
        if columns:
            named = sql.SQL(", ").join(map(sql.Identifier, columns))
            _execute(sql.SQL("GRANT UPDATE ({}) ON {} TO {}").format(named, table, who))
    _triggers_always()


def triggers_check() -> Iterator[Difference]:
    """Triggers of ours that somebody switched off."""
    for table, trigger in triggers_that(fire="D"):
        yield Difference(f"table {table}", f"its trigger {trigger} is switched off")


def triggers_that(*, fire: str) -> list[tuple[str, str]]:
    """Table and name of our triggers: those that fire always (A), unless replayed (O), never (D).

    The letters are PostgreSQL's, in ``pg_trigger.tgenabled``.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TRIGGERS, [fire])
        return [(table, name) for table, name in cursor.fetchall()]


def _fixed_tables() -> Iterator[tuple[str, tuple[str, ...]]]:
    for model in apps.get_models():
        options = model._meta  # noqa: SLF001 - documented API in spite of its name
        triggers = [trigger.name for trigger in getattr(options, "triggers", ())]
        if FIXED in triggers or options.label in CHANGEABLE:
            yield options.db_table, CHANGEABLE.get(options.label, ())


def _triggers_always() -> None:
    """Fire our triggers for replicas, too: as they are made, ``session_replication_role`` skips
    them."""
    for table, trigger in triggers_that(fire="O"):
        statement = "ALTER TABLE {} ENABLE ALWAYS TRIGGER {}"
        _execute(sql.SQL(statement).format(sql.Identifier(table), sql.Identifier(trigger)))


def _execute(statement: sql.Composed) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
