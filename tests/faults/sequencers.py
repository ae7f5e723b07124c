"""Forks sequencers as they are asked for: ``python -m tests.faults.sequencers``.

A sequencer that is killed after a tenth of a second would spend its whole life on importing Django;
forked from a process that has imported it, all of its life is work. A line on standard input starts
one, and its process number is answered; a number as a line waits for the end of that one.
"""

from __future__ import annotations

import os
import sys

import django
from django.core.management import call_command


def main() -> None:
    """Fork until standard input ends."""
    django.setup()
    import compliance.ledger.management.commands.sequencer

    assert compliance.ledger.management.commands.sequencer  # imported before the first fork
    for line in sys.stdin:
        asked = line.strip()
        if asked:
            os.waitpid(int(asked), 0)
            print("ended", flush=True)
            continue
        child = os.fork()
        if child == 0:
            call_command("sequencer")
            os._exit(0)
        print(child, flush=True)


if __name__ == "__main__":
    main()
