"""Reading the log: its tiles, its checkpoints, the proofs they allow, and a viewer's entries."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet, Value

from compliance.accounts.selectors import Viewer
from compliance.domain.commitments import Opening
from compliance.domain.entries import values_of
from compliance.domain.errors import NotFoundError
from compliance.domain.events import EventType
from compliance.domain.tlog.checkpoint import parse_checkpoint
from compliance.domain.tlog.errors import FormatError
from compliance.domain.tlog.merkle import consistency_proof, inclusion_proof
from compliance.domain.tlog.policy_file import parse_policy
from compliance.domain.tlog.tiles import (
    EntryBundle,
    HashTile,
    TileReader,
    encode_entries,
    encode_hashes,
    parse_path,
)
from compliance.domain.tlog.tlog_proof import TlogProof
from compliance.domain.tlog.witness_policy import NONE, Standing, standing
from compliance.events.selectors import told
from compliance.ledger.models import (
    Checkpoint,
    Entry,
    Halt,
    LogSetup,
    Subtree,
    Timestamp,
    Witness,
)
from compliance.ledger.vouching import vouched_for


@dataclass(frozen=True, slots=True)
class State:
    """How the log stands, for everybody.

    Attributes:
        standing: who vouches for the newest checkpoint, by the operator's own policy.
        unwitnessed: the operator's policy asks for no witness, which protects nobody.
        refusals: of witnesses that saw a log which ours does not extend; any is an alarm.
        halted: why the log's own signer refuses; anything but empty is an alarm.
        timestamp: the newest, of whichever checkpoint.
    """

    setup: LogSetup
    checkpoint: Checkpoint
    standing: Standing
    unwitnessed: bool
    witnesses: Sequence[Witness]
    refusals: Sequence[str]
    halted: str
    timestamp: Timestamp | None


@dataclass(frozen=True, slots=True)
class Included:
    """An entry with the proof that it is in the log of a checkpoint."""

    entry: Entry
    checkpoint: Checkpoint
    proof: Sequence[bytes]

    @property
    def tlog_proof(self) -> TlogProof:
        """The proof with its checkpoint and cosignatures, as c2sp.org/tlog-proof has it."""
        note = checkpoint_note(checkpoint=self.checkpoint).encode()
        return TlogProof(self.entry.index, tuple(self.proof), parse_checkpoint(note))


def tile_get(*, path: str) -> bytes | None:
    """The bytes of a tile or entry bundle, by its path below the log; None where there is none."""
    try:
        tile = parse_path(path)
    except FormatError:
        return None
    found = list(_contents(tile))
    if len(found) != tile.width:
        return None
    return encode_entries(found) if isinstance(tile, EntryBundle) else encode_hashes(found)


def _contents(tile: HashTile | EntryBundle) -> Iterator[bytes]:
    """What is stored of a tile's range, in order."""
    first = tile.index * 256
    span = {"index__gte": first, "index__lt": first + tile.width}
    column, rows = "leaf_hash", Entry.objects.filter(**span).order_by("index")
    if isinstance(tile, EntryBundle):
        column = "body"
    elif tile.level:
        subtrees = Subtree.objects.filter(level=tile.level, **span).order_by("index")
        return (bytes(root) for root in subtrees.values_list("root", flat=True))
    return (bytes(value) for value in rows.values_list(column, flat=True))


def hash_reader(size: int) -> TileReader:
    """Reads the hashes of the tree of the first ``size`` entries."""
    return TileReader(size, lambda path: tile_get(path=path))


def checkpoint_latest() -> Checkpoint | None:
    """The newest signed tree head."""
    return Checkpoint.objects.first()


def checkpoint_get(*, size: int) -> Checkpoint:
    """The checkpoint of a size.

    Raises:
        NotFoundError: none was signed at that size.
    """
    found = Checkpoint.objects.filter(size=size).first()
    if found is None:
        raise NotFoundError(f"no checkpoint of {size} entries was signed")
    return found


def timestamp_get(*, size: int) -> Timestamp | None:
    """The time stamp on the checkpoint of this very size, whose text it is over; None for none."""
    return Timestamp.objects.filter(checkpoint_id=size).first()


def checkpoint_note(*, checkpoint: Checkpoint) -> str:
    """The signed note as it is published: the log's signatures, then the cosignatures."""
    lines = checkpoint.cosignatures.values_list("line", flat=True)
    return checkpoint.note + "".join(f"{line}\n" for line in lines)


def consistency_between(*, old: int, new: int) -> list[bytes]:
    """Hashes that prove that the log of ``new`` entries begins with that of ``old``."""
    return consistency_proof(old, new, hash_reader(new))


def entry_list(*, viewer: Viewer) -> QuerySet[Entry]:
    """Entries of what the viewer may read, and the operator's own, newest first."""
    return Entry.objects.filter(told(viewer=viewer, event="event__")).select_related("event")


