"""Messages between a worker and the process of a model: JSON with a length, then arrays.

Nothing is ever unpickled, and whoever reads states how much it takes.
"""

from __future__ import annotations

import json
import math
import socket
import struct
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

MAX_JSON_BYTES = 64 << 20
"""Requests or answers of one batch; a thousand long answers are a few MiB."""
MAX_ARRAYS = 4_096
_LENGTH = struct.Struct("!I")
_FLOAT32_BYTES = 4


class BrokenMessageError(Exception):
    """What arrived is no message, or larger than it may be."""


def send(channel: socket.socket, message: object, arrays: Sequence[np.ndarray] = ()) -> None:
    """Send JSON, and float32 arrays after it.

    Raises:
        ValueError: a number in it is not finite.
    """
    shapes = [list(one.shape) for one in arrays]
    body = json.dumps({"message": message, "shapes": shapes}, allow_nan=False).encode()
    if len(body) > MAX_JSON_BYTES:
        raise BrokenMessageError(f"a message of {len(body)} bytes; {MAX_JSON_BYTES} are allowed")
    channel.sendall(_LENGTH.pack(len(body)) + body)
    for one in arrays:
        channel.sendall(_bytes_of(one))


def receive(
    channel: socket.socket, *, seconds: float | None, array_bytes: int
) -> tuple[Any, list[np.ndarray]]:
    """The next message.

    Args:
        seconds: within which all of it must be there.
        array_bytes: that its arrays may have together.

    Raises:
        EOFError: the other side is gone.
        TimeoutError: it took too long.
        BrokenMessageError: it is none.
    """
    end = None if seconds is None else time.monotonic() + seconds
    (length,) = _LENGTH.unpack(_exactly(channel, _LENGTH.size, end))
    if length > MAX_JSON_BYTES:
        raise BrokenMessageError(f"a message of {length} bytes; {MAX_JSON_BYTES} are allowed")
    try:
        whole = json.loads(_exactly(channel, length, end))
        message, shapes = whole["message"], [_shape(one) for one in whole["shapes"]]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BrokenMessageError(f"no message ({type(error).__name__})") from error
    if len(shapes) > MAX_ARRAYS or sum(map(_size, shapes)) > array_bytes:
        raise BrokenMessageError(f"arrays of more than {array_bytes} bytes")
    return message, [_array(channel, shape, end) for shape in shapes]


def _array(channel: socket.socket, shape: tuple[int, ...], end: float | None) -> np.ndarray:
    import numpy as np  # a process that is to be confined must not load it before

    found = np.empty(shape, dtype=np.float32)
    if found.size:
        _fill(channel, found.reshape(-1).data.cast("B"), end)
    return found


def _bytes_of(array: np.ndarray) -> memoryview:
    import numpy as np

    whole = np.ascontiguousarray(array, dtype=np.float32).reshape(-1)
    return whole.data.cast("B") if whole.size else memoryview(b"")


def _shape(declared: object) -> tuple[int, ...]:
    if not isinstance(declared, list) or len(declared) > 8:
        raise TypeError("no shape")
    if not all(type(one) is int and 0 <= one < 1 << 40 for one in declared):
        raise TypeError("no shape")
    return tuple(declared)


def _size(shape: tuple[int, ...]) -> int:
    return math.prod(shape) * _FLOAT32_BYTES


def _exactly(channel: socket.socket, length: int, end: float | None) -> bytes:
    found = bytearray(length)
    _fill(channel, memoryview(found), end)
    return bytes(found)


def _fill(channel: socket.socket, into: memoryview, end: float | None) -> None:
    while into:
        left = None if end is None else end - time.monotonic()
        if left is not None and left <= 0:
            raise TimeoutError
        channel.settimeout(left)
        count = channel.recv_into(into)
        if not count:
            raise EOFError("the other side is gone")
        into = into[count:]
