"""Each rule on a bundle that keeps every other: what is broken is found, and named."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from compliance.domain.attestation import (
    PAYLOAD_TYPE,
    STATEMENT_PATH,
    check_result_statement,
    result_statement,
    statement_digest,
)
from compliance.domain.canonical import canonical_json
from compliance.domain.commitments import CommitmentError, Opening
from compliance.domain.dsse import Envelope, signed
from compliance.domain.tlog.note_keys import PrivateKey
from compliance.domain.verify.archive import read_archive, write_archive
from compliance.domain.verify.bundle import Bundle, answered, bundle_build, bundle_read
from compliance.domain.verify.entry import entry_commitments
from compliance.domain.verify.plan import Plan
from compliance.domain.verify.rules import Outcome, Rule, Step, verify
from compliance.domain.verify.trust import Trust, trust_read
from compliance.domain.vocabulary import Verdict
from tests.domain.verify.bundles import (
    ED25519,
    SALTS,
    SUBJECTS,
    SmallLog,
    answers,
    bundle,
    entry_of,
    finding,
    plan_in,
    words_of,
)


def steps(data: bytes, trust: Trust) -> list[Step]:
    return list(verify(data, trust))


def broken(data: bytes, trust: Trust) -> tuple[Rule, str]:
    last = steps(data, trust)[-1]
    assert last.outcome is Outcome.BROKEN, last
    return last.rule, last.text


@pytest.fixture
def log() -> SmallLog:
    return SmallLog()


def relogged(log: SmallLog, good: Bundle, statement: bytes, **more: object) -> Bundle:
    """The bundle with another statement, signed and logged as it should be."""
    entry, openings = entry_of(statement)
    index = log.append(entry)
    return replace(
        good,
        attestation=signed(PAYLOAD_TYPE, statement, [log.attestor]),
        entry=entry,
        openings=openings,
        proof=log.proof(index),
        plan=planned_again(log, good),
        **more,  # type: ignore[arg-type]
    )


def planned_again(log: SmallLog, good: Bundle) -> Plan:
    """The bundle's plan, proved in the log as it has grown since."""
    assert good.plan
    return plan_in(log, good.plan.index, good.plan.entry, good.plan.openings)


@pytest.mark.parametrize(("count", "asked"), [(24, 24), (60, 40)])
def test_a_good_bundle_keeps_every_rule(log: SmallLog, count: int, asked: int) -> None:
    found = steps(bundle_build(bundle(log, count=count, asked=asked)), log.trust)
    assert [one.rule for one in found] == [*Rule]
    assert {one.outcome for one in found} == {Outcome.HOLDS}
    assert "recomputed" in found[-1].text


def test_a_bundle_read_and_built_again_is_equal_to_the_byte(log: SmallLog) -> None:
    data = bundle_build(bundle(log, count=60, asked=40))
    assert bundle_build(bundle_read(data)[0]) == data


def test_somebody_else_s_signature_is_none(log: SmallLog) -> None:
    good = bundle(log)
    other = PrivateKey("attests.example", ED25519, bytes([99]) * 32)
    forged = replace(good, attestation=signed(PAYLOAD_TYPE, good.attestation.payload, [other]))
    assert broken(bundle_build(forged), log.trust)[0] is Rule.SIGNATURE


def test_a_statement_changed_under_its_signature_is_refused(log: SmallLog) -> None:
    good = bundle(log)
    statement = good.attestation.payload.replace(b'"violating"', b'"compliant"')
    envelope = Envelope(PAYLOAD_TYPE, statement, good.attestation.signatures)
    forged = bundle_build(replace(good, attestation=envelope))
    assert broken(forged, log.trust)[0] is Rule.SIGNATURE


def test_the_type_of_what_is_signed_is_under_the_signature(log: SmallLog) -> None:
    """CVE-2022-35929: a type beside the signature says what an attacker likes."""
    good = bundle(log)
    other = signed("text/plain", good.attestation.payload, [log.attestor])
    data = bundle_build(replace(good, attestation=other))
    assert broken(data, log.trust) == (Rule.SIGNATURE, "what is signed is of the type 'text/plain'")
    relabelled = Envelope(PAYLOAD_TYPE, other.payload, other.signatures)
    data = bundle_build(replace(good, attestation=relabelled))
    assert broken(data, log.trust)[0] is Rule.SIGNATURE


