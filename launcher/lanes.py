"""``make test``: lint and every test, in lanes side by side, each with servers of its own.

Tests wait for processes, mails and pages more than they compute, so one lane leaves cores idle.
What other lanes printed follows the first's; the status is the worst of all.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from contextlib import ExitStack

from launcher.supervisor import ROOT

LANES = (
    ("tests/browser",),
    ("tests/rights", "tests/apps"),
    ("tests/domain", "tests/stress_tests", "tests/validity"),
)
"""Folders of lanes that take about as long as all others, which are the first lane's, do."""
LINT = ("make", "--no-print-directory", "lint")


def main() -> int:
    """Run all of them; returns 0 if all passed."""
    pytest = (sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *sys.argv[1:])
    ignored = [f"--ignore={folder}" for lane in LANES for folder in lane]
    with ExitStack() as ending:
        asides = []
        for command in (LINT, *((*pytest, *lane) for lane in LANES)):
            printed = ending.enter_context(tempfile.TemporaryFile("w+"))
            aside = subprocess.Popen(command, cwd=ROOT, stdout=printed, stderr=subprocess.STDOUT)
            ending.callback(aside.kill)
            asides.append((aside, printed))
        statuses = [subprocess.run((*pytest, *ignored), cwd=ROOT, check=False).returncode]
        for aside, printed in asides:
            statuses.append(aside.wait())
            printed.seek(0)
            sys.stdout.writelines(printed)
    return max(statuses, key=abs)


if __name__ == "__main__":
    sys.exit(main())
