"""The proof of a page: the ledger entries that its figures stand in, each with what opens it.

One canonical JSON file, ``{"format", "about", "entries": [{"entry", "openings", "proof"}]}``: the
entry's bytes, its opened fields, and a tlog-proof that leads to a cosigned checkpoint. It proves
what the log says of those events, and nothing of the items a verdict rests on: a bundle does.

The rules are those of ``rules.py`` that speak of entries, applied to every entry in its order; what
is trusted is what the verifier brought.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self, cast

from compliance.domain.canonical import Json, canonical_json
from compliance.domain.commitments import CommitmentError, Opening, disclosed
from compliance.domain.errors import AssayError
from compliance.domain.strict_json import StrictJsonError, strict_json
from compliance.domain.tlog.errors import FormatError
from compliance.domain.tlog.tlog_proof import TlogProof, parse_proof
from compliance.domain.tlog.witness_policy import standing
from compliance.domain.verify.archive import ArchiveError
from compliance.domain.verify.entry import entry_commitments, entry_header
from compliance.domain.verify.rules import (
    Outcome,
    Rule,
    Step,
    entry_included,
    log_named,
    witnesses_named,
)
from compliance.domain.verify.trust import Trust

FORMAT = "assay/page/v1"
MAX_PAGE_BYTES = 1 << 26
_KEYS = {"entry", "openings", "proof"}


@dataclass(frozen=True, slots=True)
class ProvedEntry:
    """An entry's bytes with what opens its fields and what proves that it is in the log."""

    entry: bytes
    openings: tuple[Opening, ...]
    proof: TlogProof

    def to_json(self) -> dict[str, Json]:
        return {
            "entry": self.entry.decode(),
            "openings": [opening.to_json() for opening in self.openings],
            "proof": self.proof.encode().decode(),
        }

    @classmethod
    def from_json(cls, value: object) -> Self:
        """Rebuild it from JSON; nothing of it is verified.

        Raises:
            ValueError, TypeError, AttributeError: a key is missing, unknown or of the wrong type.
            CommitmentError, FormatError: an opening or a proof is malformed.
        """
        if not isinstance(value, Mapping) or set(value) != _KEYS:
            raise ValueError("an entry has entry, openings and proof")
        return cls(
            entry=value["entry"].encode(),
            openings=tuple(map(Opening.from_json, value["openings"])),
            proof=parse_proof(value["proof"].encode()),
        )


def page_proof_build(*, about: str, entries: Sequence[ProvedEntry]) -> bytes:
    """The file that proves ``entries``, in the order given."""
    rows: list[Json] = [one.to_json() for one in entries]
    return canonical_json({"format": FORMAT, "about": about, "entries": rows})


def page_proof_read(data: bytes) -> tuple[str, list[ProvedEntry]]:
    """What a page is about, and its entries, of which nothing is verified yet.

    Raises:
        ArchiveError: no proof of a page, or one that is written in another way.
    """
    try:
        value = strict_json(data, max_bytes=MAX_PAGE_BYTES)
        if not isinstance(value, Mapping) or value.get("format") != FORMAT:
            raise ArchiveError(f"its format is not {FORMAT}")
        entries = [ProvedEntry.from_json(one) for one in cast(Sequence[Json], value["entries"])]
        about = str(value["about"])
        same = page_proof_build(about=about, entries=entries) == data
    except (StrictJsonError, CommitmentError, FormatError) as error:
        raise ArchiveError(str(error)) from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ArchiveError(f"this is no proof of a page: {error}") from error
    if not same:
        raise ArchiveError("the proof of a page is written in another way than it must be")
    return about, entries


def page_verify(data: bytes, trust: Trust) -> Iterator[Step]:
    """Apply the rules to every entry; the last step is the first that is broken, if one is.

    Never raises because of what is in ``data``.
    """
    try:
        about, entries = page_proof_read(data)
    except AssayError as error:
        yield Step(Rule.ARCHIVE, Outcome.BROKEN, str(error))
        return
    yield Step(Rule.ARCHIVE, Outcome.HOLDS, f"{len(entries)} entries behind a page on {about}")
    heads: set[bytes] = set()
    for one in entries:
        for step in _steps(one, trust, heads):
            yield step
            if step.outcome is Outcome.BROKEN:
                return


def _steps(one: ProvedEntry, trust: Trust, heads: set[bytes]) -> Iterator[Step]:
    """The rules of one entry; a checkpoint that was accepted before is not told of again."""
    rule = Rule.ENTRY
    try:
        text = _said(one)
        rule = Rule.INCLUSION
        entry_included(one.entry, one.proof)
        rule = Rule.WITNESSES
        signed = one.proof.checkpoint.encode()
        told = "" if signed in heads else _vouched(one.proof, trust)
    except (AssayError, CommitmentError) as error:
        yield Step(rule, Outcome.BROKEN, f"entry {one.proof.index}: {error}")
        return
    heads.add(signed)
    if told:
        yield Step(rule, Outcome.HOLDS, told)
    yield Step(Rule.ENTRY, Outcome.HOLDS, text)


def _said(one: ProvedEntry) -> str:
    commitments = entry_commitments(one.entry)
    shown, redacted = disclosed(commitments, one.openings)
    kind, subject = entry_header(one.entry)
    statement = shown.get("statement")
    fields = "; ".join(f"{path}: {_plain(shown[path])}" for path in sorted(shown))
    if isinstance(statement, str) and statement:
        fields = statement
    hidden = f" (redacted: {', '.join(redacted)})" if redacted else ""
    return f"{one.proof.index} {kind} {subject}: {fields}{hidden}"


def _plain(value: Json) -> str:
    return value if isinstance(value, str) else canonical_json(value).decode()


def _vouched(proof: TlogProof, trust: Trust) -> str:
    found = standing(trust.policy, proof.checkpoint)
    size, cosigned = proof.checkpoint.checkpoint.size, witnesses_named(found, trust.policy)
    return f"checkpoint of {size} entries, {log_named(found)}; {cosigned}"
