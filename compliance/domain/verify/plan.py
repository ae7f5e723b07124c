"""The plan of a run: the log entry, from before the run's result, that says what it would do.

A part ``plan.json`` of the bundle, canonical JSON: ``{"entry", "hashes", "index", "openings"}``:
the entry's text, its place in the log, the hashes (hex) that prove it under the very checkpoint
that proves the result's entry, and what opens its fields. An append-only log keeps its order, so
that a plan which stands before the result was logged before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from compliance.domain.attestation import PLAN_FIELDS
from compliance.domain.canonical import Json, canonical_json
from compliance.domain.commitments import Opening, disclosed
from compliance.domain.errors import AssayError
from compliance.domain.statements import ResultStatement
from compliance.domain.strict_json import strict_json
from compliance.domain.tlog.encoding import HASH_BYTES
from compliance.domain.tlog.merkle import leaf_hash, verify_inclusion
from compliance.domain.tlog.tlog_proof import TlogProof
from compliance.domain.verify.entry import entry_commitments, entry_header

PLANNED = "run.planned"
"""The type of the entry; its subject is the run, as that of the result's entry."""
_KEYS = {"entry", "hashes", "index", "openings"}


class PlanError(AssayError):
    """The plan is none of the result's, or does not stand before it; the message says how."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan's entry, its openings, and its inclusion under the result's own checkpoint."""

    entry: bytes
    openings: tuple[Opening, ...]
    index: int
    hashes: tuple[bytes, ...]

    def encode(self) -> bytes:
        ordered = sorted(self.openings, key=lambda one: one.path)
        return canonical_json(
            {
                "entry": self.entry.decode(),
                "hashes": [one.hex() for one in self.hashes],
                "index": self.index,
                "openings": cast(Json, [one.to_json() for one in ordered]),
            }
        )


def parse_plan(data: bytes, *, max_bytes: int) -> Plan:
    """A plan of which nothing is verified yet.

    Raises:
        CommitmentError, StrictJsonError, ValueError, TypeError: it is none, or other bytes would
            say the same.
    """
    value = strict_json(data, max_bytes=max_bytes)
    if not isinstance(value, Mapping) or set(value) != _KEYS:
        raise ValueError("a plan has an entry, hashes, an index and openings")
    fields = cast(Mapping[str, object], value)
    index, hashes = fields["index"], cast(Sequence[str], fields["hashes"])
    if type(index) is not int or index < 0 or not isinstance(fields["entry"], str):
        raise ValueError("a plan's entry is text, and its index counts")
    found = Plan(
        entry=fields["entry"].encode(),
        openings=tuple(map(Opening.from_json, cast(Sequence[object], fields["openings"]))),
        index=index,
        hashes=tuple(map(bytes.fromhex, hashes)),
    )
    if any(len(one) != HASH_BYTES for one in found.hashes) or found.encode() != data:
        raise ValueError("the plan is written in another way than it must be")
    return found


def plan_check(
    plan: Plan, statement: ResultStatement, *, entry: bytes, proof: TlogProof
) -> tuple[str, ...]:
    """Check that the result followed the plan, and that the plan was logged before it.

    Args:
        entry, proof: of the result, which the rules before this one accepted.

    Returns:
        what of the plan is redacted and could not be compared.

    Raises:
        PlanError, ProofError: it was not, or did not.
        CommitmentError: the plan's entry or an opening of it is not what it should be.
    """
    shown, _ = disclosed(entry_commitments(plan.entry), plan.openings)
    kind, run = entry_header(plan.entry)
    if kind != PLANNED or run != entry_header(entry)[1]:
        raise PlanError(f"what stands as the plan is '{kind}' of {run}, not the plan of this run")
    head = proof.checkpoint.checkpoint
    verify_inclusion(
        index=plan.index,
        size=head.size,
        leaf=leaf_hash(plan.entry),
        proof=plan.hashes,
        root=head.root,
    )
    if plan.index >= proof.index:
        raise PlanError(f"the plan is entry {plan.index}, not before the result's {proof.index}")
    for path, did in _followed(statement):
        if path in shown and shown[path] not in did:
            raise PlanError(f"the result did not follow its plan: {path} is another")
    return tuple(path for path in PLAN_FIELDS if path not in shown)


def _followed(statement: ResultStatement) -> Iterator[tuple[str, tuple[Json, ...]]]:
    """What the result did, by the plan's fields; one of these values each."""
    finding = statement.finding
    said: dict[str, tuple[Json, ...]] = {
        "spec_sha256": (finding.spec.digest,),
        "seed": (finding.seed,),
        "planned": (finding.planned,),
        "order_sha256": (finding.order_digest,),
        "subject_sha256": tuple(one.sha256 for one in statement.subjects),
    }
    return iter([(path, said[path]) for path in PLAN_FIELDS])
