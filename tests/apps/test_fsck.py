from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection

from compliance.accounts.models import User
from compliance.accounts.selectors import operator_viewer
from compliance.domain.errors import InvalidInputError, NotAllowedError
from compliance.events.models import Event
from compliance.events.services import event_erase
from compliance.ledger.models import Evidence
from compliance.ledger.selectors import openings_of
from compliance.ledger.services import (
    entries_sequence,
    events_check,
    evidence_check,
    evidence_move,
    evidence_record,
    fsck,
    log_check,
)
from compliance.ledger.services.walking import Span, span_check
from compliance.ledger.signer import LogSigner
from compliance.ledger.store import EvidenceStore, evidence_store
from tests.apps.test_checkpoints import grow
from tests.apps.test_ledger import record
from tests.cast import Cast
from tests.tampering import tamper


@pytest.fixture
def log(cast: Cast, signer: LogSigner) -> Cast:
    """Three hundred entries under a checkpoint."""
    grow(cast, signer, 300)
    return cast


def differences() -> list[str]:
    return [str(found) for check in (log_check, events_check, evidence_check) for found in check()]


def test_an_untouched_record_is_as_it_should_be(log: Cast) -> None:
    evidence_record(content=b"waiting", media_type="text/plain")
    assert differences() == []


@pytest.mark.parametrize(
    ("table", "statement", "said"),
    [
        ("ledger_entry", "SET body = body || 'x' WHERE index = 7", "entry 7: does not hash"),
        ("ledger_entry", "SET body = body || 'x' WHERE index = 7", "checkpoint 300: was signed"),
        (
            "ledger_entry",
            "SET number = 900 + number, organization_id = NULL WHERE index = 7",
            "entry 7: is filed elsewhere",
        ),
        ("events_event", "SET subject = 'model/z' WHERE subject = 'model/7'", "is not what event"),
        (
            "events_event",
            "SET payload = jsonb_set(payload, '{slug}', '\"b\"') WHERE subject = 'model/7'",
            "entry 7: slug is not what was committed to",
        ),
        ("events_event", "SET actor_id = NULL, type = 'x' WHERE subject = 'model/7'", "entry 7"),
        ("ledger_subtree", r"SET root = '\x00'", "subtree 1/0: is not the root"),
        ("ledger_checkpoint", r"SET root = '\x00'", "checkpoint 300: was signed over another"),
        ("ledger_checkpoint", "SET size = 400", "checkpoint 400: vouches for entries"),
        ("ledger_log", r"SET edge = '\x00'", "log: its head"),
    ],
)
def test_every_change_of_the_record_is_told(
    log: Cast, table: str, statement: str, said: str
) -> None:
    tamper(table, f"UPDATE {table} {statement}")
    assert said in "\n".join(differences())


@pytest.mark.parametrize(
    ("table", "statement", "said"),
    [
        ("ledger_entry", "SET body = body || 'x' WHERE index = 7", "entry 7: does not hash"),
        ("ledger_entry", r"SET leaf_hash = sha256('x') WHERE index = 149", "entry 150: does not"),
        (
            "ledger_entry",
            r"SET body = body || 'x', leaf_hash = sha256('\x00' || body || 'x') WHERE index = 7",
            "checkpoint 300: was signed over another tree",
        ),
        ("ledger_entry", "SET index = 1000 WHERE index = 149", "entries from 0 up to 150: are 149"),
        ("ledger_entry", "SET index = 1000 WHERE index = 299", "entry 1000: stands beyond"),
        ("ledger_subtree", r"SET root = '\x00'", "subtree 1/0: is not the root"),
    ],
)
def test_spans_that_are_walked_apart_see_what_one_walk_sees(
    log: Cast, table: str, statement: str, said: str
) -> None:
    spans = (Span(0, 150), Span(150, 300))
    assert [one for span in spans for one in span_check(span)] == []
    tamper(table, f"UPDATE {table} {statement}")
    found = [str(one) for span in spans for one in span_check(span)]
    assert said in "\n".join([*found, *differences()])


