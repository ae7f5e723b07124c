import io
import zipfile

import pytest

from compliance.domain.verify.archive import (
    OPTIONAL,
    PARTS,
    ArchiveError,
    read_archive,
    write_archive,
)

CONTENT = {name: f"this is {name}\n".encode() for name in PARTS}
ARCHIVE = write_archive(CONTENT)


def zipped(names: list[str], method: int = zipfile.ZIP_STORED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name in names:
            archive.writestr(zipfile.ZipInfo(name), CONTENT.get(name, b"x"), method)
    return file.getvalue()


def test_the_parts_come_back_and_other_programs_read_them() -> None:
    assert read_archive(ARCHIVE) == CONTENT
    with zipfile.ZipFile(io.BytesIO(ARCHIVE)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [*PARTS]
        assert archive.read("policy.txt") == CONTENT["policy.txt"]


def test_an_archive_of_the_first_format_has_one_part_less() -> None:
    first = {name: content for name, content in CONTENT.items() if name != OPTIONAL}
    assert read_archive(write_archive(first)) == first
    assert len(write_archive(first)) < len(ARCHIVE)


def test_equal_parts_give_equal_bytes_in_any_order() -> None:
    assert write_archive(dict(reversed(CONTENT.items()))) == ARCHIVE


NAMES = [*PARTS]
BAD = {
    "nothing": b"",
    "no archive": b"<html></html>",
    "written by another program": zipped(NAMES),
    "compressed": zipped(NAMES, zipfile.ZIP_DEFLATED),
    "a part missing": zipped(NAMES[:-1]),
    "a part twice": ARCHIVE[: ARCHIVE.index(b"PK\x03\x04", 4)] + ARCHIVE,
    "another order": zipped([*NAMES[1:], NAMES[0]]),
    "an unknown part": zipped(["run.sh", *NAMES[1:]]),
    "a way upward": zipped(["../ndex.html", *NAMES[1:]]),
    "an absolute way": zipped(["/ndex.html", *NAMES[1:]]),
    "something before it": b"#!/bin/sh\n" + ARCHIVE,
    "something after it": ARCHIVE + b"\x00",
    "a comment": ARCHIVE[:-2] + b"\x01\x00x",
    "cut short": ARCHIVE[:-1],
    "a large part that is not there": ARCHIVE[:18] + b"\xff\xff\x0f\x00" * 2 + ARCHIVE[26:],
    "a part over its limit": ARCHIVE[:18] + b"\xff\xff\xff\x7f" * 2 + ARCHIVE[26:],
    "two archives in one": ARCHIVE + ARCHIVE,
}


@pytest.mark.parametrize("data", BAD.values(), ids=BAD)
def test_what_was_not_written_as_bundles_are_is_refused(data: bytes) -> None:
    with pytest.raises(ArchiveError):
        read_archive(data)


def test_a_link_is_refused() -> None:
    at = ARCHIVE.rindex(b"PK\x01\x02")
    link = ARCHIVE[: at + 38] + (0o120777 << 16).to_bytes(4, "little") + ARCHIVE[at + 42 :]
    with zipfile.ZipFile(io.BytesIO(link)) as archive:
        assert archive.infolist()[-1].external_attr >> 16 == 0o120777
    with pytest.raises(ArchiveError, match="not written as bundles"):
        read_archive(link)


def test_every_flipped_bit_is_refused() -> None:
    for place in range(len(ARCHIVE)):
        for bit in range(8):
            flipped = bytearray(ARCHIVE)
            flipped[place] ^= 1 << bit
            with pytest.raises(ArchiveError):
                read_archive(bytes(flipped))


def test_a_part_over_its_limit_is_not_written() -> None:
    with pytest.raises(ArchiveError, match=r"entry\.json has 65536 bytes"):
        write_archive(CONTENT | {"entry.json": bytes(65_536)})
    with pytest.raises(ArchiveError, match="no other"):
        write_archive(CONTENT | {"run.sh": b""})
