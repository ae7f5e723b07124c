"""What is wrong with the log is told to everybody, on every page, and to whoever counts."""

from __future__ import annotations

import pytest
from django.test import Client

from compliance.events.models import Event, PendingEvent
from compliance.ledger.models import Entry, Halt, Witness
from compliance.ledger.selectors import log_alarms
from compliance.ledger.sequencer import hand_on
from compliance.ledger.services import checkpoint_sign, entries_sequence, log_halt_record
from compliance.ledger.signer import ForkError, LogSigner
from tests.apps.test_ledger import record
from tests.cast import Cast
from tests.tampering import tamper

SIGNED_OUT = ("/", "/verify/", "/accounts/login/", "/accounts/password/reset/")
SIGNED_IN = ("/", "/verify/", "/ledger/", "/ledger/99/", "/accounts/2fa/", "/tokens/")


def shows(client: Client, path: str, sentence: str) -> bool:
    text = client.get(path, follow=True).content.decode()
    assert 'class="page-wrapper"' in text, path
    return sentence in text


@pytest.mark.parametrize("signed_in", [False, True])
def test_a_witness_that_refuses_is_told_of_on_every_page(
    cast: Cast, client: Client, signed_in: bool
) -> None:
    if signed_in:
        client.force_login(cast.engineer)
    paths = SIGNED_IN if signed_in else SIGNED_OUT
    assert not any(shows(client, path, "refuses this record") for path in paths)
    Witness.objects.create(name="w.example", url="http://w.example", refusal="disagrees: 7")
    for path in paths:
        assert shows(client, path, "refuses this record&#x27;s log: w.example: disagrees: 7"), path


def test_who_owes_a_second_factor_is_told_too(cast: Cast, client: Client) -> None:
    client.force_login(cast.regulator)
    Halt.objects.create(reason="it is older")
    assert shows(client, "/ledger/", "not signed any further: it is older")


def test_a_signer_that_refuses_is_told_of_once_until_it_signs_again(cast: Cast) -> None:
    log_halt_record(reason="")
    assert not Halt.objects.exists()
    for reason in ("the record has 5 entries", "the record has 6 entries"):
        log_halt_record(reason=reason)
        assert log_alarms() == [f"This record's log is not signed any further: {reason}"]
    told = Event.objects.get(type="log.refused")
    assert (told.payload["refusal"], told.organization) == ("the record has 5 entries", None)
    assert PendingEvent.objects.filter(event=told, reader="ledger").exists()
    since = Halt.objects.get().since
    log_halt_record(reason="")
    assert log_alarms() == []
    log_halt_record(reason="again")
    assert Event.objects.filter(type="log.refused").count() == 2
    assert Halt.objects.get().since >= since  # type: ignore[operator]


def test_nothing_is_added_to_a_record_that_is_older_than_its_own_log(
    cast: Cast, signer: LogSigner
) -> None:
    record(cast, 6)
    entries_sequence()
    assert checkpoint_sign(signer=signer)
    tamper("ledger_log", "DELETE FROM ledger_log")  # as in a backup from before
    tamper("ledger_entry", "DELETE FROM ledger_entry")
    record(cast, 9)
    with pytest.raises(ForkError, match="has 0 entries and 6 were signed"):
        hand_on(signer)
    assert not Entry.objects.exists()
