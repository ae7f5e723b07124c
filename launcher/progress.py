"""Follows one run in the record: ``python -m launcher.progress RUN EMAIL`` prints JSON lines.

A process of its own, so that the launcher itself loads neither Django nor the settings. Each line
is an object of ``fraction`` (0 to 1), ``items``, ``seconds_left`` (or null), ``state``, and
``endings``: one per shard that has ended since the line before.
"""

from __future__ import annotations

import json
import os
import sys
import time
from uuid import UUID

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "compliance.settings")
django.setup()

from django.utils import timezone  # noqa: E402

from compliance.accounts.models import User  # noqa: E402
from compliance.accounts.selectors import viewer_get  # noqa: E402
from compliance.audits.models import Run, Shard  # noqa: E402
from compliance.audits.progress import run_progress  # noqa: E402
from compliance.audits.selectors import run_get  # noqa: E402

POLL_SECONDS = 0.5


def main() -> None:
    """Print a line twice a second until the run has ended."""
    run_id = UUID(sys.argv[1])
    viewer = viewer_get(user=User.objects.get(email=sys.argv[2]), now=timezone.now())
    told: set[UUID] = set()
    while True:
        run = run_get(viewer=viewer, run_id=run_id)
        print(json.dumps(line(run, told)), flush=True)
        if run.finished_at is not None:
            return
        time.sleep(POLL_SECONDS)


def line(run: Run, told: set[UUID]) -> dict[str, object]:
    """What there is to say now; remembers in ``told`` which shards were said to have ended."""
    shards = list(run.shards.all())
    progress = run_progress(run=run, now=timezone.now())
    ended = [shard for shard in shards if shard.finished_at and shard.id not in told]
    told.update(shard.id for shard in ended)
    return {
        "state": run.state,
        "fraction": sum(map(fraction, shards)) / max(len(shards), 1),
        "items": progress.done,
        "seconds_left": progress.seconds_left,
        "endings": [ending(shard) for shard in ended],
    }


def fraction(shard: Shard) -> float:
    """How much of a shard is done, from 0 to 1."""
    if shard.finished_at:
        return 1.0
    return shard.items_done / shard.items_total if shard.items_total else 0.0


def ending(shard: Shard) -> dict[str, object]:
    """A verdict with its figures, or why there is none."""
    result = getattr(shard, "result", None)
    if result is None:
        return {"test": shard.test_name, "verdict": shard.state, "figures": shard.trouble}
    figures = (
        f"{result.value:.3g} [{result.lower:.3g}, {result.upper:.3g}], limit {result.limit:.3g},"
        f" n {result.n}, {result.duration_seconds:.0f} s"
    )
    return {"test": shard.test_name, "verdict": result.verdict, "figures": figures}


if __name__ == "__main__":
    main()
