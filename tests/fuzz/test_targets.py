"""The fuzzers' targets hold on sound inputs, and on a few changed ones, whenever tests run."""

from __future__ import annotations

import base64
import json
import random

import pytest

from compliance.domain.model_signatures import ManifestError, manifest_verified
from tests.fuzz.targets import certified, targets

CHANGES = 60
P_256, UNKNOWN = (
    b"\x06\x08\x2a" + second + b"\x48\xce\x3d\x03\x01\x07" for second in (b"\x86", b"\x96")
)
"""Object identifiers of a curve (RFC 5480), and of none."""
VERSION_3, VERSION_7 = b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x06"
"""Of a certificate (RFC 5280), and of none."""


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


@pytest.mark.parametrize(
    ("sound", "other", "said"),
    [(P_256, UNKNOWN, "not supported"), (VERSION_3, VERSION_7, "not a valid X509 version")],
)
def test_a_certificate_that_the_library_does_not_know_is_refused(
    sound: bytes, other: bytes, said: str
) -> None:
    """Found by the fuzzer: the library raises errors of other kinds for these."""
    value = json.loads(certified())
    material = value["verificationMaterial"]["certificate"]
    raw = base64.b64decode(material["rawBytes"])
    assert sound in raw
    material["rawBytes"] = base64.b64encode(raw.replace(sound, other, 1)).decode()
    with pytest.raises(ManifestError, match=said):
        manifest_verified(json.dumps(value).encode(), None)
