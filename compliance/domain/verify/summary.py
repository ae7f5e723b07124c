"""Applies the trust rules to a verification summary (VSA): its envelope, then its place in the log.

1. ``archive``. The file is one DSSE envelope with a place in the log beside it, written in the one
   way there is (``summary_file.py``).
2. ``signature``. A key that the verifier brought signed it, and no such key's signature fails; the
   payload is an in-toto statement.
3. ``statement``. Those bytes are a verification summary, written as its content is: PASSED has a
   level of its own and rests on at least one attestation, FAILED has the level FAILED.
4. ``entry``, ``inclusion``, ``checkpoint``, ``witnesses``: those of ``rules.py``, on the statement
   in hand. A file from before summaries carried their place says so, and is not verified whole.

The attestations that it sums up are named by digest and are not in the file: a bundle of each
result proves it. Whoever accepts the summary compares its subject and ``resourceUri`` with what
they hold, its policy digest with the pack that they mean, and its time with how old it may be.

Source: SLSA v1.1, Verification Summary Attestation v1; DSSE v1.0.2; in-toto Statement v1.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import cast

from compliance.domain.attestation import (
    FAILED,
    PASSED,
    PAYLOAD_TYPE,
    STATEMENT_TYPE,
    SUMMARY_PREDICATE,
    Described,
    Summary,
    summary_statement,
)
from compliance.domain.dsse import Envelope, keyid, opened
from compliance.domain.errors import AssayError
from compliance.domain.statements import MAX_STATEMENT_BYTES, MAX_SUBJECTS, StatementError
from compliance.domain.strict_json import strict_json
from compliance.domain.tlog.witness_policy import Standing, standing
from compliance.domain.verify.page_proof import ProvedEntry
from compliance.domain.verify.rules import (
    BrokenError,
    NotCheckedError,
    Rule,
    Step,
    applied,
    entry_committed,
    entry_included,
    log_named,
    witnesses_named,
)
from compliance.domain.verify.summary_file import summary_read
from compliance.domain.verify.trust import Trust

POLICY = "urn:assay:policy:"
STATEMENT = "urn:assay:statement:"
_RULES = (
    *(Rule.ARCHIVE, Rule.SIGNATURE, Rule.STATEMENT),
    *(Rule.ENTRY, Rule.INCLUSION, Rule.CHECKPOINT, Rule.WITNESSES),
)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


class TrustedSummary:
    """Applies the rules to one file, one after the other; what a rule accepted is kept."""

    def __init__(self, data: bytes, trust: Trust) -> None:
        self._data, self._trust = data, trust
        self._envelope: Envelope
        self._place: ProvedEntry | None
        self._standing: Standing

    def archive(self) -> str:
        found = summary_read(self._data)
        self._envelope, self._place = found.envelope, found.place
        place = ", and its place in the log" if self._place else ""
        return f"an envelope with {len(self._envelope.signatures)} signatures{place}"

    def signature(self) -> str:
        keys = opened(self._envelope, self._trust.attestors)
        if self._envelope.payload_type != PAYLOAD_TYPE:
            raise BrokenError(f"what is signed is of the type {self._envelope.payload_type!r}")
        return f"attested by {', '.join(map(keyid, keys))}"

    def statement(self) -> str:
        subjects, found = parse_summary_statement(self._envelope.payload)
        named = ", ".join(f"{one.name} (sha256 {one.sha256})" for one in subjects)
        return (
            f"{PASSED if found.met else FAILED}: {named}, {found.resource}, against {found.pack}"
            f" (sha256 {found.pack_sha256}), by {found.verifier}, as of {found.time};"
            f" it rests on {len(found.statements)} attested results, by digest, each proved by its"
            " own bundle"
        )

    def entry(self) -> str:
        if self._place is None:
            raise NotCheckedError("the file is without its place in the log")
        return entry_committed(self._place.entry, self._place.openings, self._envelope.payload)

    def inclusion(self) -> str:
        return entry_included(self._proved.entry, self._proved.proof)

    def checkpoint(self) -> str:
        self._standing = standing(self._trust.policy, self._proved.proof.checkpoint)
        return log_named(self._standing)

    def witnesses(self) -> str:
        return witnesses_named(self._standing, self._trust.policy)

    def rules(self) -> Iterator[tuple[Rule, Callable[[], str]]]:
        """Every rule with the method of its name, in order; without a place none after entry."""
        for rule in _RULES:
            yield rule, getattr(self, rule.value)
            if rule is Rule.ENTRY and self._place is None:
                return

    @property
    def _proved(self) -> ProvedEntry:
        assert self._place is not None  # noqa: S101 - rule ``entry`` ends what has none
        return self._place


def summary_verify(data: bytes, trust: Trust) -> Iterator[Step]:
    """Apply the rules; the last step is the first that is broken, if one is.

    Never raises because of what is in ``data``.
    """
    return applied(TrustedSummary(data, trust).rules())


def parse_summary_statement(data: bytes) -> tuple[tuple[Described, ...], Summary]:
    """The subjects and the summary that a statement is of.

    Raises:
        StatementError: another type or predicate, a field that is missing, unknown or of the wrong
            type, a result that contradicts its levels, or bytes other than it is written as.
    """
    try:
        found = _read(cast(Mapping[str, object], strict_json(data, max_bytes=MAX_STATEMENT_BYTES)))
        same = summary_statement(*found) == data
    except StatementError:
        raise
    except (AssayError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise StatementError(f"this is no verification summary: {error!r}") from error
    if not same:
        raise StatementError("the summary is not written as its content is")
    return found


def _read(fields: Mapping[str, object]) -> tuple[tuple[Described, ...], Summary]:
    if fields["_type"] != STATEMENT_TYPE or fields["predicateType"] != SUMMARY_PREDICATE:
        raise StatementError("the statement is of another type, or says something else")
    subjects = cast(Sequence[Mapping[str, object]], fields["subject"])
    if not 1 <= len(subjects) <= MAX_SUBJECTS:
        raise StatementError(f"a statement has 1 to {MAX_SUBJECTS} subjects")
    described = tuple(Described(_text(one["name"]), _digest(one["digest"])) for one in subjects)
    return described, _summary(cast(Mapping[str, object], fields["predicate"]))


def _summary(value: Mapping[str, object]) -> Summary:
    policy = cast(Mapping[str, object], value["policy"])
    result, levels = value["verificationResult"], cast(Sequence[object], value["verifiedLevels"])
    if result not in {PASSED, FAILED} or not levels:
        raise StatementError("a summary says PASSED or FAILED, and a level")
    met = result == PASSED
    found = Summary(
        verifier=_text(cast(Mapping[str, object], value["verifier"])["id"]),
        time=_moment(value["timeVerified"]),
        resource=_text(value["resourceUri"]),
        pack=_text(policy["uri"]).removeprefix(POLICY),
        pack_sha256=_digest(policy["digest"]),
        statements=tuple(
            _digest(cast(Mapping[str, object], one)["digest"])
            for one in cast(Sequence[object], value["inputAttestations"])
        ),
        met=met,
        levels=tuple(map(_text, levels)) if met else (),
    )
    if met and (FAILED in found.levels or not found.statements):
        raise StatementError("what PASSED has a level of its own, and rests on something")
    return found


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise StatementError("a field that must be text is none")
    return value


def _digest(value: object) -> str:
    found = _text(cast(Mapping[str, object], value)["sha256"])
    if not _DIGEST.fullmatch(found):
        raise StatementError("a digest is no SHA-256 in hex")
    return found


def _moment(value: object) -> str:
    found = _text(value)
    if not _MOMENT.fullmatch(found):
        raise StatementError("the time is not in UTC, to the second")
    datetime.fromisoformat(found)
    return found
