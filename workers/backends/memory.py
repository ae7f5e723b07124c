"""Whether a model fits into memory, said before it is loaded."""

from __future__ import annotations

import os
from pathlib import Path

from compliance.domain.errors import InvalidInputError
from workers.backends.files import FIELD

FLOAT32_BYTES = 4
WORKING_SHARE = 0.1
"""Activations and buffers beside the weights, as a share of them."""
_CGROUP = Path("/sys/fs/cgroup")


def bytes_needed(parameters: int) -> int:
    """Bytes that a model of so many weights takes in float32."""
    return int(parameters * FLOAT32_BYTES * (1 + WORKING_SHARE))


def require_memory(needed: int) -> None:
    """Refuse a model that cannot fit.

    Raises:
        InvalidInputError: with both numbers, in GiB.
    """
    free = bytes_free()
    if free is not None and needed > free:
        raise InvalidInputError(
            field=FIELD,
            problem=(
                f"in float32 it needs about {needed / 2**30:.2f} GiB of memory "
                f"and {free / 2**30:.2f} GiB are free"
            ),
            fix="Run it on a worker with more memory, or free some",
        )


def bytes_free() -> int | None:
    """Memory this process may still take, or None where the system does not say."""
    known = [one for one in (_machine_free(), _container_free(), _device_free()) if one is not None]
    return min(known, default=None)


def _machine_free() -> int | None:
    try:
        rows = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text().splitlines())
        return int(rows["MemAvailable"].split()[0]) * 1024
    except (OSError, KeyError, ValueError):
        pass
    try:  # macOS has no /proc and no count of free pages: half of what is built in
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
    except (AttributeError, OSError, ValueError):
        return None


def _device_free() -> int | None:
    """Of the GPU that models are moved to; the processor has no memory of its own."""
    if os.environ.get("ASSAY_DEVICE", "cpu") in {"", "cpu"}:
        return None
    from workers.backends.device import device_chosen, device_free

    return device_free(device_chosen())


def _container_free() -> int | None:
    try:
        limit = int((_CGROUP / "memory.max").read_text())
        return limit - int((_CGROUP / "memory.current").read_text())
    except (OSError, ValueError):  # no container, or no limit ("max")
        return None
