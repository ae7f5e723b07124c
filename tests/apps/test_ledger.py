from __future__ import annotations

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from compliance.domain import entries
from compliance.domain.events import EventType
from compliance.domain.tlog.compact_range import CompactRange
from compliance.domain.tlog.merkle import inclusion_proof, leaf_hash, verify_inclusion
from compliance.domain.tlog.tiles import bundles_at, decode_entries, tiles_at
from compliance.events.models import Event
from compliance.events.services import event_record
from compliance.ledger.models import Entry, Log
from compliance.ledger.selectors import hash_reader, tile_get
from compliance.ledger.services import database_rights_give, entries_sequence, triggers_check
from compliance.ledger.services.rights import triggers_that
from launcher.postgres import SERVICE_ROLE
from tests.cast import Cast

FORBIDDEN_TO_THE_SERVICE = (
    "UPDATE ledger_entry SET body = 'x'",
    "DELETE FROM ledger_entry",
    "TRUNCATE ledger_entry CASCADE",
    "UPDATE events_event SET subject = 'x'",
    "DELETE FROM events_event",
    "DELETE FROM audits_score",
    "UPDATE audits_result SET verdict = 'compliant'",
    "DELETE FROM ledger_log",
    "DELETE FROM django_migrations",
    "ALTER TABLE ledger_entry DISABLE TRIGGER ALL",
    "DROP TABLE ledger_entry CASCADE",
    "COPY ledger_entry FROM PROGRAM 'cat'",
    "CREATE TABLE elsewhere (x int)",
    "SET session_replication_role = replica",
    "DROP TRIGGER assay_never_emptied ON ledger_entry",
)
MAY_EMPTY = """
SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
AND has_table_privilege(oid, 'TRUNCATE')
"""


@pytest.fixture
def acted(cast: Cast) -> Cast:
    """Nothing happened before but what a test records itself."""
    entries_sequence()
    return cast


def record(cast: Cast, count: int = 1, *, slug: str = "secret-name") -> list[Event]:
    with transaction.atomic():
        return [
            event_record(
                event_type=EventType.MODEL_REGISTERED,
                organization_id=cast.northwind.id,
                subject=f"model/{number}",
                payload={"model": str(number), "slug": slug},
            )
            for number in range(count)
        ]


def root() -> bytes:
    return CompactRange.from_bytes(bytes(Log.objects.get().edge)).root


def test_every_event_gets_the_next_place_in_the_log(acted: Cast) -> None:
    events = record(acted, 5)
    assert [entries_sequence(limit=3), entries_sequence(limit=3), entries_sequence()] == [3, 2, 0]
    assert [event.entry.index for event in events] == [0, 1, 2, 3, 4]
    leaves = [leaf_hash(bytes(entry.body)) for entry in Entry.objects.order_by("index")]
    grown = CompactRange()
    grown.extend(leaves)
    assert root() == grown.root


def test_an_entry_says_nothing_that_somebody_chose(acted: Cast) -> None:
    (event,) = record(acted)
    entries_sequence()
    body = bytes(event.entry.body)
    assert b"secret-name" not in body
    entry = entries.Entry.from_bytes(body)
    assert entry.commitments == entries.commitments_of(
        {**event.payload, "actor": None}, event.salts
    )
    assert entry.chain == entries.Link(number=0, previous="")


def test_an_organizations_entries_are_chained(acted: Cast) -> None:
    first, second = record(acted, 2)
    entries_sequence()
    chain = entries.Entry.from_bytes(bytes(second.entry.body)).chain
    assert chain == entries.Link(number=1, previous=bytes(first.entry.leaf_hash).hex())


