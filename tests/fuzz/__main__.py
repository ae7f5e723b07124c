"""``python -m tests.fuzz [NAME ...] [--seconds N]``: libFuzzer, by way of atheris, on every target.

Each target has a process of its own; one that crashes, hangs for five seconds, takes 2 GiB, or
accepts what it must not, leaves its input in ``fuzz-findings/`` and ends this with 1.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

FINDINGS = Path("fuzz-findings")
HANG_SECONDS, MOST_MEBIBYTES, LONGEST = 5, 2_048, 1 << 16


def main() -> int:
    """Fuzz what is named, or everything, one after the other."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("--within", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.within:
        _fuzz(given.within, given.seconds)
        return 0
    from tests.fuzz.targets import targets

    names = given.names or [*targets()]
    FINDINGS.mkdir(exist_ok=True)
    failed = [name for name in names if not _held(name, given.seconds)]
    if not any(FINDINGS.iterdir()):
        FINDINGS.rmdir()
    print(f"\n{len(names)} targets, {len(failed)} with findings: {', '.join(failed) or 'none'}")
    return 1 if failed else 0


def _held(name: str, seconds: int) -> bool:
    within = [sys.executable, "-m", "tests.fuzz", "--within", name, "--seconds", str(seconds)]
    ended = subprocess.run(within, capture_output=True, text=True, check=False)
    lines = ended.stderr.splitlines()
    tried = next((line for line in reversed(lines) if line.startswith("Done ")), "")
    print(f"{name:<16} {tried or 'FOUND SOMETHING'}", flush=True)
    if ended.returncode:
        print(*lines[-10:], ended.stdout, sep="\n")
    return not ended.returncode


def _fuzz(name: str, seconds: int) -> None:
    """Ends the process."""
    import atheris

    with atheris.instrument_imports(include=["compliance", "workers", "gguf"]):
        from tests.fuzz.targets import targets
    target = targets()[name]
    with TemporaryDirectory() as corpus:
        for number, seed in enumerate(target.seeds):
            Path(corpus, str(number)).write_bytes(seed)
        limits = [f"-timeout={HANG_SECONDS}", f"-rss_limit_mb={MOST_MEBIBYTES}"]
        where = f"-artifact_prefix={FINDINGS}/{name}-"
        options = [f"-max_total_time={seconds}", f"-max_len={LONGEST}", where, *limits]
        atheris.Setup([name, *options, corpus], target.accepts)
        atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main())
