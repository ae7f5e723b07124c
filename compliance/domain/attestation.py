"""What Assay attests, as in-toto statements that tools nobody here wrote can read.

Three predicates over the same subjects, which are matched by digest and never by name:

- Assay's own says everything about one result: what was claimed, found and decided, and every
  digest that it follows from. The log's entry of the result commits to its very bytes.
- ``test-result`` v0.1 says passed, warned or failed, for tools that gate on it. A violating verdict
  is FAILED and an inconclusive one WARNED: failure is never expressed by silence.
- A verification summary (VSA) says that a version meets a policy pack, or that it does not.

Source: in-toto attestation framework v1 (Statement v1, test-result v0.1); SLSA v1.1, VSA v1.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from compliance.domain.canonical import Json, canonical_json, digest
from compliance.domain.specs import StressTestSpec
from compliance.domain.verdicts import Estimate
from compliance.domain.vocabulary import Verdict

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
RESULT_PREDICATE = "urn:assay:attestation:result:v2"
FIRST_RESULT_PREDICATE = "urn:assay:attestation:result:v1"
"""Of results from before answers were committed to one by one: their scores hold the words."""
TEST_RESULT_PREDICATE = "https://in-toto.io/attestation/test-result/v0.1"
SUMMARY_PREDICATE = "https://slsa.dev/verification_summary/v1"

STATEMENT_PATH = "statement_sha256"
"""The field of a result's log entry that commits to the statement's digest."""

PLAN_FIELDS = ("spec_sha256", "seed", "planned", "order_sha256", "subject_sha256")
"""What a run's plan commits to before its first answer, and its result is held against."""
PASSED, FAILED = "PASSED", "FAILED"
"""Of a verification summary; a failed one has the level FAILED too (SLSA v1.1, VSA)."""

OUTCOMES: Mapping[Verdict, str] = {
    Verdict.COMPLIANT: "PASSED",
    Verdict.INCONCLUSIVE: "WARNED",
    Verdict.VIOLATING: "FAILED",
}
NULLS: Mapping[str, Json] = {
    "log10_e_violating": "refutes that the claim holds",
    "log10_e_compliant": "refutes that the claim fails",
}
"""Which null hypothesis each e-value of an estimate is evidence against."""


@dataclass(frozen=True, slots=True)
class Described:
    """A subject: the version's weights, or the descriptor of its endpoint.

    Attributes:
        name: for people; it decides nothing.
        sha256: lowercase hex: of the weights' names and digests as registered, or of the canonical
            JSON of the endpoint's descriptor.
    """

    name: str
    sha256: str

    def to_json(self) -> dict[str, Json]:
        return {"name": self.name, "digest": {"sha256": self.sha256}}


@dataclass(frozen=True, slots=True)
class Finding:
    """One result, with everything that it follows from.

    Attributes:
        result: the result's id.
        recorded_at: RFC 3339, UTC: what the record claims; only cosignatures prove a time.
        stopped: why no further item was asked, a ``Stop``.
        planned: items in the committed order.
        order_digest, unasked_digest: ``items.order_commitment`` of all items planned, and of those
            not asked.
        scores_digest: ``items.scores_digest`` of the scores; by the first predicate one that
            commits to their words too.
        answers_digest: ``items.answers_digest`` of the commitments to their words; empty by the
            first predicate.
        environment: library versions, dtype, device and threads that the numbers depend on.
    """

    result: str
    recorded_at: str
    spec: StressTestSpec
    seed: int
    verdict: Verdict
    stopped: str
    planned: int
    estimate: Estimate
    code_digest: str
    order_digest: str
    unasked_digest: str
    scores_digest: str
    environment: Mapping[str, Json]
    answers_digest: str = ""

    def to_json(self) -> dict[str, Json]:
        apart: dict[str, Json] = {"answersDigest": self.answers_digest}
        return (apart if self.answers_digest else {}) | {
            "result": self.result,
            "recordedAt": self.recorded_at,
            "spec": self.spec.to_json(),
            "specDigest": self.spec.digest,
            "seed": self.seed,
            "verdict": self.verdict.value,
            "stopped": self.stopped,
            "planned": self.planned,
            "estimate": self.estimate.to_json(),
            "nulls": dict(NULLS),
            "codeDigest": self.code_digest,
            "orderDigest": self.order_digest,
            "unaskedDigest": self.unasked_digest,
            "scoresDigest": self.scores_digest,
            "environment": dict(self.environment),
        }