@pytest.mark.django_db(transaction=True)
def test_processes_share_a_log_out_and_each_tells_what_differs(
    cast: Cast,
    signer: LogSigner,
    site_environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    grow(cast, signer, 300)
    monkeypatch.setenv("ASSAY_DATABASE_URL", site_environment["ASSAY_DATABASE_URL"])
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "compliance.settings")
    monkeypatch.setattr(fsck, "SMALLEST_SPAN", 100)
    assert list(log_check(processes=2)) == []
    tamper("ledger_entry", "UPDATE ledger_entry SET body = body || 'x' WHERE index IN (7, 200)")
    found = [str(one) for one in log_check(processes=2)]
    assert {one for one in found if "does not hash" in one} == {
        "entry 7: does not hash to what was stored of it",
        "entry 200: does not hash to what was stored of it",
    }


def test_an_event_kept_out_of_the_log_is_told(log: Cast) -> None:
    (event,) = record(log)
    event.pending.filter(reader="ledger").delete()
    assert entries_sequence() == 0
    assert differences() == [f"event {event.id}: is not in the log, and does not wait to be"]


def test_evidence_that_changed_or_went_is_told(
    log: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = evidence_record(content=b"answers", media_type="text/plain")
    second = evidence_record(content=b"more answers", media_type="text/plain")
    assert evidence_move() == 2
    assert not differences()
    stored = [Evidence.objects.get(sha256=sha256) for sha256 in (first, second)]
    store = evidence_store()
    store.delete(stored[1].id)
    store.delete(stored[0].id)
    store.put(stored[0].id, b"other answers", bytes(stored[1].data_key or b""))
    said = "\n".join(differences())
    assert f"evidence {stored[0].id} was changed" in said
    assert f"the store has no evidence {stored[1].id}" in said


def test_stored_evidence_cannot_be_read_without_its_key(log: Cast) -> None:
    sha256 = evidence_record(content=b"a very secret answer", media_type="text/plain")
    evidence_move()
    row = Evidence.objects.get(sha256=sha256)
    assert row.content is None
    store: EvidenceStore = evidence_store()
    folder = store._folder
    assert folder
    files = [path for path in folder.rglob(f"*{row.id}*") if path.is_file()]
    assert len(files) == 1
    assert b"secret" not in files[0].read_bytes()


def test_an_erased_value_leaves_its_entry_and_every_proof_as_they_were(log: Cast) -> None:
    (event,) = record(log, slug="a-persons-name")
    entries_sequence()
    before = bytes(event.entry.body)
    viewer = operator_viewer(user=User.objects.create_superuser("op@assay.example", "x"))
    event_erase(viewer=viewer, event=event, fields=["slug"], basis="Article 17(1)(a) GDPR")
    entries_sequence()
    assert differences() == []
    event.refresh_from_db()
    assert bytes(event.entry.body) == before
    assert [one.path for one in openings_of(event.entry)] == ["actor", "model"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM events_event WHERE events_event::text ~ 'a-persons'")
        assert cursor.fetchone() == (0,)


def test_a_value_that_went_without_an_erasure_is_told(log: Cast) -> None:
    event = Event.objects.filter(subject="model/7").get()
    del event.payload["slug"], event.salts["slug"]
    event.save(update_fields=["payload", "salts"])
    assert differences() == ["entry 7: slug is gone, and nobody erased it"]


def test_only_an_administrator_erases_and_only_what_is_there(log: Cast) -> None:
    (event,) = record(log)
    with pytest.raises(NotAllowedError):
        event_erase(viewer=log.viewer(log.officer), event=event, fields=["slug"], basis="x")
    viewer = operator_viewer(user=User.objects.create_superuser("op@assay.example", "x"))
    for fields in ([], ["name"]):
        with pytest.raises(InvalidInputError, match="fields"):
            event_erase(viewer=viewer, event=event, fields=fields, basis="x")
