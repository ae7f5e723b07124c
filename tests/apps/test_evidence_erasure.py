"""Erasing evidence: its key goes, its digest and every proof stand, and everybody is told why."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from compliance.accounts.models import User
from compliance.accounts.selectors import Viewer, operator_viewer
from compliance.audits.models import Result
from compliance.audits.services import bundle_take
from compliance.disputes.services import Submission, dispute_file, filing_read
from compliance.domain.errors import (
    ErasedError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
)
from compliance.domain.verify.rules import Outcome, Rule, verify
from compliance.domain.verify.trust import trust_read
from compliance.domain.vocabulary import Role
from compliance.events.models import Event
from compliance.ledger.erasures import evidence_erasures
from compliance.ledger.models import Evidence
from compliance.ledger.sequencer import hand_on
from compliance.ledger.services import (
    evidence_check,
    evidence_erase,
    evidence_read,
    evidence_record,
    evidence_remove,
    log_check,
    log_setup_record,
    policy_read,
)
from compliance.ledger.signer import LogSigner
from compliance.ledger.store import evidence_store
from compliance.registry.models import Version
from tests.browser.record import VIOLATING, announce, request, work
from tests.cast import Cast
from tests.disputing import announce_exact, case_of, rivals_version

BASIS = "Article 17(1)(a) GDPR"


@pytest.fixture
def result(cast: Cast, version: Version, signer: LogSigner) -> Result:
    """A result whose statement is signed and stored."""
    announce()
    run = request(cast.viewer(cast.officer), version, ["safety.refusal"])
    work(run, {"safety.refusal": VIOLATING})
    log_setup_record(signer=signer, policy=policy_read(signer=signer, content=None))
    hand_on(signer)
    return run.shards.get().result


@pytest.fixture
def administrator(cast: Cast) -> Viewer:
    return cast.viewer(cast.appoint(Role.ADMINISTRATOR))


@pytest.fixture
def operator(db: None) -> Viewer:
    return operator_viewer(user=User.objects.create_superuser("op@assay.example", "x"))


def differences() -> Iterator[str]:
    return (str(found) for check in (log_check, evidence_check) for found in check())


def test_erased_evidence_is_gone_and_said_to_be_and_every_proof_stands(
    cast: Cast, result: Result, signer: LogSigner, administrator: Viewer
) -> None:
    sha256, officer = result.statement_sha256, cast.viewer(cast.officer)
    before = bundle_take(viewer=officer, result_id=result.id)
    row = Evidence.objects.get(sha256=sha256)
    key = bytes(row.data_key or b"")
    assert evidence_store().get(row.id, key)

    (event,) = evidence_erase(viewer=administrator, sha256=sha256, basis=BASIS)
    hand_on(signer)
    with pytest.raises(ErasedError) as told:
        bundle_take(viewer=officer, result_id=result.id)
    at, index = f"{event.occurred_at:%Y-%m-%d %H:%M} UTC", event.entry.index
    said = f"erased on {at} on the basis of {BASIS}; entry {index} of the ledger"
    assert str(told.value) == said
    assert list(differences()) == []

    row.refresh_from_db()
    assert (row.content, row.data_key) == (None, None)
    assert row.removed_at is not None
    folder = evidence_store()._folder
    assert folder
    assert not [path for path in folder.rglob(f"*{row.id}*") if path.is_file()]
    # Its entry is public, and a digest of few words can be guessed: it names an id alone.
    assert sha256 not in bytes(event.entry.body).decode()
    # A copy outside proves what it did.
    trust = trust_read(None, logs=signer.verifier_keys)
    assert {step.rule: step.outcome for step in verify(before, trust)}[Rule.INCLUSION] is (
        Outcome.HOLDS
    )


def test_pages_say_when_and_why_instead_of_failing(
    cast: Cast, result: Result, signer: LogSigner, administrator: Viewer
) -> None:
    evidence_erase(viewer=administrator, sha256=result.statement_sha256, basis=BASIS)
    hand_on(signer)
    client = Client()
    client.force_login(cast.officer)
    shown = client.get(reverse("portal:run", args=(result.shard.run_id,))).content.decode()
    assert "the statement was erased on" in shown
    assert BASIS in shown
    assert reverse("portal:bundle", args=(result.id,)) not in shown
    dossier = client.get(reverse("portal:dossier", args=(result.version.model_id,)))
    assert BASIS in dossier.content.decode()
    answer = client.get(reverse("portal:bundle", args=(result.id,)))
    assert answer.status_code == 410
    assert BASIS in answer.content.decode()


def test_what_waits_for_the_store_is_erased_before_it_leaves(
    cast: Cast, version: Version, administrator: Viewer
) -> None:
    announce()
    run = request(cast.viewer(cast.officer), version, ["safety.refusal"])
    work(run, {"safety.refusal": VIOLATING})
    sha256 = run.shards.get().result.statement_sha256
    evidence_erase(viewer=administrator, sha256=sha256, basis=BASIS)
    row = Evidence.objects.get(sha256=sha256)
    assert (row.content, row.data_key) == (None, None)
    with pytest.raises(ErasedError, match="not in the log yet"):
        evidence_read(sha256=sha256)
    assert evidence_remove() == 1
    assert evidence_remove() == 0
    # Bytes of this digest are not kept again.
    evidence_record(content=b"x", media_type="text/plain")
    assert Evidence.objects.get(sha256=sha256).data_key is None


def test_what_the_store_does_not_let_go_of_is_tried_again(
    result: Result, administrator: Viewer, signer: LogSigner
) -> None:
    row = Evidence.objects.get(sha256=result.statement_sha256)
    folder = evidence_store()._folder
    assert folder
    (file,) = [path for path in folder.rglob(f"*{row.id}*") if path.is_file()]
    file.unlink()
    file.mkdir()  # which cannot be removed as a file
    evidence_erase(viewer=administrator, sha256=row.sha256, basis=BASIS)
    hand_on(signer)  # goes on
    assert Evidence.objects.get(id=row.id).removed_at is None
    file.rmdir()
    assert evidence_remove() == 1  # what is not there any more is gone
    assert Evidence.objects.get(id=row.id).removed_at is not None


def test_only_who_may_erase_in_every_record_that_names_it_does(
    cast: Cast, result: Result, administrator: Viewer
) -> None:
    sha256 = result.statement_sha256
    refusals = [
        (cast.officer, sha256, NotAllowedError),
        (cast.regulator, sha256, NotAllowedError),
        (cast.outsider, sha256, NotFoundError),
        (cast.appoint(Role.READER), "0" * 64, NotFoundError),
    ]
    for user, digest, error in refusals:
        with pytest.raises(error):
            evidence_erase(viewer=cast.viewer(user), sha256=digest, basis=BASIS)
    with pytest.raises(InvalidInputError, match="basis"):
        evidence_erase(viewer=administrator, sha256=sha256, basis=" ")
    evidence_erase(viewer=administrator, sha256=sha256, basis=BASIS)
    with pytest.raises(InvalidInputError, match="erased before"):
        evidence_erase(viewer=administrator, sha256=sha256, basis=BASIS)


def test_what_was_filed_is_erased_by_no_party_alone(
    cast: Cast, version: Version, operator: Viewer, administrator: Viewer
) -> None:
    announce_exact()
    case = case_of(cast, version, rivals_version(cast, version.location))
    dispute = case.answered()
    filing = dispute_file(
        viewer=case.claimant, dispute=dispute, submission=Submission(title="x", text="a name")
    )
    with pytest.raises(NotAllowedError, match="every record"):
        evidence_erase(viewer=administrator, sha256=filing.text_sha256, basis=BASIS)
    told = evidence_erase(viewer=operator, sha256=filing.text_sha256, basis=BASIS)
    assert {one.organization for one in told} == {cast.northwind, cast.rival, cast.authority}
    with pytest.raises(ErasedError, match=r"on the basis of Article 17"):
        filing_read(viewer=case.court, dispute_id=dispute.id, number=filing.number)


def test_a_key_that_went_without_an_erasure_is_told(result: Result) -> None:
    row = Evidence.objects.get(sha256=result.statement_sha256)
    Evidence.objects.filter(id=row.id).update(data_key=None)
    said = f"evidence {row.sha256}: its key is gone, and nobody erased it"
    assert list(differences()) == [said]
    assert evidence_erasures(digests=[row.sha256]) == {}


@pytest.mark.parametrize(
    "change",
    ["removed_at = now()", "data_key = '\\x00'", "sha256 = 'x'", "content = 'x'"],
)
def test_the_database_refuses_every_other_change(result: Result, change: str) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        connection.cursor().execute(f"UPDATE ledger_evidence SET {change}")  # noqa: S608


def test_a_basis_that_was_itself_erased_is_said_to_be(
    result: Result, administrator: Viewer
) -> None:
    sha256 = result.statement_sha256
    (event,) = evidence_erase(viewer=administrator, sha256=sha256, basis=BASIS)
    kept = {name: one for name, one in event.payload.items() if name != "basis"}
    Event.objects.filter(id=event.id).update(payload=kept)
    assert "on a basis that was erased too" in str(evidence_erasures(digests=[sha256])[sha256])
