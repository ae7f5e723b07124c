"""A seccomp filter: what a process may no longer ask of the kernel, itself and all its threads.

No socket, no other process, no look into one, no new program. Needs no privileges, and holds where
namespaces are refused, as in most containers. Numbers: the kernel's tables of system calls;
filter: https://docs.kernel.org/userspace-api/seccomp_filter.html.
"""

from __future__ import annotations

import ctypes
import errno
import platform
from collections.abc import Mapping
from typing import NamedTuple

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_NUMBER_AT, _ARCHITECTURE_AT, _FIRST_ARGUMENT_AT = 0, 4, 16
_CLONE_THREAD = 0x00010000
_SET_NO_NEW_PRIVS, _SET_SECCOMP, _MODE_FILTER = 38, 22, 2
_SAME_EVERYWHERE = (425, 426, 427, 438)  # io_uring (its sockets pass no filter), pidfd_getfd


class _Numbers(NamedTuple):
    """One architecture's audit number and system calls."""

    audit: int
    refused: tuple[int, ...]
    clone: int
    clone3: int
    highest: int
    """The first number of a second table of calls, or beyond all."""


_MACHINES: Mapping[str, _Numbers] = {
    "x86_64": _Numbers(
        0xC000003E,
        (
            *(41, 42, 43, 49, 50, 288),  # socket, connect, accept, bind, listen, accept4
            *(57, 58, 59, 322),  # fork, vfork, execve, execveat
            *(101, 310, 311, 298, 323),  # ptrace, process_vm_*, perf_event_open, userfaultfd
            *(165, 272, 308, 321, 246),  # mount, unshare, setns, bpf, kexec_load
            *(248, 249, 250),  # add_key, request_key, keyctl
        ),
        clone=56,
        clone3=435,
        highest=0x40000000,
    ),
    "aarch64": _Numbers(
        0xC00000B7,
        (
            *(198, 203, 202, 200, 201, 242),
            *(221, 281),  # it has no fork and vfork
            *(117, 270, 271, 241, 282),
            *(40, 97, 268, 280, 104),
            *(217, 218, 219),
        ),
        clone=220,
        clone3=435,
        highest=0xFFFFFFFF,
    ),
}


class _Instruction(ctypes.Structure):
    _fields_ = [
        ("code", ctypes.c_ushort),
        ("jump_true", ctypes.c_ubyte),
        ("jump_false", ctypes.c_ubyte),
        ("constant", ctypes.c_uint),
    ]


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.POINTER(_Instruction))]


def refuse_system_calls() -> bool:
    """Refuse them from now on; False where the kernel or the machine knows no such filter."""
    numbers = _MACHINES.get(platform.machine())
    if numbers is None or ctypes.sizeof(ctypes.c_void_p) != 8:
        return False
    lines = [_Instruction(*line) for line in _filter(numbers)]
    program = _Program(len(lines), (_Instruction * len(lines))(*lines))
    libc = ctypes.CDLL(None, use_errno=True)
    if not give_up_privileges():
        return False
    return bool(libc.prctl(_SET_SECCOMP, _MODE_FILTER, ctypes.byref(program), 0, 0) == 0)


def give_up_privileges() -> bool:
    """No program this process may yet start gains rights; asked for by seccomp and Landlock."""
    return bool(ctypes.CDLL(None).prctl(_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)


def _filter(numbers: _Numbers) -> list[tuple[int, int, int, int]]:
    """The program: each line is (code, lines to skip if so, if not, constant)."""
    refused = (*numbers.refused, *_SAME_EVERYWHERE)
    denied, unknown = _ERRNO | errno.EPERM, _ERRNO | errno.ENOSYS
    lines = [
        (_LOAD, 0, 0, _ARCHITECTURE_AT),
        (_EQUAL, 1, 0, numbers.audit),
        (_RETURN, 0, 0, _KILL),  # calls of another architecture have other numbers
        (_LOAD, 0, 0, _NUMBER_AT),
        (_AT_LEAST, len(refused) + 5, 0, numbers.highest),
    ]
    # What is left to skip before the last line, "denied", shrinks with each comparison.
    lines += [(_EQUAL, len(refused) - n + 4, 0, number) for n, number in enumerate(refused)]
    return [
        *lines,
        (_EQUAL, 5, 0, numbers.clone3),  # its flags lie behind a pointer: glibc then takes clone
        (_EQUAL, 0, 2, numbers.clone),
        (_LOAD, 0, 0, _FIRST_ARGUMENT_AT),
        (_ANY_BIT, 0, 1, _CLONE_THREAD),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, denied),
        (_RETURN, 0, 0, unknown),
    ]


def network_reached() -> bool:
    """Whether this process can still open a socket that leads out."""
    import socket

    try:
        probe = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    except OSError:
        return False
    with probe:
        try:
            probe.connect(("192.0.2.1", 9))  # TEST-NET-1: nothing is sent, only a route looked for
        except OSError:
            return False
    return True