def test_a_good_signature_of_another_predicate_is_no_result(log: SmallLog) -> None:
    good = bundle(log)
    generic = check_result_statement(SUBJECTS, finding(answers(24), asked=24))
    other = signed(PAYLOAD_TYPE, generic, [log.attestor])
    parts = read_archive(bundle_build(good)) | {"attestation.dsse.json": other.encode()}
    rule, text = broken(write_archive(parts), log.trust)
    assert (rule, text) == (
        Rule.STATEMENT,
        "the statement is of another type, or says something else",
    )


def test_a_verdict_that_does_not_follow_is_refused(log: SmallLog) -> None:
    good = bundle(log)
    said = replace(finding(answers(24), asked=24), verdict=Verdict.COMPLIANT)
    data = bundle_build(relogged(log, good, result_statement(SUBJECTS, said)))
    assert broken(data, log.trust)[0] is Rule.STATEMENT


def test_a_valid_proof_of_another_entry_is_of_no_use(log: SmallLog) -> None:
    """CVE-2026-22703: the entry must be of the statement in hand, not merely in the log."""
    good, other = bundle(log), bundle(log, result="r-2", rate=0.0)
    swapped = replace(good, entry=other.entry, openings=other.openings, proof=other.proof)
    rule, text = broken(bundle_build(swapped), log.trust)
    assert (rule, text) == (Rule.ENTRY, "the log entry does not commit to this statement")


def test_an_entry_that_is_not_the_logged_one_is_refused(log: SmallLog) -> None:
    good, other = bundle(log), bundle(log, result="r-2")
    assert broken(bundle_build(replace(good, proof=other.proof)), log.trust)[0] is Rule.INCLUSION


def test_an_opening_of_another_value_or_of_none_is_refused(log: SmallLog) -> None:
    good = bundle(log)
    digest = statement_digest(good.attestation.payload)
    for wrong in (
        (Opening(STATEMENT_PATH, SALTS[1], digest),),
        (*good.openings, Opening("unheard", SALTS[1], 1)),
        (good.openings[0], good.openings[0]),
    ):
        data = bundle_build(replace(good, openings=wrong))
        assert broken(data, log.trust)[0] is Rule.ENTRY


def test_without_the_opening_of_the_statement_nothing_is_proved(log: SmallLog) -> None:
    good = bundle(log)
    data = bundle_build(replace(good, openings=good.openings[1:]))
    assert broken(data, log.trust)[1] == "the log entry does not commit to this statement"


def test_an_erased_field_shows_as_redacted_and_all_else_holds(log: SmallLog) -> None:
    good = bundle(log)
    found = steps(bundle_build(replace(good, openings=good.openings[:1])), log.trust)
    assert {one.outcome for one in found} == {Outcome.HOLDS}
    (entry,) = [one for one in found if one.rule is Rule.ENTRY]
    assert entry.text.endswith("redacted: verdict")


@pytest.mark.parametrize(
    "entry",
    [
        b"[]",
        b'{"commitments":{"a":1}}',
        b'{"commitments":{"a":"00"}}',
        b'{"commitments":{},"commitments":{}}',
        b'{ "commitments":{}}',
        b"\xff",
    ],
)
def test_an_entry_without_commitments_is_refused(log: SmallLog, entry: bytes) -> None:
    data = bundle_build(replace(bundle(log), entry=entry))
    assert broken(data, log.trust)[0] is Rule.ENTRY
    with pytest.raises(CommitmentError):
        entry_commitments(entry)


def test_a_log_is_known_by_its_key_and_not_by_its_name(log: SmallLog) -> None:
    """CVE-2022-39199: whoever chooses the name must not choose what is trusted under it."""
    other = SmallLog(number=5)
    other.attestor = log.attestor
    assert broken(bundle_build(bundle(other)), log.trust)[0] is Rule.CHECKPOINT


