"""Landlock: which files a process still sees, itself and all its threads.

A process behind it also attaches to no other, signals none, and connects to no TCP port, as far as
the kernel's version knows these.
Constants: https://docs.kernel.org/userspace-api/landlock.html (kernel 5.13 and later).
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Sequence
from pathlib import Path

from workers.backends.confined.system_calls import give_up_privileges

_CREATE, _ADD, _RESTRICT, _ASK_VERSION, _PATH_BENEATH = 444, 445, 446, 1, 1
_EXECUTE, _WRITE, _READ, _LIST = 1, 2, 4, 8
_CHANGES = 0x1FF0  # remove and make entries of every kind
_REFER, _TRUNCATE, _DEVICE_CONTROL = 1 << 13, 1 << 14, 1 << 15
_OF_FILES = _EXECUTE | _WRITE | _READ | _TRUNCATE | _DEVICE_CONTROL
_NETWORK = 0x3  # bind and connect of TCP
_SCOPES = 0x3  # abstract Unix sockets and signals stay within


class _Ruleset(ctypes.Structure):
    _fields_ = [
        ("files", ctypes.c_uint64),
        ("network", ctypes.c_uint64),
        ("scopes", ctypes.c_uint64),
    ]


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = [("allowed", ctypes.c_uint64), ("descriptor", ctypes.c_int32)]


def see_only(read: Sequence[Path], write: Sequence[Path]) -> bool:
    """See nothing but what lies beneath these paths; False where the kernel knows no Landlock.

    Args:
        write: may be read, written and controlled as well.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    version = libc.syscall(_CREATE, None, 0, _ASK_VERSION)
    if version < 1:
        return False
    handled = _handled(version)
    rules = _Ruleset(handled, _NETWORK, _SCOPES)
    size = 8 if version < 4 else 16 if version < 6 else 24
    ruleset = libc.syscall(_CREATE, ctypes.byref(rules), size, 0)
    if ruleset < 0:
        return False
    try:
        for paths, allowed in ((read, _READ | _LIST), (write, handled & ~_EXECUTE)):
            for path in paths:
                _allow(libc, ruleset, path, allowed)
        return give_up_privileges() and libc.syscall(_RESTRICT, ruleset, 0) == 0
    finally:
        os.close(ruleset)


def _handled(version: int) -> int:
    rights = _EXECUTE | _WRITE | _READ | _LIST | _CHANGES
    rights |= _REFER if version >= 2 else 0
    rights |= _TRUNCATE if version >= 3 else 0
    return rights | (_DEVICE_CONTROL if version >= 5 else 0)


def _allow(libc: ctypes.CDLL, ruleset: int, path: Path, allowed: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:  # what is not there needs no permission
        return
    try:
        allowed &= -1 if path.is_dir() else _OF_FILES
        beneath = _Beneath(allowed, descriptor)
        libc.syscall(_ADD, ruleset, _PATH_BENEATH, ctypes.byref(beneath), 0)
    finally:
        os.close(descriptor)
