"""``make test``: every test, in two lanes side by side, each with servers and browsers of its own.

Tests wait for processes, mails and pages more than they compute, so one lane leaves a core idle.
What the second lane printed follows the first's; the status is the worse of the two.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile

from launcher.supervisor import ROOT

SECOND = (
    "tests/rights",
    "tests/api",
    "tests/apps",
    "tests/domain",
    "tests/stress_tests",
    "tests/validity",
)
"""Folders of the second lane, which takes about as long as all others together."""


def main() -> int:
    """Run both; returns 0 if both passed."""
    pytest = (sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *sys.argv[1:])
    with tempfile.TemporaryFile("w+") as printed:
        second = subprocess.Popen(
            (*pytest, *SECOND), cwd=ROOT, stdout=printed, stderr=subprocess.STDOUT
        )
        try:
            others = [f"--ignore={folder}" for folder in SECOND]
            first = subprocess.run((*pytest, *others), cwd=ROOT, check=False).returncode
            status = second.wait()
        finally:
            second.kill()
        printed.seek(0)
        sys.stdout.writelines(printed)
    return first or status


if __name__ == "__main__":
    sys.exit(main())
