"""Policies: the specification's example, quorums against a brute count, and files."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.domain.tlog.checkpoint import Checkpoint, SignedCheckpoint
from compliance.domain.tlog.cosignature import sign, sign_checkpoint
from compliance.domain.tlog.errors import FormatError, SignatureError
from compliance.domain.tlog.note_keys import SignatureType, VerifierKey
from compliance.domain.tlog.policy_file import parse_policy
from compliance.domain.tlog.signed_note import NoteSignature
from compliance.domain.tlog.witness_policy import (
    SECTORS,
    Group,
    Log,
    Organisation,
    Policy,
    Witness,
    standing,
    triple_helix,
)
from tests.domain.tlog.keys import LOG, QUANTUM, WITNESS, private

ORIGIN = "log.example/one"
LOG_KEY = private(ORIGIN, LOG)
CHECKPOINT = Checkpoint(ORIGIN, 7, b"\7" * 32)
NAMES = ("X1", "X2", "X3", "Y1", "Y2", "Y3")
WITNESSES = {name: private(f"{name}.example", WITNESS) for name in NAMES}
EXAMPLE = "\n".join(
    [
        "# two organisations",
        f"log {LOG_KEY.key}",
        "",
        *(f"witness {name} {WITNESSES[name].key}\thttps://{name}.example/" for name in NAMES[:3]),
        "group X-witnesses 2 X1 X2 X3",
        *(f"  witness\t{name}  {WITNESSES[name].key} " for name in NAMES[3:]),
        "group Y-witnesses any Y1 Y2 Y3",
        "group X-and-Y all X-witnesses Y-witnesses",
        "quorum X-and-Y",
        "",
    ]
).encode()


def cosigned(*names: str, time: int = 5) -> SignedCheckpoint:
    signed = sign_checkpoint(CHECKPOINT, [LOG_KEY], time=time)
    return signed.signed_by(*(sign(WITNESSES[name], CHECKPOINT, time=time) for name in names))


def test_the_specifications_example_needs_what_it_says() -> None:
    policy = parse_policy(EXAMPLE)
    assert policy.witnesses[0].url == "https://X1.example/"
    for chosen in product([False, True], repeat=6):
        names = [name for name, one in zip(NAMES, chosen, strict=True) if one]
        found = standing(policy, cosigned(*names))
        assert found.quorum is (sum(chosen[:3]) >= 2 and any(chosen[3:])), names
        assert found.times == dict.fromkeys(names, 5)
        assert bool(found.missing) is not found.quorum
    assert "X-witnesses" in standing(policy, cosigned("X1", "Y1")).missing


def test_a_policy_is_written_as_it_is_read() -> None:
    policy = parse_policy(EXAMPLE)
    assert parse_policy(policy.encode()) == policy


def test_the_triple_helix_needs_one_of_each_sector_and_counts_an_organisation_once() -> None:
    keys = {
        name: [private(f"{name}.example", WITNESS), private(f"{name}.example", QUANTUM)]
        for name in ("ministry", "agency", "university", "firm")
    }
    bodies = {name: Organisation(name, [one.key for one in each]) for name, each in keys.items()}
    sectors = {
        "government": [bodies["ministry"], bodies["agency"]],
        "academia": [replace(bodies["university"], keys=[keys["university"][0].key])],
        "industry": [bodies["firm"]],
    }
    policy = triple_helix([LOG_KEY.key], sectors)
    assert parse_policy(policy.encode()) == policy
    for chosen in product([False, True], repeat=7):
        signers = [
            *keys["ministry"], *keys["agency"], keys["university"][0], *keys["firm"]
        ]  # fmt: skip
        lines = [
            sign(one, CHECKPOINT, time=9) for one, yes in zip(signers, chosen, strict=True) if yes
        ]
        found = standing(policy, cosigned().signed_by(*lines))
        government, academia, industry = any(chosen[:4]), chosen[4], any(chosen[5:])
        assert found.quorum is (government and academia and industry)
        assert {one for one in SECTORS if one in found.witnessed} == {
            name for name, yes in zip(SECTORS, (government, academia, industry), strict=True) if yes
        }
    with pytest.raises(FormatError, match="has no 2 members"):
        triple_helix([LOG_KEY.key], sectors, threshold=2)
    with pytest.raises(FormatError, match="sectors"):
        triple_helix([LOG_KEY.key], {"government": [bodies["ministry"]]})


def test_only_a_trusted_key_of_the_origin_makes_a_checkpoint_the_logs() -> None:
    policy = parse_policy(EXAMPLE)
    other = private("other.example/log", LOG)
    both = replace(policy, logs=(Log(LOG_KEY.key), Log(other.key)))
    witnessed = [sign(WITNESSES[name], CHECKPOINT, time=5) for name in NAMES]
    foreign = SignedCheckpoint(CHECKPOINT, sign_checkpoint(CHECKPOINT, [other], time=5).note)
    with pytest.raises(SignatureError, match="no trusted key of the log"):
        standing(both, foreign.signed_by(*witnessed))
    standing(both, cosigned())


def test_a_witness_whose_line_is_wrong_spoils_the_checkpoint() -> None:
    policy = parse_policy(EXAMPLE)
    key = WITNESSES["X1"].key
    line = NoteSignature(key.name, key.key_id, b"\0" * 72)
    with pytest.raises(SignatureError, match="does not verify"):
        standing(policy, cosigned(*NAMES[1:]).signed_by(line))


def test_a_witness_vouches_for_a_time_and_the_latest_one_counts() -> None:
    policy = parse_policy(EXAMPLE)
    assert standing(policy, cosigned("X1", time=0)).times == {}
    twice = cosigned("X1", time=5).signed_by(sign(WITNESSES["X1"], CHECKPOINT, time=8))
    assert standing(policy, twice).times == {"X1": 8}


def test_a_quorum_of_none_asks_for_nothing_but_the_log() -> None:
    policy = Policy((Log(LOG_KEY.key),), (), (), "none")
    assert standing(policy, cosigned()).quorum
    single = Policy((Log(LOG_KEY.key),), (Witness("X1", WITNESSES["X1"].key),), (), "X1")
    assert standing(single, cosigned()).missing == "without 'X1'"


KEY = WITNESSES["X1"].key
SAME = VerifierKey("renamed", SignatureType.COSIGNATURE_ED25519, KEY.public)
W1 = f"witness a {KEY}\n"
W2 = f"witness b {WITNESSES['X2'].key}\n"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no quorum|has none"),
        (W1, "has none"),
        ("quorum none", "cut off"),
        ("quorum none\nquorum none\n", "line 2: .*second"),
        ("quorum nobody\n", "line 1: .*not defined"),
        (f"{W1}quorum a extra\n", "not used like that"),
        (f"quorum a\n{W1}", "line 1: .*not defined"),
        (f"group g any a\n{W1}quorum g\n", "not defined"),
        (f"{W1}group g any\nquorum g\n", "not used"),
        (f"{W1}group g 0 a\nquorum g\n", "has no 0 members"),
        (f"{W1}group g 2 a\nquorum g\n", "has no 2 members"),
        (f"{W1}group g 01 a\nquorum g\n", "decimal"),
        (f"{W1}group g most a\nquorum g\n", "decimal"),
        (f"{W1}group g any a a\nquorum g\n", "more than once"),
        (f"{W1}group g any a\ngroup h any a g\nquorum h\n", "more than once"),
        (f"{W1}group g any none\nquorum g\n", "not defined"),
        (f"{W1}group a any a\nquorum a\n", "taken"),
        (f"{W1}group none any a\nquorum none\n", "taken"),
        (f"{W1}{W1}quorum a\n", "taken"),
        (f"{W1}witness b {KEY}\nquorum a\n", "twice"),
        (f"{W1}witness b {SAME}\nquorum a\n", "twice"),
        (f"log {LOG_KEY.key}\nlog {LOG_KEY.key}\nquorum none\n", "twice"),
        (f"log {KEY}\nquorum none\n", "type"),
        (f"witness a {LOG_KEY.key}\nquorum a\n", "type"),
        (f"witness a {str(KEY)[:-2]}\nquorum a\n", "line 1"),
        (f"log {LOG_KEY.key} url more\nquorum none\n", "not used"),
        (f"{W1}quorum a\r\n", "control"),
        (f"{W1}quorum a\x7f\n", "control"),
        (f"{W1}quorum\u00a0a\n", "not used"),
        ("Quorum none\n", "not used"),
        ("#" * (1 << 20) + "\nquorum none\n", "limit"),
    ],
)
def test_what_a_file_may_not_say(text: str, why: str) -> None:
    with pytest.raises(FormatError, match=why):
        parse_policy(text.encode())


def test_a_log_cannot_be_its_own_witness() -> None:
    key = private(ORIGIN, QUANTUM).key
    with pytest.raises(FormatError, match="a log and a witness"):
        Policy((Log(key),), (Witness("a", key),), (), "a")


def test_names_are_octets() -> None:
    kelvin, broken = b"\xe2\x84\xaa", b"\xff\xfe"
    data = W1.encode().replace(b" a ", b" " + kelvin + b" ")
    data += W2.encode().replace(b" b ", b" " + broken + b" ")
    data += b"group g all " + kelvin + b" " + broken + b"\nquorum g\n# \xff\n"
    policy = parse_policy(data)
    assert parse_policy(policy.encode()) == policy
    with pytest.raises(FormatError, match="not defined"):
        parse_policy(data.replace(b"all " + kelvin, b"all K"))
    missing = standing(replace(policy, logs=(Log(LOG_KEY.key),)), cosigned()).missing
    assert missing == "0 of 2 needed, without '\u212a', '\\udcff\\udcfe'"


LINES = st.sampled_from(
    [
        W1,
        W2,
        f"log {LOG_KEY.key} u\n",
        "group g any a b\n",
        "group h 1 g\n",
        "quorum h\n",
        "quorum none\n",
    ]
)
NOISE = st.text(st.sampled_from("quorm negplabdthis1#\t\n\xff"), max_size=12)


@given(parts=st.lists(st.one_of(LINES, NOISE), max_size=8))
def test_arbitrary_files_are_policies_that_can_be_written_or_refused(parts: list[str]) -> None:
    try:
        policy = parse_policy("".join(parts).encode("latin-1"))
    except FormatError:
        return
    assert parse_policy(policy.encode()) == policy
    assert isinstance(policy.groups, tuple) and all(isinstance(one, Group) for one in policy.groups)
