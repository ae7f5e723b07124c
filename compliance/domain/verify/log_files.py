"""The log's own files, checked by whoever has them: one entry's proof, or a copy of everything.

Of a proof (``entry-N.tlog-proof``):

1. ``checkpoint``. A trusted log signed the checkpoint, and the quorum of the verifier's policy
   cosigned it.
2. ``inclusion``. The leaf hash, computed from the entry in hand, leads to the checkpoint's root.
3. ``entry``. What the entry says it is of.

Of a copy (a folder as tlog-tiles lays it out, with every entry bundle):

1. ``checkpoint``. As above, of the file ``checkpoint``.
2. ``entries``. Every entry is there; hashed, they give the checkpoint's root. Nothing can have been
   changed, left out or moved.
3. ``tiles``. Every tile holds the hashes that those entries have.
4. ``consistency``. An earlier checkpoint, kept by somebody, is of the first so many of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import StrEnum

from compliance.domain.commitments import CommitmentError
from compliance.domain.errors import AssayError
from compliance.domain.strict_json import StrictJsonError
from compliance.domain.tlog.checkpoint import SignedCheckpoint, parse_checkpoint
from compliance.domain.tlog.compact_range import CompactRange
from compliance.domain.tlog.errors import FormatError
from compliance.domain.tlog.merkle import EMPTY_ROOT, leaf_hash
from compliance.domain.tlog.tiles import (
    TILE_HEIGHT,
    EntryBundle,
    FetchTile,
    bundles_at,
    decode_entries,
    tiles_at,
)
from compliance.domain.tlog.tlog_proof import HEADER, parse_proof
from compliance.domain.tlog.witness_policy import standing
from compliance.domain.verify.entry import entry_header
from compliance.domain.verify.rules import (
    BrokenError,
    Outcome,
    Step,
    entry_included,
    log_named,
    witnesses_named,
)
from compliance.domain.verify.trust import Trust


class LogRule(StrEnum):
    """The rules above, by name."""

    CHECKPOINT = "checkpoint"
    INCLUSION = "inclusion"
    ENTRY = "entry"
    ENTRIES = "entries"
    TILES = "tiles"
    CONSISTENCY = "consistency"


def is_log_proof(data: bytes) -> bool:
    """Whether a file begins as a proof of one entry does."""
    return data.startswith(HEADER.encode())


def log_proof_verify(data: bytes, trust: Trust, *, entry: bytes = b"") -> Iterator[Step]:
    """Check an entry's proof; the last step is the first that is broken, if one is.

    Args:
        entry: the very bytes, where the proof does not bring them as its extra data.
    """

    def apply() -> Iterator[tuple[LogRule, Callable[[], str]]]:
        proof = parse_proof(data)
        body = entry or proof.extra
        yield LogRule.CHECKPOINT, lambda: _vouched(proof.checkpoint, trust)
        yield LogRule.INCLUSION, lambda: entry_included(body, proof)
        yield LogRule.ENTRY, lambda: " ".join(entry_header(body))

    return _told(apply())


def copy_verify(fetch: FetchTile, trust: Trust, *, earlier: bytes = b"") -> Iterator[Step]:
    """Check a copy of the log; the last step is the first that is broken, if one is.

    Args:
        fetch: gives the bytes at a path below the log.
        earlier: a checkpoint that somebody kept.
    """

    def apply() -> Iterator[tuple[LogRule, Callable[[], str]]]:
        signed = parse_checkpoint(fetch("checkpoint") or b"")
        before = parse_checkpoint(earlier) if earlier else None
        copy = _Copy(fetch, signed, before)
        yield LogRule.CHECKPOINT, lambda: _vouched(signed, trust)
        yield LogRule.ENTRIES, copy.entries
        yield LogRule.TILES, copy.tiles
        if before:
            yield LogRule.CONSISTENCY, lambda: copy.continues(before, trust)

    return _told(apply())


class _Copy:
    """A copy of the log, read once; what its entries hash to is kept."""

    def __init__(
        self, fetch: FetchTile, signed: SignedCheckpoint, before: SignedCheckpoint | None
    ) -> None:
        self._fetch = fetch
        self._head = signed.checkpoint
        self._rows: dict[int, list[bytes]] = {}
        self._until = before.checkpoint.size if before else 0
        self._root_then = EMPTY_ROOT

    def entries(self) -> str:
        edge, size = CompactRange(), self._head.size
        for bundle in bundles_at(size):
            for entry in self._bundle(bundle):
                edge.append(leaf_hash(entry), self._keep)
                if edge.size == self._until:
                    self._root_then = edge.root
        if edge.root != self._head.root:
            raise BrokenError(f"its {size:,} entries do not hash to the checkpoint's root")
        return f"{size:,} entries, which hash to the checkpoint's root"

    def tiles(self) -> str:
        count = 0
        for tile in tiles_at(self._head.size):
            first = tile.index * 256
            hashes = self._rows[tile.level * TILE_HEIGHT][first : first + tile.width]
            found = self._fetch(tile.path)
            if found is not None and found != b"".join(hashes):
                raise BrokenError(f"{tile.path} holds other hashes than the entries have")
            count += found is not None
        return f"{count:,} tiles, which hold what the entries hash to"

    def continues(self, before: SignedCheckpoint, trust: Trust) -> str:
        told = log_named(standing(trust.policy, before))
        old, new = before.checkpoint, self._head
        if old.origin != new.origin or old.size > new.size:
            raise BrokenError(f"{old.size:,} entries of {old.origin} are no beginning of this log")
        if self._root_then != old.root:
            raise BrokenError(f"the first {old.size:,} entries were others then: two histories")
        return f"its first {old.size:,} entries are those of the earlier checkpoint, {told}"

    def _bundle(self, bundle: EntryBundle) -> list[bytes]:
        data = self._fetch(bundle.path)
        if data is None:
            raise BrokenError(f"the copy has no {bundle.path}")
        return decode_entries(data, width=bundle.width)

    def _keep(self, level: int, index: int, value: bytes, /) -> None:
        if level % TILE_HEIGHT == 0:
            self._rows.setdefault(level, []).append(value)


def _vouched(signed: SignedCheckpoint, trust: Trust) -> str:
    found = standing(trust.policy, signed)
    size = signed.checkpoint.size
    return f"of {size:,} entries, {log_named(found)}; {witnesses_named(found, trust.policy)}"


def _told(rules: Iterator[tuple[LogRule, Callable[[], str]]]) -> Iterator[Step]:
    """Apply rules in order; the first that is broken ends it."""
    rule = LogRule.CHECKPOINT
    try:
        for rule, apply in rules:
            yield Step(rule, Outcome.HOLDS, apply())
    except (AssayError, FormatError, CommitmentError, StrictJsonError) as error:
        yield Step(rule, Outcome.BROKEN, str(error))
