"""Reads the statement of a result. Give it nothing but bytes whose signature was verified."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from compliance.domain.attestation import (
    FIRST_RESULT_PREDICATE,
    RESULT_PREDICATE,
    STATEMENT_TYPE,
    Described,
    Finding,
)
from compliance.domain.attestation import result_statement as written
from compliance.domain.canonical import Json
from compliance.domain.errors import AssayError
from compliance.domain.specs import StressTestSpec
from compliance.domain.strict_json import strict_json
from compliance.domain.verdicts import Estimate, Part
from compliance.domain.vocabulary import Stop, Verdict

MAX_STATEMENT_BYTES = 1 << 20
MAX_SUBJECTS = 100
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_NUMBERS = ("value", "lower", "upper", "log10_e_violating", "log10_e_compliant")


class StatementError(AssayError):
    """Bytes that are no statement of a result, or one that contradicts itself."""


@dataclass(frozen=True, slots=True)
class ResultStatement:
    """A result as its statement has it."""

    subjects: tuple[Described, ...]
    finding: Finding


def parse_result_statement(data: bytes) -> ResultStatement:
    """The result that a statement is of.

    Raises:
        StatementError: another type or predicate, a field that is missing, unknown or of the wrong
            type, or bytes other than this result is written as.
    """
    try:
        found = _read(strict_json(data, max_bytes=MAX_STATEMENT_BYTES))
        same = written(found.subjects, found.finding) == data
    except StatementError:
        raise
    except (AssayError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise StatementError(f"this is no statement of a result: {error!r}") from error
    if not same:
        raise StatementError("the statement is not written as its content is")
    return found


def _read(value: Json) -> ResultStatement:
    fields = cast(Mapping[str, object], value)
    known = fields["predicateType"] in (RESULT_PREDICATE, FIRST_RESULT_PREDICATE)
    if fields["_type"] != STATEMENT_TYPE or not known:
        raise StatementError("the statement is of another type, or says something else")
    subjects = cast(Sequence[Mapping[str, object]], fields["subject"])
    if not 1 <= len(subjects) <= MAX_SUBJECTS:
        raise StatementError(f"a statement has 1 to {MAX_SUBJECTS} subjects")
    finding = _finding(cast(Mapping[str, object], fields["predicate"]))
    return ResultStatement(tuple(_subject(one) for one in subjects), finding)


def _subject(value: Mapping[str, object]) -> Described:
    sha256 = cast(Mapping[str, object], value["digest"])["sha256"]
    return Described(_text(value, "name"), _digest({"sha256": sha256}, "sha256"))


def _finding(value: Mapping[str, object]) -> Finding:
    estimate = Estimate.from_json(cast(Mapping[str, object], value["estimate"]))
    _check_estimate(estimate)
    return Finding(
        result=_text(value, "result"),
        recorded_at=_text(value, "recordedAt"),
        spec=StressTestSpec.from_json(value["spec"]),
        seed=_count(value, "seed"),
        verdict=Verdict(_text(value, "verdict")),
        stopped=Stop(_text(value, "stopped")).value if value["stopped"] else "",
        planned=_count(value, "planned"),
        estimate=estimate,
        code_digest=_digest(value, "codeDigest"),
        order_digest=_digest(value, "orderDigest"),
        unasked_digest=_digest(value, "unaskedDigest") if value["unaskedDigest"] else "",
        scores_digest=_digest(value, "scoresDigest"),
        environment=cast(Mapping[str, Json], value["environment"]),
        answers_digest=_digest(value, "answersDigest") if "answersDigest" in value else "",
    )


def _check_estimate(estimate: Estimate) -> None:
    """Types that a dataclass does not check: what is compared and shown later."""
    claim = estimate.claim
    parts: tuple[Estimate | Part, ...] = (estimate, *estimate.parts)
    for part in parts:
        numbers = [getattr(part, name) for name in _NUMBERS]
        if not all(map(_is_number, numbers)) or type(part.n) is not int:
            raise StatementError("an estimate's figures are finite numbers")
    texts = [claim.statement, claim.population, claim.statistic, claim.limit_source, claim.unit]
    texts += [*estimate.caveats, *(text for one in estimate.parts for text in _texts(one))]
    if not all(isinstance(one, str) for one in texts) or not isinstance(estimate.lead, bool):
        raise StatementError("a claim and its caveats are texts")
    if not all(map(_is_number, (claim.limit, claim.alpha))) or not 0 < claim.alpha < 1:
        raise StatementError("a claim has a limit, and an alpha between 0 and 1")


def _texts(part: Part) -> tuple[str, str]:
    return part.name, part.note


def _is_number(value: object) -> bool:
    return type(value) in {int, float} and math.isfinite(cast(float, value))


def _text(value: Mapping[str, object], name: str) -> str:
    found = value[name]
    if not isinstance(found, str):
        raise StatementError(f"{name} is no text")
    return found


def _count(value: Mapping[str, object], name: str) -> int:
    found = value[name]
    if type(found) is not int or found < 0:
        raise StatementError(f"{name} is no whole number")
    return found


def _digest(value: Mapping[str, object], name: str) -> str:
    found = _text(value, name)
    if not _DIGEST.fullmatch(found):
        raise StatementError(f"{name} is no SHA-256 in hex")
    return found
