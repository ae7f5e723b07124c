"""``assay-verify`` on the log's own files: the proof of an entry, and a copy of everything."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from compliance.domain.entries import Entry, Link
from compliance.domain.tlog.checkpoint import Checkpoint, parse_checkpoint
from compliance.domain.tlog.cosignature import sign, sign_checkpoint
from compliance.domain.tlog.merkle import inclusion_proof, leaf_hash
from compliance.domain.tlog.note_keys import PrivateKey
from compliance.domain.tlog.tiles import bundles_at, encode_entries, encode_hashes, tiles_at
from compliance.domain.tlog.tlog_proof import TlogProof
from compliance.domain.tlog.witness_policy import Organisation, triple_helix
from compliance.verifier.__main__ import Exit, main
from tests.domain.tlog.keys import LOG, QUANTUM, WITNESS, private
from tests.witness.logs import GrowingLog

SIZE = 600
ORIGIN = "log.example/copied"
WITNESSES = [private(f"{one}.example", WITNESS) for one in ("government", "academia", "industry")]
KEYS = [private(ORIGIN, LOG), private(ORIGIN, QUANTUM)]
Verify = Callable[..., tuple[int, str]]


def entry(number: int) -> bytes:
    event = f"0c6f9b0e-8a4a-4f0e-9d3a-{number:012d}"
    link = Link(number, "a" * 64 if number else "")
    said = Entry(event, "run.cancelled", "", f"run/{number}", "then", {"why": "c" * 64}, link)
    return said.to_bytes()


ENTRIES = [entry(number) for number in range(SIZE)]
TREE = GrowingLog(origin=ORIGIN).append(map(leaf_hash, ENTRIES))


@dataclass(frozen=True)
class Copy:
    """A folder that mirrors the log, and what somebody who checks it has."""

    folder: Path
    policy: Path
    earlier: Path


def noted(size: int, *, keys: list[PrivateKey] = KEYS, root: bytes = b"") -> bytes:
    head = Checkpoint(ORIGIN, size, root or TREE.roots[size])
    signed = sign_checkpoint(head, keys, time=1_700_000_000)
    return signed.signed_by(*(sign(one, head, time=1_700_000_000) for one in WITNESSES)).encode()


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    files = {"checkpoint": noted(SIZE)}
    for bundle in bundles_at(SIZE):
        first = 256 * bundle.index
        files[bundle.path] = encode_entries(ENTRIES[first : first + bundle.width])
    for tile in tiles_at(SIZE):
        places = range(256 * tile.index, 256 * tile.index + tile.width)
        files[tile.path] = encode_hashes([TREE(8 * tile.level, place) for place in places])
    for path, content in files.items():
        file = tmp_path / "copy" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    named = [Organisation(one.key.name, [one.key]) for one in WITNESSES]
    sectors = {one.name.partition(".")[0]: [one] for one in named}
    policy, earlier = tmp_path / "policy.txt", tmp_path / "earlier"
    policy.write_bytes(triple_helix([one.key for one in KEYS], sectors).encode())
    earlier.write_bytes(noted(257))
    return Copy(tmp_path / "copy", policy, earlier)


@pytest.fixture
def verify(copy: Copy, capsys: pytest.CaptureFixture[str]) -> Verify:
    def run(what: Path, *arguments: str | Path) -> tuple[int, str]:
        code = main([str(what), "--policy", str(copy.policy), *map(str, arguments)])
        return code, capsys.readouterr().out

    return run


def test_a_copy_is_verified_entry_by_entry_and_continues_what_was_kept(
    copy: Copy, verify: Verify
) -> None:
    code, said = verify(copy.folder, "--earlier", copy.earlier)
    assert code == Exit.VERIFIED
    assert [line.split()[0] for line in said.splitlines()[:4]] == [
        *("checkpoint", "entries", "tiles", "consistency")
    ]
    assert "600 entries, which hash to the checkpoint's root" in said
    assert "4 tiles" in said
    assert "its first 257 entries are those of the earlier checkpoint" in said


def test_every_file_counts(copy: Copy, verify: Verify) -> None:
    draw = random.Random(5)  # noqa: S311
    files = sorted(one for one in copy.folder.rglob("*") if one.is_file())
    assert len(files) == 8
    for file in files:
        whole = bytearray(file.read_bytes())
        end = whole.index(b"\n\n") if file.name == "checkpoint" else len(whole)
        at = draw.randrange(end)
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << draw.randrange(8)]) + whole[at + 1 :])
        assert verify(copy.folder)[0] == Exit.BROKEN, file
        file.unlink()
        hash_tile = "entries" not in file.parts and file.name != "checkpoint"
        assert verify(copy.folder)[0] == (Exit.VERIFIED if hash_tile else Exit.BROKEN), file
        file.write_bytes(whole)


def test_two_histories_are_told_apart(copy: Copy, verify: Verify) -> None:
    copy.earlier.write_bytes(noted(257, root=b"r" * 32))
    code, said = verify(copy.folder, "--earlier", copy.earlier)
    assert (code, "two histories" in said) == (Exit.BROKEN, True)
    (copy.folder / "checkpoint").write_bytes(noted(300))
    copy.earlier.write_bytes(noted(SIZE))
    code, said = verify(copy.folder, "--earlier", copy.earlier)
    assert code == Exit.BROKEN


def test_an_entrys_proof_brings_the_entry_or_is_given_it(
    copy: Copy, verify: Verify, tmp_path: Path
) -> None:
    hashes = tuple(inclusion_proof(7, SIZE, TREE))
    bare = TlogProof(7, hashes, parse_checkpoint(noted(SIZE)))
    file, body = tmp_path / "entry-7.tlog-proof", tmp_path / "entry.json"
    file.write_bytes(replace(bare, extra=ENTRIES[7]).encode())
    code, said = verify(file)
    assert (code, "run.cancelled run/7" in said) == (Exit.VERIFIED, True)
    file.write_bytes(bare.encode())
    assert verify(file)[0] == Exit.BROKEN
    body.write_bytes(ENTRIES[7])
    assert verify(file, "--entry", body)[0] == Exit.VERIFIED
    body.write_bytes(ENTRIES[8])
    code, said = verify(file, "--entry", body)
    assert (code, "BROKEN at 'inclusion'" in said) == (Exit.BROKEN, True)
    file.write_bytes(replace(bare, extra=ENTRIES[7]).encode().replace(b"index 7", b"index 8"))
    assert verify(file)[0] == Exit.BROKEN


def test_a_copy_that_no_quorum_saw_is_none(copy: Copy, verify: Verify) -> None:
    head = Checkpoint(ORIGIN, SIZE, TREE.roots[SIZE])
    (copy.folder / "checkpoint").write_bytes(sign_checkpoint(head, KEYS, time=1).encode())
    code, said = verify(copy.folder)
    assert (code, "BROKEN at 'checkpoint'" in said) == (Exit.BROKEN, True)
