import hashlib

import pytest

from compliance.domain.commitments import CommitmentError, Opening, commitment, disclosed

SALT = bytes(range(32))
OTHER = bytes(31) + b"\x01"
NAME = Opening("model/name", SALT, "northwind/smol")
NOTE = Opening("note", OTHER, {"b": [1, 2.5, None], "a": True})


def test_a_commitment_is_the_digest_that_its_definition_gives() -> None:
    preimage = b"assay/commitment/v1\x00" + b"\x00\x04note" + OTHER + b'{"a":true,"b":[1,2.5,null]}'
    assert NOTE.commitment == hashlib.sha256(preimage).hexdigest()


@pytest.mark.parametrize(
    "other",
    [
        Opening("model/nam", SALT, "northwind/smol"),
        Opening("model/name", OTHER, "northwind/smol"),
        Opening("model/name", SALT, "northwind/smo1"),
        Opening("model/name", SALT, ["northwind/smol"]),
        Opening("n", SALT, "northwind/smol"),
    ],
)
def test_another_path_salt_or_value_gives_another_commitment(other: Opening) -> None:
    assert other.commitment != NAME.commitment


def test_what_stands_at_the_end_of_a_path_cannot_be_moved_into_the_salt() -> None:
    moved = commitment("a", b"b" + SALT[:31], "x")
    assert commitment("ab", SALT[:31] + b"\x00", "x") != moved


def test_openings_show_their_fields_and_what_is_erased_stays_redacted() -> None:
    commitments = {one.path: one.commitment for one in (NAME, NOTE)}
    assert disclosed(commitments, [NOTE, NAME]) == (
        {"note": NOTE.value, "model/name": NAME.value},
        (),
    )
    assert disclosed(commitments, [NOTE]) == ({"note": NOTE.value}, ("model/name",))


@pytest.mark.parametrize(
    "openings",
    [
        [Opening("model/name", SALT, "somebody/else")],
        [Opening("model/name", OTHER, "northwind/smol")],
        [Opening("unheard/of", SALT, 1)],
        [NAME, NAME],
        [Opening("model/name", SALT, float("nan"))],
    ],
)
def test_an_opening_of_something_else_is_refused(openings: list[Opening]) -> None:
    with pytest.raises(CommitmentError):
        disclosed({NAME.path: NAME.commitment}, openings)


def test_an_opening_comes_back_from_its_json() -> None:
    assert Opening.from_json(NOTE.to_json()) == NOTE


@pytest.mark.parametrize(
    "value",
    [
        None,
        {"path": "a", "salt": "00" * 32},
        {"path": "a", "salt": "00" * 32, "value": 1, "more": 1},
        {"path": 1, "salt": "00" * 32, "value": 1},
        {"path": "a", "salt": "00" * 31, "value": 1},
        {"path": "a", "salt": "AA" * 32, "value": 1},
        {"path": "a", "salt": " " + "00" * 32, "value": 1},
        {"path": "a", "salt": "zz" * 32, "value": 1},
    ],
)
def test_json_that_is_no_opening_is_refused(value: object) -> None:
    with pytest.raises(CommitmentError):
        Opening.from_json(value)


@pytest.mark.parametrize(
    ("path", "salt", "value"),
    [
        ("", SALT, 1),
        ("x" * 201, SALT, 1),
        ("\ud800", SALT, 1),
        ("a", SALT[:31], 1),
        ("a", SALT, 2**53),
        ("a", SALT, "\ud800"),
    ],
)
def test_what_has_no_single_encoding_is_not_committed_to(
    path: str, salt: bytes, value: int | str
) -> None:
    with pytest.raises(CommitmentError):
        commitment(path, salt, value)