def test_another_log_s_checkpoint_is_refused(log: SmallLog) -> None:
    other = SmallLog(origin="other.example/log", number=5)
    good, beside = bundle(log), bundle(other)
    proof = replace(good.proof, checkpoint=beside.proof.checkpoint)
    assert broken(bundle_build(replace(good, proof=proof)), log.trust)[0] in {
        Rule.INCLUSION,
        Rule.CHECKPOINT,
    }
    other.attestor = log.attestor
    data = bundle_build(bundle(other))
    assert broken(data, log.trust)[0] is Rule.CHECKPOINT


def test_the_policy_in_the_bundle_is_never_trusted(log: SmallLog) -> None:
    """What the operator claims is shown to nobody's benefit: it changes no outcome."""
    other = SmallLog(number=5)
    good = bundle(other)
    assert good.policy == other.policy
    assert broken(bundle_build(good), log.trust)[0] is Rule.SIGNATURE
    mine = bundle_build(replace(bundle(log), policy=b"nonsense"))
    assert steps(mine, log.trust)[-1].outcome is Outcome.HOLDS


@pytest.mark.parametrize("cosigned", [(), (0,), (0, 2), (1, 2)])
def test_a_quorum_that_is_not_reached_is_named(log: SmallLog, cosigned: tuple[int, ...]) -> None:
    good = bundle(log)
    proof = log.proof(good.proof.index, cosigned=cosigned)
    rule, text = broken(bundle_build(replace(good, proof=proof)), log.trust)
    assert rule is Rule.WITNESSES
    assert "without" in text


def test_a_cosignature_of_another_checkpoint_breaks_it(log: SmallLog) -> None:
    good = bundle(log)
    log.append(b"later")
    later = log.proof(good.proof.index)
    (line,) = [one for one in later.checkpoint.note.signatures if one.name == "academia.example"]
    kept = log.proof(good.proof.index, cosigned=(0, 2))
    proof = replace(
        good.proof, checkpoint=good.proof.checkpoint.signed_by(line), hashes=good.proof.hashes
    )
    assert kept != proof
    assert broken(bundle_build(replace(good, proof=proof)), log.trust)[0] is Rule.CHECKPOINT


def test_a_verifier_may_ask_for_no_witness_and_is_told_what_that_means(log: SmallLog) -> None:
    good = bundle(log)
    data = bundle_build(replace(good, proof=log.proof(good.proof.index, cosigned=())))
    attestor = f"attestor {log.attestor.key}\nquorum none\n".encode()
    trust = trust_read(attestor, logs=[str(log.keys[0].key)])
    found = steps(data, trust)
    assert {one.outcome for one in found} == {Outcome.HOLDS}
    assert "another history" in next(one.text for one in found if one.rule is Rule.WITNESSES)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (lambda pairs: pairs[::-1], Rule.ITEMS),
        (lambda pairs: pairs[1:], Rule.ITEMS),
        (lambda pairs: [*pairs, pairs[0]], Rule.ITEMS),
        (lambda pairs: [(pairs[1][0], pairs[0][1]), *pairs[1:]], Rule.ITEMS),
        (lambda pairs: [(pairs[0][0], replace(pairs[0][1], value=0.5)), *pairs[1:]], Rule.SCORES),
        (lambda pairs: [(pairs[0][0], pairs[1][1]), (pairs[1][0], pairs[0][1])], Rule.ITEMS),
    ],
)
def test_other_items_or_scores_are_refused(
    log: SmallLog, change: Callable[[list[object]], list[tuple[object, object]]], rule: Rule
) -> None:
    good = bundle(log)
    pairs = change([(one.item, one.score) for one in good.answered])
    rows = tuple(answered(*pair, words_of(0, pair[1])) for pair in pairs)  # type: ignore[arg-type,attr-defined]
    data = bundle_build(replace(good, answered=rows))
    assert broken(data, log.trust)[0] is rule


