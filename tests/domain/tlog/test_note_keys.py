"""Keys: the specification's example, public vectors, and what must be refused."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.domain.tlog.errors import FormatError
from compliance.domain.tlog.key_files import read_private_keys, write_private_keys
from compliance.domain.tlog.note_keys import (
    _SMALL_ORDER,
    PrivateKey,
    SignatureType,
    VerifierKey,
    parse_private_key,
    parse_vkey,
)
from tests.domain.tlog.keys import QUANTUM, WITNESS, private
from tests.vectors import vectors

EXAMPLE = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P


def test_the_specifications_key_is_read_and_written() -> None:
    key = parse_vkey(EXAMPLE)
    assert (key.name, key.kind, key.key_id.hex()) == ("example.com/foo", 1, "530d903a")
    assert str(key) == EXAMPLE


@settings(max_examples=40)
@given(
    name=st.text(min_size=1, max_size=20).filter(lambda one: one.isprintable() and " " not in one),
    kind=st.sampled_from(SignatureType),
    seed=st.binary(min_size=32, max_size=32),
)
def test_keys_are_read_back(name: str, kind: SignatureType, seed: bytes) -> None:
    try:
        one = PrivateKey(name, kind, seed)
    except FormatError:
        assert "+" in name or any(each.isspace() for each in name)
        return
    assert parse_private_key(one.encode()) == one
    assert parse_vkey(str(one.key)) == one.key
    assert one.key.verify_message(b"said", one.sign_message(b"said"))
    assert seed.hex() not in repr(one)


@given(at=st.integers(0, len(EXAMPLE) - 1), to=st.characters(max_codepoint=127))
def test_a_changed_key_is_another_key_or_none(at: int, to: str) -> None:
    changed = EXAMPLE[:at] + to + EXAMPLE[at + 1 :]
    try:
        found = parse_vkey(changed)
    except FormatError:
        return
    assert changed == EXAMPLE == str(found)


@given(
    text=st.one_of(st.text(max_size=80), st.from_regex(r"[a-z]{1,3}\+[0-9a-f]{8}\+[A-Za-z0-9+/=]*"))
)
def test_other_texts_are_no_keys(text: str) -> None:
    for parse in (parse_vkey, parse_private_key):
        with pytest.raises(FormatError):
            parse(text)
    with pytest.raises(FormatError):
        parse_private_key(f"PRIVATE+KEY+{text}")


@pytest.mark.parametrize("y", sorted(_SMALL_ORDER))
@pytest.mark.parametrize("sign", [0, 1 << 255])
def test_keys_of_small_order_are_refused(y: int, sign: int) -> None:
    assert order_divides_eight(y)
    with pytest.raises(FormatError, match="small order"):
        VerifierKey("weak", SignatureType.ED25519, (y | sign).to_bytes(32, "little"))
    if y + P < 2**255:
        with pytest.raises(FormatError):
            VerifierKey("weak", WITNESS, (y + P | sign).to_bytes(32, "little"))


def test_there_are_no_other_points_of_small_order() -> None:
    """Eight points, two for each y but 1 and -1, of which x is 0."""
    assert sum(1 if y in {1, P - 1} else 2 for y in _SMALL_ORDER) == 8
    assert not order_divides_eight(4 * pow(5, -1, P) % P)  # the generator


def order_divides_eight(y: int) -> bool:
    x2 = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    assert (x * x - x2) % P == 0
    point = (x, y)
    for _ in range(3):
        (a, b), t = point, D * point[0] ** 2 * point[1] ** 2 % P
        point = (
            2 * a * b * pow(1 + t, -1, P) % P,
            (b * b + a * a) * pow(1 - t, -1, P) % P,
        )
    return point == (0, 1)


def test_ed25519_agrees_with_the_public_vectors() -> None:
    """Wycheproof: 151 of 151 under the one rule that verdicts rest on."""
    ((_, found),) = vectors("wycheproof", "ed25519_test.json")
    wrong, seen = [], 0
    for group in found["testGroups"]:
        public = bytes.fromhex(group["publicKey"]["pk"])
        for one in group["tests"]:
            seen += 1
            if verified(public, one, SignatureType.ED25519) is not (one["result"] == "valid"):
                wrong.append(one["tcId"])
    assert (seen, wrong) == (151, [])


def test_mldsa_agrees_with_the_public_vectors() -> None:
    """Wycheproof: 180 of 180 but for those signed with a context, which no cosignature has."""
    ((_, found),) = vectors("wycheproof", "mldsa_44_verify_test.json")
    wrong, with_context, seen = [], [], 0
    for group in found["testGroups"]:
        public = bytes.fromhex(group["publicKey"])
        for one in group["tests"]:
            seen += 1
            accepted = verified(public, one, QUANTUM)
            if one.get("ctx"):
                with_context.append(accepted)
            elif accepted is not (one["result"] == "valid"):
                wrong.append(one["tcId"])
    assert (seen, wrong) == (180, [])
    assert not any(with_context)


def verified(public: bytes, one: dict[str, Any], kind: SignatureType) -> bool:
    try:
        key = VerifierKey("wycheproof", kind, public)
    except FormatError:
        return False
    return key.verify_message(bytes.fromhex(one["msg"]), bytes.fromhex(one["sig"]))


def test_private_keys_in_a_file_are_their_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    keys = [private("w", WITNESS), private("w", QUANTUM)]
    os.umask(0)
    write_private_keys(file, *keys)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert read_private_keys(file) == keys
    with pytest.raises(FileExistsError):
        write_private_keys(file, *keys)
    file.chmod(0o640)
    with pytest.raises(FormatError, match="mode 640"):
        read_private_keys(file)
    file.chmod(0o600)
    for text in ("", "\n", "no key\n", keys[0].encode()[:-2]):
        file.write_text(text)
        with pytest.raises(FormatError) as refused:
            read_private_keys(file)
        assert keys[0].encode()[-20:] not in str(refused.value)