@dataclass(frozen=True, slots=True)
class Summary:
    """Whether a version meets a policy pack, with the statements that this rests on.

    Attributes:
        time: RFC 3339, UTC.
        resource: URI of the version.
        pack: name and version of the policy pack, ``name@version``.
        pack_sha256: of the pack's file.
        statements: hex SHA-256 of each result's statement.
        levels: what was shown, in the pack's own words; empty where it is not met.
    """

    verifier: str
    time: str
    resource: str
    pack: str
    pack_sha256: str
    statements: tuple[str, ...]
    met: bool
    levels: tuple[str, ...] = ()


def result_statement(subjects: Sequence[Described], finding: Finding) -> bytes:
    """The statement of one result, to be signed and committed to as it is.

    Raises:
        rfc8785.CanonicalizationError: a value that has no canonical JSON.
    """
    predicate = RESULT_PREDICATE if finding.answers_digest else FIRST_RESULT_PREDICATE
    return _statement(subjects, predicate, finding.to_json())


def check_result_statement(
    subjects: Sequence[Described], finding: Finding, *, url: str = ""
) -> bytes:
    """The same result as passed, warned or failed.

    Args:
        url: where people read about it; left out where there is none.
    """
    claim = finding.estimate.claim
    predicate: dict[str, Json] = {
        "result": OUTCOMES[finding.verdict],
        "configuration": [
            {
                "name": f"{finding.spec.name}@{finding.spec.version}",
                "digest": {"sha256": finding.spec.digest},
            }
        ],
    }
    names = {"PASSED": "passedTests", "WARNED": "warnedTests", "FAILED": "failedTests"}
    predicate[names[OUTCOMES[finding.verdict]]] = [claim.statement]
    if url:
        predicate["url"] = url
    return _statement(subjects, TEST_RESULT_PREDICATE, predicate)


def summary_statement(subjects: Sequence[Described], summary: Summary) -> bytes:
    """A verification summary: "meets policy pack P version v", or does not.

    Raises:
        ValueError: levels where the pack is not met.
    """
    if summary.levels and not summary.met:
        raise ValueError("what is not met was shown at no level")
    predicate: dict[str, Json] = {
        "verifier": {"id": summary.verifier},
        "timeVerified": summary.time,
        "resourceUri": summary.resource,
        "policy": {
            "uri": f"urn:assay:policy:{summary.pack}",
            "digest": {"sha256": summary.pack_sha256},
        },
        "inputAttestations": [
            {"uri": f"urn:assay:statement:{one}", "digest": {"sha256": one}}
            for one in summary.statements
        ],
        "verificationResult": PASSED if summary.met else FAILED,
        "verifiedLevels": list(summary.levels) if summary.met else [FAILED],
        "slsaVersion": "1.1",
    }
    return _statement(subjects, SUMMARY_PREDICATE, predicate)


def statement_digest(statement: bytes) -> str:
    """Lowercase hex SHA-256 of a statement's bytes: what the log's entry commits to."""
    return hashlib.sha256(statement).hexdigest()


def weights_described(name: str, files: Mapping[str, str]) -> Described:
    """Weights as one subject: SHA-256 over the canonical JSON of file name to hex SHA-256."""
    return Described(name, digest(dict(files)))


def endpoint_described(name: str, descriptor: Mapping[str, Json]) -> Described:
    """An endpoint as a subject: SHA-256 over the canonical JSON of what it is registered as."""
    return Described(name, digest(dict(descriptor)))


def _statement(
    subjects: Sequence[Described], predicate_type: str, predicate: Mapping[str, Json]
) -> bytes:
    return canonical_json(
        {
            "_type": STATEMENT_TYPE,
            "subject": cast(Json, [one.to_json() for one in subjects]),
            "predicateType": predicate_type,
            "predicate": dict(predicate),
        }
    )