def test_scores_beside_other_items_are_refused(log: SmallLog) -> None:
    pairs = answers(24)
    mixed = [(item, pairs[-1 - n][1]) for n, (item, _) in enumerate(pairs)]
    statement = result_statement(SUBJECTS, finding(mixed, asked=24))
    rows = tuple(answered(item, score, words_of(0, score)) for item, score in mixed)
    data = bundle_build(relogged(log, bundle(log), statement, answered=rows))
    assert broken(data, log.trust) == (Rule.SCORES, "score 0 is not of the item beside it")


def test_an_early_stop_that_hides_items_is_refused(log: SmallLog) -> None:
    """Whoever says that all were asked must show all."""
    said = replace(finding(answers(24), asked=24), planned=60)
    hiding = relogged(log, bundle(log), result_statement(SUBJECTS, said))
    data = bundle_build(replace(hiding, plan=None))
    assert broken(data, log.trust)[1] == "the number of items is not the number that was planned"


def test_a_run_from_before_the_chain_is_told_apart(log: SmallLog) -> None:
    said = replace(finding(answers(24), asked=24), unasked_digest="")
    found = steps(
        bundle_build(relogged(log, bundle(log), result_statement(SUBJECTS, said))), log.trust
    )
    (items,) = [one for one in found if one.rule is Rule.ITEMS]
    assert items.outcome is Outcome.NOT_CHECKED
    assert found[-1].rule is Rule.STATISTIC


def test_a_page_that_says_something_else_is_refused(log: SmallLog) -> None:
    parts = read_archive(bundle_build(bundle(log)))
    parts["index.html"] = parts["index.html"].replace(b"violating", b"compliant")
    assert broken(write_archive(parts), log.trust)[0] is Rule.PAGE


def test_what_a_statement_says_cannot_become_markup(log: SmallLog) -> None:
    page = read_archive(bundle_build(bundle(log)))["index.html"].decode()
    assert "As judged by &lt;patterns&gt; &amp; nobody else." in page
    assert "http" not in page.replace("https://", "").lower()
    assert "<script" not in page


def test_withheld_items_and_scores_leave_the_proofs_whole(log: SmallLog) -> None:
    good = bundle(log)
    first, *rest = good.answered
    hidden = replace(good, answered=(answered(first.item_digest, first.score, first.words), *rest))
    found = steps(bundle_build(hidden), log.trust)
    assert {one.outcome for one in found} == {Outcome.HOLDS}
    assert "planned, 1 by their digests alone, in" in next(
        one.text for one in found if one.rule is Rule.ITEMS
    )
    hidden = replace(good, answered=(answered(first.item, first.score_digest, first.words), *rest))
    last = steps(bundle_build(hidden), log.trust)[-1]
    assert (last.rule, last.outcome) == (Rule.STATISTIC, Outcome.NOT_CHECKED)
    assert "1 of 24 scores are withheld" in last.text


def test_an_estimate_without_a_recipe_is_said_not_to_be_recomputed(log: SmallLog) -> None:
    found = finding(answers(24), asked=24)
    said = replace(found, estimate=replace(found.estimate, recipe=None))
    data = bundle_build(relogged(log, bundle(log), result_statement(SUBJECTS, said)))
    last = steps(data, log.trust)[-1]
    assert last.outcome is Outcome.NOT_CHECKED
    assert last.text.startswith("not recomputed: ")


def test_every_part_of_the_archive_is_read_strictly(log: SmallLog) -> None:
    parts = read_archive(bundle_build(bundle(log)))
    first = parts["items.jsonl"].splitlines(keepends=True)
    other = {
        "openings.json": parts["openings.json"] + b" ",
        "entry.tlog-proof": parts["entry.tlog-proof"].replace(b"\nindex 3\n", b"\nindex 03\n"),
        "attestation.dsse.json": json.dumps(json.loads(parts["attestation.dsse.json"])).encode(),
        "items.jsonl": first[0].replace(b'"item":', b'"item": ') + b"".join(first[1:]),
    }
    for name, content in other.items():
        assert broken(write_archive(parts | {name: content}), log.trust)[0] is Rule.ARCHIVE, name
    twice = canonical_json(json.loads(parts["openings.json"])[::-1])
    assert broken(write_archive(parts | {"openings.json": twice}), log.trust)[0] is Rule.ARCHIVE