def test_tiles_prove_every_entry(acted: Cast) -> None:
    record(acted, 300)
    entries_sequence()
    for index in (0, 255, 256, 299):
        proof = inclusion_proof(index, 300, hash_reader(300))
        leaf = bytes(Entry.objects.get(index=index).leaf_hash)
        verify_inclusion(index=index, size=300, leaf=leaf, proof=proof, root=root())
    assert all(tile_get(path=tile.path) for tile in tiles_at(300))
    served = [
        entry
        for bundle in bundles_at(300)
        for entry in decode_entries(tile_get(path=bundle.path) or b"", width=bundle.width)
    ]
    assert [leaf_hash(entry) for entry in served] == [
        bytes(entry.leaf_hash) for entry in Entry.objects.order_by("index")
    ]
    assert tile_get(path="tile/0/001.p/45") is None
    assert tile_get(path="tile/0/../0/000") is None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entry SET body = 'x'",
        "DELETE FROM ledger_entry",
        "UPDATE ledger_log SET size = 0",
        "DELETE FROM ledger_log",
        "UPDATE events_event SET payload = jsonb_set(payload, '{slug}', '\"better\"')",
        "UPDATE events_event SET subject = 'model/other'",
        "UPDATE events_event SET commitments = '{}'",
        "DELETE FROM events_event",
    ],
)
def test_the_database_refuses_to_change_the_log(acted: Cast, statement: str) -> None:
    record(acted)
    entries_sequence()
    with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic():
        connection.cursor().execute(statement)


def test_a_value_can_be_erased_and_its_entry_stands(acted: Cast) -> None:
    (event,) = record(acted)
    entries_sequence()
    del event.payload["slug"], event.salts["slug"]
    event.save(update_fields=["payload", "salts"])
    event.refresh_from_db()
    assert "slug" not in event.payload
    assert "slug" in entries.Entry.from_bytes(bytes(event.entry.body)).commitments


@pytest.mark.django_db(transaction=True)
def test_the_services_role_can_append_and_change_nothing(
    site_environment: dict[str, str], acted: Cast
) -> None:
    record(acted)
    entries_sequence()
    url = site_environment["ASSAY_DATABASE_URL"]
    with psycopg.connect(url, autocommit=True) as service:
        for statement in FORBIDDEN_TO_THE_SERVICE:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                service.execute(statement)
        service.execute("UPDATE ledger_log SET size = size")
        assert service.execute(MAY_EMPTY).fetchone() == (0,)


def test_a_session_that_asks_to_pass_the_triggers_does_not(
    site_environment: dict[str, str], acted: Cast
) -> None:
    """The setting of django-pgtrigger that has its triggers pass: any role may set it."""
    record(acted)
    with psycopg.connect(site_environment["ASSAY_DATABASE_URL"], autocommit=True) as service:
        named = "SELECT array_agg(tgname)::text FROM pg_trigger WHERE tgname LIKE 'pgtrigger_%'"
        (names,) = service.execute(named).fetchone() or ("",)
        service.execute("SELECT set_config('pgtrigger.ignore', %s, false)", [names])
        with pytest.raises(psycopg.errors.RaiseException, match="Cannot"):
            service.execute('UPDATE events_event SET payload = \'{"slug": "better"}\'')


def test_the_owner_empties_no_table_of_the_record(db: None) -> None:
    database_rights_give(role=SERVICE_ROLE)
    tables = [table for table in connection.introspection.table_names() if _fixed(table)]
    assert len(tables) > 30
    for table in tables:
        with pytest.raises(DatabaseError, match="Cannot empty"), transaction.atomic():
            connection.cursor().execute(f"TRUNCATE {table} CASCADE")


def _fixed(table: str) -> bool:
    """Whether rows of a table may be neither changed nor deleted, or only as its trigger lets."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT bool_or(tgtype & 24 = 24 AND tgname LIKE 'pgtrigger%%') FROM pg_trigger"
            " WHERE tgrelid = %s::regclass",
            [table],
        )
        return bool(cursor.fetchone()[0])


def test_triggers_fire_for_replicas_too(db: None) -> None:
    database_rights_give(role=SERVICE_ROLE)
    assert triggers_that(fire="A")
    assert not triggers_that(fire="O")


def test_a_trigger_that_is_switched_off_is_told(db: None) -> None:
    connection.cursor().execute("ALTER TABLE ledger_entry DISABLE TRIGGER USER")
    (found,) = triggers_check()
    assert str(found).startswith("table ledger_entry: its trigger pgtrigger_append_only")
