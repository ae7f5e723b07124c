"""A bundle: the one file that proves one result to somebody offline.

``bundle_build`` writes it from typed parts, ``bundle_read`` reads it back; what they must prove is
in ``rules``. Every part has one spelling, so that two bundles of one result are equal to the byte.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias, cast

from compliance.domain.canonical import Json, canonical_json
from compliance.domain.commitments import CommitmentError, Opening
from compliance.domain.dsse import Envelope, parse_envelope
from compliance.domain.items import Item, Score
from compliance.domain.strict_json import StrictJsonError, strict_json, strict_json_fields
from compliance.domain.tlog.errors import FormatError
from compliance.domain.tlog.tlog_proof import TlogProof, parse_proof
from compliance.domain.verify.archive import PARTS, ArchiveError, read_archive, write_archive
from compliance.domain.verify.page import page_html
from compliance.domain.verify.plan import Plan, parse_plan
from compliance.domain.verify.words import Words, parse_words

Withheld: TypeAlias = str
"""Lowercase hex SHA-256 of an item or score that is erased or not for this reader."""

MAX_LINE_BYTES = 1 << 22
_WITHHELD = re.compile(rb'"[0-9a-f]{64}"')


@dataclass(frozen=True, slots=True)
class Answered:
    """An item with its score; either may be withheld. Make one with ``answered``.

    Attributes:
        item_json, score_json: the bytes that say them, whose digests are compared.
        words: what models said, committed to apart; None by the first predicate, where the score
            holds them.
    """

    item: Item | Withheld
    score: Score | Withheld
    item_json: bytes
    score_json: bytes
    words: Words | None = None

    @property
    def item_digest(self) -> str:
        return self.item if isinstance(self.item, str) else _sha256(self.item_json)

    @property
    def score_digest(self) -> str:
        return self.score if isinstance(self.score, str) else _sha256(self.score_json)

    @property
    def belongs(self) -> bool:
        """Whether the score is of the item beside it, as far as both are shown."""
        if isinstance(self.item, str) or isinstance(self.score, str):
            return True
        of_item = (self.item.id, self.item.part, self.item.cluster)
        return of_item == (self.score.item_id, self.score.part, self.score.cluster)

    def to_line(self) -> bytes:
        line = b'"item":%s,"score":%s}\n' % (self.item_json, self.score_json)
        return b"{" + line if self.words is None else b'{"answer":%s,' % self.words.encode() + line


def answered(
    item: Item | Withheld, score: Score | Withheld, words: Words | None = None
) -> Answered:
    """An item and its score as canonical JSON; the score without its words where these are apart.

    Raises:
        rfc8785.CanonicalizationError: a value that has none.
    """
    worth = _written(score)
    if words is not None and isinstance(score, Score):
        worth = canonical_json(score.outcome())
    return Answered(item, score, _written(item), worth, words)


@dataclass(frozen=True, slots=True)
class Bundle:
    """What a bundle holds.

    Attributes:
        attestation: the result's statement, signed by the operator.
        entry: the log entry of the result, its very bytes.
        openings: of the entry's commitments, ``attestation.STATEMENT_PATH`` among them; a field
            without one shows as redacted.
        proof: that the entry is in the log, with a checkpoint and its cosignatures.
        policy: the operator's own tlog-policy file: what it claims, never what a verifier trusts.
        answered: items and scores of the result, in the committed order.
        plan: the run's plan, from before the result; none of runs from before plans were logged.
    """

    attestation: Envelope
    entry: bytes
    openings: tuple[Opening, ...]
    proof: TlogProof
    policy: bytes
    answered: tuple[Answered, ...]
    plan: Plan | None = None


def bundle_build(bundle: Bundle) -> bytes:
    """The bundle's file; equal bundles give equal bytes.

    Raises:
        ArchiveError: a part is too large.
        StatementError: the attestation is of no result.
    """
    parts = bundle_parts(bundle)
    return write_archive({"index.html": page_html(bundle.attestation.payload, parts), **parts})


def bundle_parts(bundle: Bundle) -> dict[str, bytes]:
    """Name to content of every part but the page."""
    parts = {
        "attestation.dsse.json": bundle.attestation.encode(),
        "entry.json": bundle.entry,
        "openings.json": _openings(bundle.openings),
        "entry.tlog-proof": bundle.proof.encode(),
        "policy.txt": bundle.policy,
        "items.jsonl": b"".join(one.to_line() for one in bundle.answered),
    }
    return parts if bundle.plan is None else {**parts, "plan.json": bundle.plan.encode()}


def bundle_read(data: bytes) -> tuple[Bundle, bytes]:
    """A bundle of which nothing is verified yet, and the page that came with it.

    Raises:
        ArchiveError: no archive of a bundle, or a part that is malformed or has another spelling.
    """
    parts = read_archive(data)
    try:
        found = Bundle(
            attestation=parse_envelope(parts["attestation.dsse.json"]),
            entry=parts["entry.json"],
            openings=tuple(_read_openings(parts["openings.json"])),
            proof=parse_proof(parts["entry.tlog-proof"]),
            policy=parts["policy.txt"],
            answered=tuple(_read_items(parts["items.jsonl"])),
            plan=_read_plan(parts),
        )
        same = found.proof.encode() == parts["entry.tlog-proof"]
        same = same and _openings(found.openings) == parts["openings.json"]
    except (FormatError, CommitmentError, StrictJsonError) as error:
        raise ArchiveError(str(error)) from error
    if not same:
        raise ArchiveError("openings.json or entry.tlog-proof has another spelling")
    return found, parts["index.html"]


def _openings(openings: Sequence[Opening]) -> bytes:
    ordered = sorted(openings, key=lambda one: one.path)
    return canonical_json([one.to_json() for one in ordered])


def _read_openings(data: bytes) -> Iterator[Opening]:
    found = strict_json(data, max_bytes=PARTS["openings.json"])
    if not isinstance(found, list):
        raise ArchiveError("openings.json is a list")
    yield from map(Opening.from_json, found)


def _read_plan(parts: Mapping[str, bytes]) -> Plan | None:
    if "plan.json" not in parts:
        return None
    try:
        return parse_plan(parts["plan.json"], max_bytes=PARTS["plan.json"])
    except (ValueError, TypeError) as error:  # those of commitments and strict JSON among them
        raise ArchiveError(f"plan.json: {error}") from error


def _read_items(data: bytes) -> Iterator[Answered]:
    *lines, rest = data.split(b"\n")
    if rest:
        raise ArchiveError("items.jsonl is cut short: its last line has no end")
    for number, line in enumerate(lines, 1):
        try:
            yield _answered(line)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ArchiveError(f"line {number} of items.jsonl: {error}") from error


def _answered(line: bytes) -> Answered:
    if len(line) > MAX_LINE_BYTES:
        raise ValueError(f"it has more than {MAX_LINE_BYTES} bytes")
    first = line.startswith(b'{"item":')
    names = ("item", "score") if first else ("answer", "item", "score")
    *apart, (item, item_json), (score, score_json) = strict_json_fields(line, names)
    return Answered(
        item=_hex(item_json) if isinstance(item, str) else _item(cast(Mapping[str, Json], item)),
        score=_hex(score_json)
        if isinstance(score, str)
        else _score(cast(Mapping[str, Json], score)),
        item_json=item_json,
        score_json=score_json,
        words=parse_words(*apart[0]) if apart else None,
    )


def _item(value: Mapping[str, Json]) -> Item:
    found = Item(**value)  # type: ignore[arg-type]
    texts = (found.id, found.part, found.cluster)
    if not all(isinstance(one, str) for one in texts) or not isinstance(found.payload, Mapping):
        raise ValueError("an item's payload is an object, and else it has text")
    return found


def _score(value: Mapping[str, Json]) -> Score:
    found = Score.from_json(value)
    texts = (found.item_id, found.part, found.cluster, found.label, found.answer)
    if not all(isinstance(one, str) for one in texts) or type(found.value) not in {int, float}:
        raise ValueError("a score has a number, and else text")
    if not isinstance(found.detail, Mapping):
        raise TypeError("a score's detail is an object")
    return found


def _hex(written: bytes) -> str:
    if not _WITHHELD.fullmatch(written):
        raise ValueError("what is withheld is shown as 64 lowercase hex digits")
    return written[1:-1].decode("ascii")


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _written(one: Item | Score | Withheld) -> bytes:
    return canonical_json(one if isinstance(one, str) else one.to_json())
