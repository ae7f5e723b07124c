"""What the log's formats cost in pure Python: ``make bench NAME=tlog``.

Processor time of this process, the least of several rounds: other programs on the machine disturb
it least.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from time import process_time

import pytest

from compliance.domain.tlog.checkpoint import Checkpoint
from compliance.domain.tlog.compact_range import CompactRange
from compliance.domain.tlog.cosignature import sign_checkpoint
from compliance.domain.tlog.merkle import consistency_proof, inclusion_proof, leaf_hash
from compliance.domain.tlog.tiles import TileReader, encode_hashes, tiles_at
from compliance.domain.tlog.tlog_proof import TlogProof, parse_proof, verify_proof
from compliance.domain.tlog.witness_policy import SECTORS, Organisation, triple_helix
from tests.domain.tlog.keys import LOG, QUANTUM, WITNESS, private

pytestmark = pytest.mark.bench
ROUNDS = 5
BATCH = 10_000
SIZE = 200_000
ORIGIN = "log.example/one"
ENTRY = b"x" * 1_500


def least(work: Callable[[], object], times: int = 1) -> float:
    """Seconds of one piece of work."""
    best = float("inf")
    for _ in range(ROUNDS):
        start = process_time()
        for _ in range(times):
            work()
        best = min(best, (process_time() - start) / times)
    return best


class Written:
    """A log of ``SIZE`` entries as tiles in memory."""

    def __init__(self) -> None:
        self.hashes: dict[tuple[int, int], bytes] = {}
        self.edge = CompactRange()
        self.edge.extend((leaf_hash(b"%d" % at) for at in range(SIZE)), self._keep)
        self.files = {
            tile.path: encode_hashes(
                [
                    self.hashes[tile.level, at]
                    for at in range(tile.index * 256, tile.index * 256 + tile.width)
                ]
            )
            for tile in tiles_at(SIZE)
        }

    def _keep(self, level: int, index: int, found: bytes) -> None:
        if level % 8 == 0:
            self.hashes[level // 8, index] = found


def test_figures() -> None:
    log, random = Written(), Random(1)  # noqa: S311
    keys = [private(ORIGIN, LOG), private(ORIGIN, QUANTUM)]
    witnesses = {
        sector: [private(f"{sector}.example", WITNESS), private(f"{sector}.example", QUANTUM)]
        for sector in SECTORS
    }
    helix = {
        sector: [Organisation(f"{sector}-1", [key.key for key in each])]
        for sector, each in witnesses.items()
    }
    policy = triple_helix([key.key for key in keys], helix)
    signers = [*keys, *(key for each in witnesses.values() for key in each)]
    head = Checkpoint(ORIGIN, SIZE, log.edge.root)
    signed = sign_checkpoint(head, signers, time=1)
    index = random.randrange(SIZE)
    reader = TileReader(SIZE, log.files.get)
    proof = TlogProof(index, tuple(inclusion_proof(index, SIZE, reader)), signed).encode()
    leaf = leaf_hash(b"%d" % index)

    def append() -> None:
        CompactRange(SIZE, log.edge.hashes).extend(
            (leaf_hash(ENTRY) for _ in range(BATCH)), lambda *_: None
        )

    def prove() -> None:
        cold = TileReader(SIZE, log.files.get)
        inclusion_proof(random.randrange(SIZE), SIZE, cold)

    def continue_() -> None:
        consistency_proof(random.randrange(1, SIZE), SIZE, TileReader(SIZE, log.files.get))

    print(f"\nentries of 1,500 bytes hashed and appended: {BATCH / least(append):,.0f} a second")
    print(f"inclusion proof from tiles, nothing cached: {least(prove, 20) * 1e3:.2f} ms")
    print(f"consistency proof from tiles, nothing cached: {least(continue_, 20) * 1e3:.2f} ms")
    both = least(lambda: sign_checkpoint(head, keys, time=1), 20)
    print(f"checkpoint signed by Ed25519 and ML-DSA-44: {both * 1e3:.2f} ms")
    check = least(lambda: verify_proof(parse_proof(proof), leaf=leaf, policy=policy), 20)
    print(f"tlog-proof of {len(proof):,} bytes, 8 signatures, verified: {check * 1e3:.2f} ms")
