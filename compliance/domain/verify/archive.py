"""The archive of a bundle or a docket: a ZIP file that can be written in one way only.

Stored, never compressed: its bytes then depend on no compressor, and no small file can unpack to a
large one. Fixed names in a fixed order, one date, no flags, no extra fields, no comment. So there
is nothing for a reader to interpret: ``read_archive`` finds each part where the one before it ends,
writes the archive again and refuses what differs. Any program opens it.

Source: PKWARE APPNOTE 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping

from compliance.domain.errors import AssayError

PARTS: Mapping[str, int] = {
    "index.html": 1 << 20,
    "attestation.dsse.json": 1 << 20,
    "entry.json": 65_535,
    "openings.json": 1 << 20,
    "entry.tlog-proof": 1 << 20,
    "policy.txt": 1 << 20,
    "items.jsonl": 1 << 28,
    "plan.json": 1 << 20,
}
"""Name to the most bytes that it may have, in the archive's order."""

OPTIONAL = "plan.json"
"""The last, which bundles of the first format do not have; every other part is there."""

MAX_ARCHIVE_BYTES = 1 << 29

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_LOCAL_MARK = b"PK\x03\x04"
_NEEDED, _MADE_BY = 20, 0x0300 + 20
_DATE = (1 << 5) | 1
"""1 January 1980, the first day that the format knows."""
_MODE = 0o100644 << 16


class ArchiveError(AssayError):
    """Bytes that are no such archive; the message names the first fault."""


def write_archive(parts: Mapping[str, bytes], limits: Mapping[str, int] = PARTS) -> bytes:
    """The archive of these parts.

    Args:
        limits: name to the most bytes that each may have, in the archive's order.

    Raises:
        ArchiveError: a part is missing, unknown or too large.
    """
    if set(parts) | ({OPTIONAL} & set(limits)) != set(limits):
        raise ArchiveError(f"it has the parts {', '.join(limits)}, and no other")
    body, central = bytearray(), bytearray()
    names = [name for name in limits if name in parts]
    for name in names:
        content = parts[name]
        if len(content) > limits[name]:
            raise ArchiveError(f"{name} has {len(content)} bytes, more than {limits[name]}")
        encoded = name.encode("ascii")
        same = (0, _DATE, zlib.crc32(content), len(content), len(content), len(encoded), 0)
        offset = len(body)
        body += _LOCAL.pack(_LOCAL_MARK, _NEEDED, 0, 0, *same) + encoded + content
        central += _CENTRAL.pack(
            b"PK\x01\x02", _MADE_BY, _NEEDED, 0, 0, *same, 0, 0, 0, _MODE, offset
        )
        central += encoded
    count = len(names)
    end = _END.pack(b"PK\x05\x06", 0, 0, count, count, len(central), len(body), 0)
    return bytes(body + central + end)


def parts_counted(data: bytes) -> int:
    """How many parts an archive says that it has; nothing is verified of it.

    Raises:
        ArchiveError: it has no end.
    """
    end = data[-_END.size :]
    if len(end) < _END.size or end[:4] != b"PK\x05\x06":
        raise ArchiveError("the archive is cut short: it has no end")
    count: int = _END.unpack(end)[4]
    return count


def read_archive(data: bytes, limits: Mapping[str, int] = PARTS) -> dict[str, bytes]:
    """The parts of an archive.

    Args:
        limits: as ``write_archive`` has it.

    Raises:
        ArchiveError: it is cut short, holds another part or another size than its place allows, or
            differs by a single bit from what ``write_archive`` would write.
    """
    if len(data) > MAX_ARCHIVE_BYTES:
        raise ArchiveError(f"an archive of {len(data)} bytes, more than {MAX_ARCHIVE_BYTES}")
    parts: dict[str, bytes] = {}
    offset = 0
    for name in limits:
        if name == OPTIONAL and not data.startswith(_LOCAL_MARK, offset):
            break
        parts[name] = _part(data, offset, name, limits[name])
        offset += _LOCAL.size + len(name) + len(parts[name])
    if write_archive(parts, limits) != data:
        raise ArchiveError("the archive is not written as bundles are")
    return parts


def _part(data: bytes, offset: int, name: str, most: int) -> bytes:
    header = data[offset : offset + _LOCAL.size]
    start = offset + _LOCAL.size + len(name)
    if len(header) < _LOCAL.size or not header.startswith(_LOCAL_MARK):
        raise ArchiveError(f"the archive is cut short or broken where {name} belongs")
    fields = _LOCAL.unpack(header)
    method, checksum, size = fields[3], fields[6], fields[8]
    found = data[offset + _LOCAL.size : start]
    if found != name.encode("ascii"):
        raise ArchiveError(f"there is {found[:40]!r} where {name} belongs")
    if method != 0:
        raise ArchiveError(f"{name} is compressed")
    if size > most:
        raise ArchiveError(f"{name} has {size} bytes, more than {most}")
    if start + size > len(data):
        raise ArchiveError(f"{name} is cut short")
    content = data[start : start + size]
    if zlib.crc32(content) != checksum:
        raise ArchiveError(f"{name} and its checksum do not fit")
    return content
