import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.domain.dsse import (
    Envelope,
    EnvelopeSignature,
    keyid,
    opened,
    pae,
    parse_envelope,
    signed,
)
from compliance.domain.tlog.errors import FormatError, SignatureError
from compliance.domain.tlog.note_keys import PrivateKey, SignatureType

PAYLOAD, KIND = b'{"a":1}', "application/vnd.in-toto+json"
ONE = PrivateKey("one.example", SignatureType.ED25519, bytes([1]) * 32)
TWO = PrivateKey("two.example", SignatureType.COSIGNATURE_MLDSA44, bytes([2]) * 32)
WITNESS = PrivateKey("three.example", SignatureType.COSIGNATURE_ED25519, bytes([3]) * 32)


def test_the_encoding_that_is_signed_counts_bytes() -> None:
    assert pae("http://example.com/HelloWorld", b"hello world") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )
    assert pae("é", b"") == b"DSSEv1 2 \xc3\xa9 0 "


def test_keys_of_both_algorithms_sign_and_verify() -> None:
    envelope = parse_envelope(signed(KIND, PAYLOAD, [ONE, TWO]).encode())
    assert opened(envelope, [ONE.key, TWO.key]) == (ONE.key, TWO.key)
    assert opened(envelope, [TWO.key, WITNESS.key]) == (TWO.key,)
    assert (envelope.payload_type, envelope.payload) == (KIND, PAYLOAD)


@pytest.mark.parametrize(
    "changed",
    [
        {"payload_type": "text/plain", "payload": PAYLOAD},
        {"payload_type": KIND, "payload": b'{"a":2}'},
        {"payload_type": KIND + " 7", "payload": PAYLOAD},
    ],
)
def test_neither_type_nor_payload_can_be_swapped(changed: dict[str, object]) -> None:
    good = signed(KIND, PAYLOAD, [ONE])
    envelope = Envelope(**changed, signatures=good.signatures)  # type: ignore[arg-type]
    with pytest.raises(SignatureError, match="does not verify"):
        opened(envelope, [ONE.key])


def test_one_bad_signature_of_a_trusted_key_is_enough_to_refuse() -> None:
    good = signed(KIND, PAYLOAD, [ONE, TWO])
    bad = EnvelopeSignature(keyid(TWO.key), good.signatures[0].sig)
    with pytest.raises(SignatureError, match="two"):
        opened(Envelope(KIND, PAYLOAD, (good.signatures[0], bad)), [ONE.key, TWO.key])


def test_unknown_keys_count_for_nothing() -> None:
    envelope = signed(KIND, PAYLOAD, [ONE])
    for keys in ([], [TWO.key]):
        with pytest.raises(SignatureError, match="no signature is of a key"):
            opened(envelope, keys)


def test_a_name_without_its_key_does_not_sign() -> None:
    other = PrivateKey(ONE.name, ONE.kind, bytes([9]) * 32)
    forged = signed(KIND, PAYLOAD, [other]).signatures[0]
    named = EnvelopeSignature(keyid(ONE.key), forged.sig)
    with pytest.raises(SignatureError):
        opened(Envelope(KIND, PAYLOAD, (named,)), [ONE.key])


def test_a_witness_key_attests_nothing() -> None:
    with pytest.raises(FormatError):
        signed(KIND, PAYLOAD, [WITNESS])


GOOD = json.loads(signed(KIND, PAYLOAD, [ONE]).encode())
BAD = {
    "a further field": GOOD | {"more": 1},
    "no signatures": GOOD | {"signatures": []},
    "too many signatures": GOOD | {"signatures": GOOD["signatures"] * 17},
    "a payload in URL-safe base64": GOOD | {"payload": "_-__"},
    "a payload without padding": GOOD | {"payload": GOOD["payload"].rstrip("=")},
    "a payload with bits to spare": GOOD | {"payload": "YQ=="[:1] + "R=="},
    "a payload that is no text": GOOD | {"payload": 1},
    "a signature with a certificate": GOOD
    | {"signatures": [GOOD["signatures"][0] | {"cert": "x"}]},
}


@pytest.mark.parametrize("value", BAD.values(), ids=BAD)
def test_what_is_no_envelope_is_refused(value: object) -> None:
    data = json.dumps(value, separators=(",", ":"), sort_keys=True).encode()
    with pytest.raises(FormatError):
        parse_envelope(data)


def test_an_envelope_has_one_spelling() -> None:
    data = signed(KIND, PAYLOAD, [ONE]).encode()
    assert parse_envelope(data).encode() == data
    for other in (data + b"\n", json.dumps(json.loads(data)).encode()):
        with pytest.raises(FormatError):
            parse_envelope(other)


@given(st.binary(max_size=300))
def test_no_bytes_make_it_fail_otherwise(data: bytes) -> None:
    with pytest.raises(FormatError):
        parse_envelope(data)
