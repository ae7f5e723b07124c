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
from typing import cast

from compliance.domain.canonical import Json, canonical_json
from compliance.domain.commitments import CommitmentError, Opening, disclosed
from compliance.domain.errors import AssayError
from compliance.domain.strict_json import StrictJsonError, strict_json
from compliance.domain.tlog.errors import FormatError
from compliance.domain.tlog.merkle import leaf_hash, verify_inclusion
from compliance.domain.tlog.tlog_proof import TlogProof, parse_proof
from compliance.domain.tlog.witness_policy import NONE, standing
from compliance.domain.verify.archive import ArchiveError
from compliance.domain.verify.entry import entry_commitments
from compliance.domain.verify.rules import BrokenError, Outcome, Rule, Step
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


def page_proof_build(*, about: str, entries: Sequence[ProvedEntry]) -> bytes:
    """The file that proves ``entries``, in the order given."""
    rows: list[Json] = [
        {
            "entry": one.entry.decode(),
            "openings": [opening.to_json() for opening in one.openings],
            "proof": one.proof.encode().decode(),
        }
        for one in entries
    ]
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
        entries = [_proved(one) for one in cast(Sequence[Mapping[str, Json]], value["entries"])]
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
        head = one.proof.checkpoint.checkpoint
        verify_inclusion(
            index=one.proof.index,
            size=head.size,
            leaf=leaf_hash(one.entry),
            proof=one.proof.hashes,
            root=head.root,
        )
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
    event = cast(Mapping[str, Json], strict_json(one.entry, max_bytes=len(one.entry)))
    head = f"{one.proof.index} {event.get('type')} {event.get('subject')}"
    fields = shown.get("statement") or "; ".join(f"{path}: {shown[path]}" for path in sorted(shown))
    hidden = f" (redacted: {', '.join(redacted)})" if redacted else ""
    return f"{head}: {fields}{hidden}"


def _vouched(proof: TlogProof, trust: Trust) -> str:
    found = standing(trust.policy, proof.checkpoint)
    if not found.quorum:
        raise BrokenError(f"the quorum of your policy is not reached: {found.missing}")
    size = proof.checkpoint.checkpoint.size
    if trust.policy.quorum == NONE:
        return f"checkpoint of {size} entries; your policy asks for no witness"
    return f"checkpoint of {size} entries, cosigned by {', '.join(sorted(found.times))}"


def _proved(value: Mapping[str, Json]) -> ProvedEntry:
    if set(value) != _KEYS:
        raise ValueError("an entry has entry, openings and proof")
    openings = cast(Sequence[Json], value["openings"])
    return ProvedEntry(
        entry=cast(str, value["entry"]).encode(),
        openings=tuple(Opening.from_json(one) for one in openings),
        proof=parse_proof(cast(str, value["proof"]).encode()),
    )
