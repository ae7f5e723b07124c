"""The fuzzers' targets hold on sound inputs, and on a few changed ones, whenever tests run."""

from __future__ import annotations

import random

import pytest

from tests.fuzz.targets import targets

CHANGES = 60


def changed(seed: bytes, draw: random.Random) -> bytes:
    """A few bytes flipped, cut out, doubled or put in."""
    data = bytearray(seed)
    for _ in range(draw.randrange(1, 4)):
        at = draw.randrange(len(data) + 1)
        length = draw.randrange(1, 9)
        match draw.randrange(4):
            case 0 if at < len(data):
                data[at] ^= 1 << draw.randrange(8)
            case 1:
                del data[at : at + length]
            case 2:
                data[at:at] = data[at : at + length]
            case _:
                data[at:at] = draw.randbytes(length)
    return bytes(data)


@pytest.mark.parametrize("name", targets())
def test_a_target_takes_its_seeds_and_keeps_to_its_rule(name: str) -> None:
    target, draw = targets()[name], random.Random(name)  # noqa: S311
    for seed in target.seeds:
        assert target.accepts(seed)
        for _ in range(CHANGES):
            target.accepts(changed(seed, draw))
    assert not target.accepts(b"\xff")