def entries_about(
    *, viewer: Viewer, subjects: Collection[str], types: Collection[EventType]
) -> QuerySet[Entry]:
    """The viewer's entries that tell of these subjects, e.g. ``run/<id>``, oldest first."""
    told = entry_list(viewer=viewer).filter(event__subject__in=subjects, event__type__in=types)
    return told.order_by("index")


def entry_included(*, viewer: Viewer, index: int) -> Included:
    """An entry with its proof against the best checkpoint there is: see ``vouched_for``.

    Raises:
        NotFoundError: no such entry that the viewer may see, or no checkpoint covers it yet.
    """
    entry = entry_list(viewer=viewer).filter(index=index).first()
    if entry is None:
        raise NotFoundError(f"no entry {index} that you may see")
    return included(entry=entry)


def included(*, entry: Entry) -> Included:
    """The proof of an entry, for services and faces that have scoped it already.

    Raises:
        NotFoundError: no checkpoint covers it yet.
    """
    checkpoint = vouched_for(entry.index)
    if checkpoint is None:
        raise NotFoundError("no checkpoint covers it yet; one is signed within seconds")
    proof = inclusion_proof(entry.index, checkpoint.size, hash_reader(checkpoint.size))
    return Included(entry=entry, checkpoint=checkpoint, proof=proof)


def included_together(*, entries: Collection[Entry]) -> list[Included]:
    """The proofs of entries that were scoped already, against one checkpoint, by index.

    Those that no checkpoint covers yet are left out.
    """
    newest = checkpoint_latest()
    covered = sorted(
        (one for one in entries if newest and one.index < newest.size), key=lambda one: one.index
    )
    checkpoint = vouched_for(covered[-1].index) if covered else None
    if checkpoint is None:
        return []
    size, reader = checkpoint.size, hash_reader(checkpoint.size)
    return [
        Included(entry=one, checkpoint=checkpoint, proof=inclusion_proof(one.index, size, reader))
        for one in covered
    ]


def openings_of(entry: Entry) -> list[Opening]:
    """What shows an entry's fields to whoever may read its event; an erased one has none."""
    event = entry.event
    values = values_of(event.payload, event.actor_id)
    return [
        Opening(path=path, salt=bytes.fromhex(event.salts[path]), value=values[path])
        for path in sorted(event.commitments)
        if path in event.salts and path in values
    ]


def entry_of_event(*, event_id: UUID) -> Entry | None:
    """Where an event stands in the log; None until the sequencer has reached it."""
    return Entry.objects.filter(event_id=event_id).select_related("event").first()


def entry_indexes(*, event_type: EventType, subjects: Collection[str], path: str) -> dict[str, int]:
    """Where events of a type about these subjects stand in the log, by what they say at ``path``.

    For services and faces that have scoped the subjects already. What the sequencer has not
    reached yet is left out.
    """
    rows = Entry.objects.filter(event__type=event_type.value, event__subject__in=subjects)
    return {
        str(said): index
        for index, said in rows.order_by().values_list("index", f"event__payload__{path}")
        if said
    }


def setup_current() -> LogSetup | None:
    """Origin, keys and witness policy of the log now."""
    return LogSetup.objects.first()


def log_state() -> State:
    """How the log stands now.

    Raises:
        NotFoundError: nothing was signed yet.
    """
    setup, checkpoint = setup_current(), checkpoint_latest()
    if setup is None or checkpoint is None:
        raise NotFoundError("no checkpoint was signed yet; the sequencer may not run")
    note = checkpoint_note(checkpoint=checkpoint).encode()
    policy = parse_policy(setup.policy.encode())
    return State(
        setup=setup,
        checkpoint=checkpoint,
        standing=standing(policy, parse_checkpoint(note)),
        unwitnessed=policy.quorum == NONE,
        witnesses=list(Witness.objects.all()),
        refusals=log_refusals(),
        halted=log_halted(),
        timestamp=Timestamp.objects.order_by("-checkpoint_id").first(),
    )


def log_sizes() -> tuple[int, dict[str, int]]:
    """Entries under the newest checkpoint, and under the last that each witness cosigned."""
    newest = checkpoint_latest()
    sizes = dict(Witness.objects.values_list("name", "size"))
    return (newest.size if newest else 0), sizes


def log_refusals() -> list[str]:
    """What witnesses say that saw a log which ours does not extend; empty where all is well."""
    refused = Witness.objects.exclude(refusal="").order_by("name")
    return [f"{witness.name}: {witness.refusal}" for witness in refused]


def log_halted() -> str:
    """Why the log's own signer refuses to sign it; empty where all is well."""
    return Halt.objects.values_list("reason", flat=True).first() or ""


def log_alarms() -> list[str]:
    """What everybody must be told of the log, as sentences without a full stop, by one query."""
    halted = Halt.objects.exclude(reason="").values_list(Value(""), "reason")
    refused = Witness.objects.exclude(refusal="").values_list("name", "refusal")
    return [
        f"A witness refuses this record's log: {name}: {why}"
        if name
        else f"This record's log is not signed any further: {why}"
        for name, why in sorted(halted.union(refused, all=True))
    ]
