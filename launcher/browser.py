"""Chromium for the browser tests: ``python -m launcher.browser`` finds or installs one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from compliance.domain.errors import InvalidInputError

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def chromium_flags() -> list[str]:
    """Flags that keep Chromium at home; its sandbox does not work for root."""
    return [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else list(FLAGS)


def chromium_find() -> Path | None:
    """The installed Chromium, or none.

    Raises:
        InvalidInputError: ``ASSAY_CHROMIUM`` names a file that is none.
    """
    named = os.environ.get("ASSAY_CHROMIUM")
    if named:
        if shutil.which(named):
            return Path(named)
        raise InvalidInputError(
            field="ASSAY_CHROMIUM",
            problem=f"{named} is not a program",
            fix="Name the file of a Chromium or Chrome, or unset the variable",
        )
    for name in NAMES:
        found = shutil.which(name) or shutil.which(name, path="/usr/bin:/usr/local/bin:/snap/bin")
        if found:
            return Path(found)
    return _playwrights_own()


def main() -> int:
    """Install what is missing; returns the exit status."""
    try:
        if chromium_find() is None:
            _install()
    except InvalidInputError as error:
        print(error, file=sys.stderr)
        return 2
    if chromium_find() is None:
        print(
            "The browser tests need Chromium, and none was found or could be installed: install it"
            " ('apt-get install chromium' as root, or '.venv/bin/playwright install chromium'), or"
            " name one with ASSAY_CHROMIUM.",
            file=sys.stderr,
        )
        return 2
    return 0


def _install() -> None:
    apt = shutil.which("apt-get")
    if apt and os.geteuid() == 0:
        print("Installing Chromium for the browser tests ...", flush=True)
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for arguments in (("update", "-q"), ("install", "-q", "-y", "chromium")):
            subprocess.run([apt, *arguments], check=False, env=environment, capture_output=True)
    if chromium_find() is None:
        command = [sys.executable, "-m", "playwright", "install", "chromium"]
        subprocess.run(command, check=False, capture_output=True)


def _playwrights_own() -> Path | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        own = Path(playwright.chromium.executable_path)
    return own if own.exists() else None


if __name__ == "__main__":
    sys.exit(main())
