import json
from dataclasses import replace
from typing import Any

import pytest

from compliance.domain.attestation import (
    STATEMENT_TYPE,
    Described,
    Summary,
    check_result_statement,
    endpoint_described,
    result_statement,
    summary_statement,
    weights_described,
)
from compliance.domain.canonical import canonical_json
from compliance.domain.statements import StatementError, parse_result_statement
from compliance.domain.vocabulary import Verdict
from tests.domain.verify.bundles import SUBJECTS, answers, finding

FOUND = finding(answers(24), asked=24)
STATEMENT = result_statement(SUBJECTS, FOUND)


def test_a_result_comes_back_from_its_statement() -> None:
    read = parse_result_statement(STATEMENT)
    assert (read.subjects, read.finding) == (SUBJECTS, FOUND)


def test_a_statement_is_one_of_in_toto() -> None:
    value = json.loads(STATEMENT)
    assert value["_type"] == STATEMENT_TYPE
    assert value["subject"] == [{"name": SUBJECTS[0].name, "digest": {"sha256": "a" * 64}}]
    assert {"seed", "spec", "codeDigest", "estimate", "environment"} <= set(value["predicate"])


def changed(**changes: Any) -> bytes:
    value = json.loads(STATEMENT)
    for path, new in changes.items():
        at = value
        *above, last = path.split("__")
        for name in above:
            at = at[int(name) if name.isdecimal() else name]
        at[last] = new
    return canonical_json(value)


@pytest.mark.parametrize(
    "data",
    [
        changed(_type="https://in-toto.io/Statement/v0.1"),
        changed(predicateType="https://in-toto.io/attestation/test-result/v0.1"),
        changed(subject=[]),
        changed(subject__0__digest={"sha256": "A" * 64}),
        changed(subject__0__digest={"sha256": "a" * 64, "sha1": "b"}),
        changed(more=1),
        changed(predicate__more=1),
        changed(predicate__specDigest="0" * 64),
        changed(predicate__spec__more=1),
        changed(predicate__verdict="pass"),
        changed(predicate__planned=True),
        changed(predicate__seed=-1),
        changed(predicate__nulls={}),
        changed(predicate__environment=[]),
        changed(predicate__estimate__value="0.5"),
        changed(predicate__estimate__lead="no"),
        changed(predicate__estimate__n=1.5),
        changed(predicate__estimate__claim__alpha=0),
        changed(predicate__estimate__claim__statement=5),
        changed(predicate__estimate__parts__0__note=None),
        changed(predicate__estimate__recipe__more=1),
        changed(predicate__estimate__recipe__parts=[1]),
        STATEMENT + b"\n",
        json.dumps(json.loads(STATEMENT)).encode(),
        STATEMENT.replace(b'"seed":7', b'"seed":7,"seed":7'),
        b"[]",
        b"",
    ],
)
def test_another_statement_is_refused(data: bytes) -> None:
    with pytest.raises(StatementError):
        parse_result_statement(data)


@pytest.mark.parametrize(
    ("verdict", "word", "names"),
    [
        (Verdict.COMPLIANT, "PASSED", "passedTests"),
        (Verdict.INCONCLUSIVE, "WARNED", "warnedTests"),
        (Verdict.VIOLATING, "FAILED", "failedTests"),
    ],
)
def test_the_generic_predicate_never_fails_in_silence(
    verdict: Verdict, word: str, names: str
) -> None:
    found = replace(FOUND, verdict=verdict)
    url = "https://assay.example/results/1/"
    value = json.loads(check_result_statement(SUBJECTS, found, url=url))
    assert value["predicate"]["result"] == word
    assert value["predicate"][names] == [FOUND.estimate.claim.statement]
    assert value["predicate"]["url"] == url
    assert value["predicate"]["configuration"][0]["digest"]["sha256"] == FOUND.spec.digest
    assert "url" not in json.loads(check_result_statement(SUBJECTS, found))["predicate"]


def test_a_summary_says_met_or_failed_and_what_it_rests_on() -> None:
    summary = Summary(
        verifier="https://assay.example",
        time="2026-11-27T20:00:00Z",
        resource="urn:assay:version:1",
        pack="eu-ai-act@3",
        pack_sha256="b" * 64,
        statements=("c" * 64,),
        met=True,
        levels=("obligations met",),
    )
    value = json.loads(summary_statement(SUBJECTS, summary))["predicate"]
    assert (value["verificationResult"], value["verifiedLevels"]) == ("PASSED", ["obligations met"])
    assert value["policy"]["digest"] == {"sha256": "b" * 64}
    assert value["inputAttestations"][0]["digest"] == {"sha256": "c" * 64}
    failed = json.loads(summary_statement(SUBJECTS, replace(summary, met=False, levels=())))
    assert failed["predicate"]["verificationResult"] == "FAILED"
    with pytest.raises(ValueError, match="no level"):
        summary_statement(SUBJECTS, replace(summary, met=False))


def test_subjects_are_known_by_what_they_are_made_of() -> None:
    one = weights_described("m", {"a": "1" * 64, "b": "2" * 64})
    assert one == weights_described("m", {"b": "2" * 64, "a": "1" * 64})
    assert one.sha256 != weights_described("m", {"a": "2" * 64, "b": "1" * 64}).sha256
    there = endpoint_described("m", {"url": "https://models.example/v1"})
    assert isinstance(there, Described)
    assert there.sha256 != endpoint_described("m", {"url": "https://models.example/v2"}).sha256
