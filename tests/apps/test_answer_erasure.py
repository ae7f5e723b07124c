"""Erasing answers: words and salts go, values and every proof stay, and everybody is told why."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from compliance.accounts.selectors import Viewer
from compliance.audits.beside import scores_of
from compliance.audits.labelling import label_sheet
from compliance.audits.models import ItemErasure, Result, Run, Score, Shard
from compliance.audits.selectors import score_list
from compliance.audits.services import (
    Asked,
    answers_check,
    answers_erase,
    bundle_take,
    label_add,
    shard_batch,
)
from compliance.domain.errors import (
    ErasedError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
    TransitionError,
)
from compliance.domain.items import WORDS, Erasable
from compliance.domain.specs import StressTestSpec
from compliance.domain.verify.archive import read_archive
from compliance.domain.verify.rules import Outcome, Rule, Step, verify
from compliance.domain.verify.trust import trust_read
from compliance.domain.vocabulary import Role
from compliance.ledger.sequencer import hand_on
from compliance.ledger.services import events_check, log_check
from compliance.ledger.signer import LogSigner
from compliance.registry.models import Version
from tests.apps.test_bundles import REFUSAL, log, run_of
from tests.apps.test_labels import llama
from tests.browser.record import VIOLATING, announce, answer, begin, request, request_audited, work
from tests.cast import Cast
from tests.tampering import tamper

__all__ = ["llama", "log"]
pytestmark = pytest.mark.django_db
BASIS = "Article 17(1)(a) GDPR"
NAME = "My name is Ada"


@pytest.fixture
def administrator(cast: Cast) -> Viewer:
    return cast.viewer(cast.appoint(Role.ADMINISTRATOR))


@pytest.fixture
def run(cast: Cast, version: Version) -> Run:
    announce()
    run = request(cast.viewer(cast.officer), version, ["safety.refusal"])
    work(run, {"safety.refusal": VIOLATING})
    return run


@pytest.fixture
def shard(run: Run) -> Shard:
    return run.shards.get()


def asked(*items: str, basis: str = BASIS, questions: bool = False) -> Asked:
    return Asked(items, basis, questions=questions)


def verified(content: bytes, log: LogSigner) -> dict[Rule, Step]:
    steps = verify(content, trust_read(None, logs=log.verifier_keys))
    return {step.rule: step for step in steps}  # type: ignore[misc]


@pytest.mark.django_db(transaction=True)
def test_a_real_runs_bundle_verifies_before_and_after_and_says_what_was_erased(
    cast: Cast, llama: Version, log: LogSigner, administrator: Viewer
) -> None:
    shard = run_of(cast, llama, StressTestSpec("safety.refusal", 2, REFUSAL))
    hand_on(log)
    officer, result = cast.viewer(cast.officer), shard.result
    before = bundle_take(viewer=officer, result_id=result.id)
    first, second, *_ = shard.scores.order_by("position")
    assert first.salt
    answers_erase(
        viewer=administrator,
        shard=shard,
        asked=asked(first.item_id, second.item_id, questions=True),
    )
    with pytest.raises(NotFoundError, match="not in the log yet"):
        bundle_take(viewer=officer, result_id=result.id)
    hand_on(log)
    after = bundle_take(viewer=officer, result_id=result.id)

    entry = ItemErasure.objects.first().event.entry.index  # type: ignore[union-attr]
    assert {one.outcome for one in verified(before, log).values()} == {Outcome.HOLDS}
    steps = verified(after, log)
    told = steps.pop(Rule.ANSWERS)
    assert told.outcome is Outcome.NOT_CHECKED
    assert f"2 erased, as the operator says by entry {entry} of the log" in told.text
    assert {one.outcome for one in steps.values()} == {Outcome.HOLDS}
    assert "2 by their digests alone" in steps[Rule.ITEMS].text
    assert steps[Rule.STATISTIC].text == verified(before, log)[Rule.STATISTIC].text

    lines = read_archive(after)["items.jsonl"].splitlines()
    kept = json.loads(lines[0])
    assert kept["item"] == first.item_digest
    assert kept["answer"] == {"commitment": first.answer_commitment, "entry": entry}
    assert b"prompt" not in lines[0]
    assert [str(one) for check in (log_check, events_check) for one in check()] == []
    assert [str(one) for one in answers_check()] == []


def test_words_and_salt_go_from_every_row_and_what_they_were_worth_stays(
    cast: Cast, shard: Shard, administrator: Viewer
) -> None:
    score = shard.scores.get(position=3)
    secret = score.answer
    answers_erase(viewer=administrator, shard=shard, asked=asked(score.item_id))
    after = Score.objects.get(pk=score.pk)
    assert (after.answer, after.salt) == ("", None)
    same = ("value", "label", "item_id", "part", "cluster", "item_digest", "answer_commitment")
    assert [getattr(after, one) for one in same] == [getattr(score, one) for one in same]
    assert (after.payload, after.detail) == (score.payload, score.detail)
    others = shard.scores.exclude(pk=score.pk)
    assert others.filter(answer="").count() == 0
    assert hashlib.sha256(secret.encode()).hexdigest() not in str(after.__dict__)
    (row,) = score_list(viewer=cast.viewer(cast.officer), shard=shard).filter(pk=score.pk)
    assert BASIS in str(row.erasures.get().event.payload)


def test_models_words_within_a_detail_go_too(
    cast: Cast, version: Version, administrator: Viewer
) -> None:
    announce()
    run = request(cast.viewer(cast.officer), version, ["safety.refusal"])
    shard = run.shards.get()
    lease = begin(shard, VIOLATING, share=1 / 40)
    detail = {"answers": [NAME, "no"], "reference_answer": NAME, "rank": 0.25, "rule": "x"}
    shard_batch(lease=lease, answered=[replace(answer(1, VIOLATING), answer=NAME, detail=detail)])
    Shard.objects.filter(id=shard.id).update(state="cancelled")
    shard.refresh_from_db()
    answers_erase(viewer=administrator, shard=shard, asked=asked())
    assert shard.scores.get(position=1).detail == {"rank": 0.25, "rule": "x"}
    with connection.cursor() as cursor:
        for table in ("audits_score", "events_event", "audits_itemerasure"):
            cursor.execute(f"SELECT count(*) FROM {table} AS one WHERE one::text ~ 'Ada'")  # noqa: S608
            assert cursor.fetchone() == (0,), table


def test_a_running_test_is_not_touched(cast: Cast, version: Version, administrator: Viewer) -> None:
    announce()
    run = request(cast.viewer(cast.officer), version, ["safety.refusal"])
    begin(run.shards.get(), VIOLATING, share=0.5)
    with pytest.raises(TransitionError):
        answers_erase(viewer=administrator, shard=run.shards.get(), asked=asked())


def test_only_an_administrator_erases_and_only_what_is_there(
    cast: Cast, shard: Shard, administrator: Viewer
) -> None:
    for user, error in (
        (cast.officer, NotAllowedError),
        (cast.regulator, NotAllowedError),
        (cast.outsider, NotFoundError),
    ):
        with pytest.raises(error):
            answers_erase(viewer=cast.viewer(user), shard=shard, asked=asked())
    for wanted, said in (
        (asked("nothing"), "'nothing' was not asked"),
        (asked(basis=" "), "basis: there is none"),
    ):
        with pytest.raises(InvalidInputError, match=said):
            answers_erase(viewer=administrator, shard=shard, asked=wanted)
    event = answers_erase(viewer=administrator, shard=shard, asked=asked())
    assert event.payload == {
        "run": str(shard.run_id),
        "shard": 0,
        "items": [],
        "what": ["answer"],
        "basis": BASIS,
    }
    with pytest.raises(InvalidInputError, match="nothing of them is left"):
        answers_erase(viewer=administrator, shard=shard, asked=asked())
    answers_erase(viewer=administrator, shard=shard, asked=asked(questions=True))
    assert ItemErasure.objects.count() == 2 * shard.scores.count()


def first_format(shard: Shard) -> None:
    """As an older release wrote it: no salt, no commitment, words within the scores digest."""
    tamper("audits_score", "UPDATE audits_score SET salt = NULL, answer_commitment = ''")
    tamper("audits_result", "UPDATE audits_result SET answers_digest = ''")


def test_a_result_that_commits_to_its_answers_as_a_whole_is_erased_as_a_whole(
    cast: Cast, shard: Shard, administrator: Viewer, signer: LogSigner
) -> None:
    first_format(shard)
    item = shard.scores.get(position=0).item_id
    with pytest.raises(InvalidInputError, match="could be guessed"):
        answers_erase(viewer=administrator, shard=shard, asked=asked(item))
    answers_erase(viewer=administrator, shard=shard, asked=asked())
    assert shard.scores.exclude(answer="").count() == 0
    from compliance.ledger.services import log_setup_record, policy_read

    log_setup_record(signer=signer, policy=policy_read(signer=signer, content=None))
    hand_on(signer)
    with pytest.raises(ErasedError, match="commits to whole were erased on"):
        bundle_take(viewer=cast.viewer(cast.officer), result_id=shard.result.id)


@pytest.mark.parametrize(
    "change",
    [
        "answer = ''",
        "answer = '', salt = NULL",
        "answer = 'another'",
        "payload = '{}'",
        "salt = NULL",
        "value = 0.5",
        "label = 'refusal', answer = '', salt = NULL",
        "answer_commitment = ''",
        "detail = '{}'",
    ],
)
@pytest.mark.parametrize("erased", [False, True])
def test_the_database_refuses_every_other_change(
    shard: Shard, administrator: Viewer, change: str, erased: bool
) -> None:
    if erased:  # of another item
        first = shard.scores.get(position=0).item_id
        answers_erase(viewer=administrator, shard=shard, asked=asked(first, questions=True))
    score = shard.scores.get(position=5)
    statement = f"UPDATE audits_score SET {change} WHERE id = {score.pk}"  # noqa: S608
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        connection.cursor().execute(statement)


def test_the_trigger_names_the_keys_that_words_stand_under() -> None:
    (trigger,) = Score._meta.triggers  # type: ignore[attr-defined]
    assert "'{" + ",".join(WORDS) + "}'::text[]" in trigger.func


def test_what_went_without_an_erasure_is_told(shard: Shard, administrator: Viewer) -> None:
    place = f"of shard {shard.id}"
    one, two, three = shard.scores.order_by("position")[:3]
    answers_erase(viewer=administrator, shard=shard, asked=asked(one.item_id))
    change = "UPDATE audits_score SET"
    tamper("audits_score", f"{change} answer = '', salt = NULL WHERE id = {two.pk}")
    tamper("audits_score", f"{change} answer = 'other' WHERE id = {three.pk}")
    said = {str(found) for found in answers_check()}
    assert f"item {one.item_id} {place}: its answer is gone, and nobody erased it" not in said
    assert f"item {two.item_id} {place}: its answer is gone, and nobody erased it" in said
    assert f"item {three.item_id} {place}: its answer is not what was committed to" in said
    other = f"result {shard.result.id}: its answers are not those it commits to"
    assert other not in said
    tamper("audits_score", f"{change} answer_commitment = '{'0' * 64}' WHERE id = {one.pk}")
    assert other in {str(found) for found in answers_check()}


def test_pages_and_api_tell_when_and_why(
    cast: Cast, run: Run, shard: Shard, administrator: Viewer
) -> None:
    score = shard.scores.get(position=0)
    answers_erase(viewer=administrator, shard=shard, asked=asked(score.item_id, questions=True))
    client = Client()
    client.force_login(cast.officer)
    page = client.get(reverse("portal:run-items", args=(run.id, shard.id))).content.decode()
    assert page.count(f"on the basis of {BASIS}") == 2
    (beside,) = scores_of(result=shard.result, items=[score.item_id]).values()
    assert beside.erasures.count() == 2


def test_an_erased_answer_cannot_be_labelled(
    cast: Cast, version: Version, administrator: Viewer
) -> None:
    announce()
    shard, officer = request_audited(cast.viewer(cast.officer), version), cast.viewer(cast.officer)
    drawn = label_sheet(shard=shard).drawn[0]
    answers_erase(viewer=administrator, shard=shard, asked=asked(drawn.item_id))
    with pytest.raises(InvalidInputError, match="was erased on"):
        label_add(viewer=officer, shard=shard, item_id=drawn.item_id, outcome="refusal")
    client = Client()
    client.force_login(cast.officer)
    page = client.get(reverse("portal:labels", args=(shard.run_id, 0))).content.decode()
    assert "labels count up to here" in page
    assert "Keep the label" not in page


def test_a_result_commits_to_its_answers_one_by_one(shard: Shard) -> None:
    result: Result = shard.result
    assert len(result.answers_digest) == 64
    salts = [bytes(one) for one in shard.scores.values_list("salt", flat=True)]
    assert len(set(salts)) == len(salts) == 40
    assert {len(one) for one in salts} == {32}
    assert Erasable("answer") is Erasable.ANSWER
