"""The walls around the process in which a stranger's model is opened.

Each wall is raised where the kernel lets it, as root or not, and what stands is said: nobody reads
"confined" where it is not.
"""

from __future__ import annotations

import ctypes
import resource
import sys
import sysconfig
import threading
from collections.abc import Sequence
from pathlib import Path

import compliance
import workers
from workers.backends.confined.files_seen import see_only
from workers.backends.confined.system_calls import network_reached, refuse_system_calls

_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000
MAX_FILE_BYTES = 256 << 20
"""Of what the process writes: an index of tensors, and what its libraries print."""
_SYSTEM = ("/usr", "/lib", "/lib64", "/sys", "/etc/ld.so.cache", "/etc/localtime", "/dev/urandom")
_OWN_PROC = ("self", "meminfo", "cpuinfo", "stat", "devices", "modules", "driver", "sys/vm")
"""Of /proc: never another process's part, which shows its environment to whoever has its user."""
_SYSTEM_WRITTEN = ("/dev/null",)
_DEVICES = "/dev"


def raise_walls(
    model: Sequence[str], scratch: str, *, memory: int | None, device: str
) -> dict[str, bool]:
    """Confine this process, which must have one thread yet; says which walls stand.

    Args:
        model: folders and files of the model.
        scratch: the only folder that may be written to.
        memory: bytes of private memory it may take; None for no limit.
        device: what models compute on; other than the processor, it needs the machine's devices.
    """
    _require_one_thread()
    _limit(memory)
    if not sys.platform.startswith("linux"):
        return {"network": False, "files": False, "system_calls": False}
    namespace = _leave_network()
    read = [*_code(), *(Path(one) for one in (*_SYSTEM, *model))]
    read += [Path("/proc", one) for one in _OWN_PROC]
    write = [Path(one) for one in (*_SYSTEM_WRITTEN, scratch)]
    write += [] if device in {"", "cpu"} else [Path(_DEVICES), Path("/proc/self")]
    files = see_only(read, write)
    calls = refuse_system_calls()
    return {
        "network": (namespace or calls) and not network_reached(),
        "files": files,
        "system_calls": calls,
    }


def _require_one_thread() -> None:
    """A wall is of the thread that raises it and those it starts: earlier ones stay outside."""
    tasks = Path("/proc/self/task")
    if threading.active_count() > 1 or (tasks.is_dir() and len(list(tasks.iterdir())) > 1):
        raise RuntimeError("walls are raised before the first thread")


def _leave_network() -> bool:
    """A network of one's own, with nothing in it; by a user namespace where that is needed."""
    libc = ctypes.CDLL(None, use_errno=True)
    alone = libc.unshare(_NEW_USER | _NEW_NETWORK) == 0
    return alone or bool(libc.unshare(_NEW_NETWORK) == 0)


def _limit(memory: int | None) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MAX_FILE_BYTES, MAX_FILE_BYTES))
    if memory is not None:  # of private memory: files that are only mapped cost no memory
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        least = memory if hard == resource.RLIM_INFINITY else min(memory, hard)
        resource.setrlimit(resource.RLIMIT_DATA, (least, least))


def _code() -> list[Path]:
    """Where Python, its libraries and our own packages lie: not the folder around ours."""
    own = [Path(path) for package in (compliance, workers) for path in package.__path__]
    paths = sysconfig.get_paths()
    libraries = {paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    around = {path.parent for path in own} - {Path(one) for one in libraries}
    on_path = {Path(one) for one in sys.path if one} - around
    return [*own, *on_path, *map(Path, libraries), Path(sys.prefix, "pyvenv.cfg")]
