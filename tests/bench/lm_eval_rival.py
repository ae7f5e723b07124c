"""lm-evaluation-harness on requests from a file; run by the interpreter that has it, not by ours.

``python lm_eval_rival.py MODEL REQUESTS OUT SIZES``: reads ``[[context, continuation], ...]``,
scores all in batches of that of SIZES (``8,32``) which is fastest on the first of them, and writes
``{"values": nats, "batch_size": taken}`` with what scoring alone took: ``seconds`` on the clock,
``processor_seconds`` of all threads, which other programs disturb less, and ``peak_bytes``.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

PROBED = 48


def peak_bytes(*, reset: bool) -> int:
    """The most memory that this process held since the last reset (Linux)."""
    if reset:
        Path("/proc/self/clear_refs").write_text("5")
        return 0
    lines = Path("/proc/self/status").read_text().splitlines()
    status = dict(line.split(":", 1) for line in lines)
    return 1024 * int(status["VmHWM"].split()[0])


def measured(score: Callable[[], list[float]]) -> dict[str, Any]:
    """The values, and what they took."""
    peak_bytes(reset=True)
    started, processor_started = time.monotonic(), time.process_time()
    values = score()
    return {
        "values": values,
        "seconds": time.monotonic() - started,
        "processor_seconds": time.process_time() - processor_started,
        "peak_bytes": peak_bytes(reset=False),
    }


def main() -> None:
    from lm_eval.api.instance import Instance
    from lm_eval.models.huggingface import HFLM

    model, requests, out, sizes = sys.argv[1:]
    asked = [tuple(one) for one in json.loads(Path(requests).read_text())]
    rival = HFLM(pretrained=model, dtype="float32", device="cpu", batch_size=1)

    def score(some: list[tuple[str, str]], size: int) -> list[float]:
        rival.batch_size_per_gpu = size
        instances = [
            Instance(request_type="loglikelihood", doc={}, arguments=one, idx=n)
            for n, one in enumerate(some)
        ]
        return [value for value, _ in rival.loglikelihood(instances, disable_tqdm=True)]

    def cost(size: int) -> float:
        return measured(lambda: score(asked[:PROBED], size))["processor_seconds"]

    score(asked[:4], 4)
    fastest = min(map(int, sizes.split(",")), key=cost)
    found = measured(lambda: score(asked, fastest)) | {"batch_size": fastest}
    Path(out).write_text(json.dumps(found))


if __name__ == "__main__":
    main()
