"""Many clients, several processes of one state, and kills: never two heads of one size."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from random import Random

import pytest

from compliance.domain.tlog.checkpoint import SignedCheckpoint, parse_checkpoint
from compliance.domain.tlog.cosignature import split_payload, verifiers
from compliance.domain.tlog.note_keys import VerifierKey
from compliance.domain.tlog.signed_note import SignedNote, open_note, parse_lines
from compliance.witness.server import WitnessServer
from tests.witness.conftest import Process, post
from tests.witness.kills import Storm
from tests.witness.logs import GrowingLog


class Flavours:
    """One log's keys over several histories that part from one another at the first leaf."""

    def __init__(self, count: int, size: int) -> None:
        self.logs = [GrowingLog(f"flavour {at}").grow(size) for at in range(count)]

    def request(self, random: Random, old: int) -> tuple[SignedCheckpoint, bytes]:
        log = random.choice(self.logs)
        size = old + random.randrange(4)
        return log.head(size), log.request(old, size)


def cosigned(head: SignedCheckpoint, body: bytes, keys: list[VerifierKey]) -> int:
    note = SignedNote(head.note.text, parse_lines(body.decode()))
    lines = open_note(note, verifiers(keys))
    return min(split_payload(key, one.payload)[0] for key, one in zip(keys, lines, strict=True))


def race(ports: list[int], keys: list[VerifierKey], seed: int) -> dict[int, set[bytes]]:
    """Roots that were cosigned, by size, when eight clients push several histories at once."""
    flavours = Flavours(3, 60)
    seen: dict[int, set[bytes]] = defaultdict(set)

    def client(number: int) -> None:
        random, old = Random(seed * 100 + number), 0  # noqa: S311
        for _ in range(25):
            head, body = flavours.request(random, old)
            with suppress(OSError):
                answer = post(random.choice(ports), body)
                if answer.status == 200:
                    cosigned(head, answer.body, keys)
                    seen[head.checkpoint.size].add(head.checkpoint.root)
                    old = head.checkpoint.size
                elif answer.status == 409:
                    old = int(answer.body)
                old = min(old, 55)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(client, range(8)))
    return seen


def test_clients_that_race_never_get_two_heads_of_one_size(server: WitnessServer) -> None:
    keys = [one.key for one in server.witness._signers]
    seen = race([server.server_port], keys, 1)
    assert seen
    assert all(len(roots) == 1 for roots in seen.values())


def test_two_processes_of_one_state_never_cosign_two_heads_of_one_size(
    process: Callable[[], Process],
) -> None:
    first, second = process(), process()
    seen = race([first.port, second.port], first.vkeys, 7)
    assert seen
    assert all(len(roots) == 1 for roots in seen.values())


@pytest.mark.parametrize("kills", [4])
def test_killed_at_any_moment_it_forgets_nothing_that_it_signed(
    process: Callable[[], Process], kills: int
) -> None:
    storm = Storm(process(), kills=kills, seed=1)
    storm.run()
    assert storm.kills == kills
    assert storm.faults == []
    assert storm.answers > kills
    assert storm.cosigned
    head = parse_checkpoint(storm.latest())
    assert head.checkpoint.size >= max(storm.heads)
