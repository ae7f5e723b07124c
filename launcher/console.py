"""What ``make demo`` shows in the terminal."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

COLOURS = {"compliant": "green", "violating": "red", "inconclusive": "yellow"}


class Terminal:
    """Lines of plain words, and one bar; both fit a file when the output is one."""

    def __init__(self) -> None:
        self._console = Console(highlight=False, soft_wrap=True)
        self._started = time.monotonic()

    def step(self, words: str) -> None:
        """What begins now, with the seconds since the start."""
        seconds = time.monotonic() - self._started
        self._console.print(Text(f"{seconds:6.1f} s  {words}"))

    def say(self, words: str, style: str = "") -> None:
        """A line as it is."""
        self._console.print(Text(words, style=style))

    def welcome(self, address: str, sign_ins: Sequence[Mapping[str, str]]) -> None:
        """The address and who may sign in."""
        table = Table(box=None, show_header=False, pad_edge=False)
        for person in sign_ins:
            table.add_row(person["role"], person["email"], person["password"])
        self._console.print()
        self.say(f"Assay is at {address}/", "bold")
        self._console.print(table)
        self.say(f"REST API: {address}/api/docs/   admin (compliance officer): {address}/admin/")
        self._console.print()

    def audit(self) -> AuditBar:
        """The bar of the first audit."""
        return AuditBar(self._console)


class AuditBar:
    """Draws the lines that ``launcher.progress`` prints; a context manager."""

    def __init__(self, console: Console) -> None:
        self.verdicts: list[str] = []
        self._console = console
        # Refreshed by hand: no thread may run while the launcher starts processes.
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:3.0f}%  {task.fields[words]}"),
            TimeElapsedColumn(),
            console=console,
            auto_refresh=False,
        )
        self._task: TaskID = self._progress.add_task("First audit", total=1.0, words="")

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def draw(self, line: str) -> None:
        """One JSON line of ``launcher.progress``."""
        told: dict[str, Any] = json.loads(line)
        left = told["seconds_left"]
        words = f"{told['items']} items" + (
            f", about {left:.0f} s left in this test" if left else ""
        )
        for ending in told["endings"]:
            verdict = ending["verdict"].replace("_", " ")
            self.verdicts.append(verdict)
            text = Text.assemble(
                (f"{verdict:<13}", COLOURS.get(verdict, "magenta")),
                f" {ending['test']:<34} {ending['figures']}",
            )
            self._progress.console.print(text)
        self._progress.update(self._task, completed=told["fraction"], words=words)
        self._progress.refresh()


def mails_about(folder: Path, run: str) -> list[Path]:
    """The caught messages that name a run, oldest first."""
    return [
        path for path in sorted(folder.glob("*.eml")) if run in path.read_text(errors="replace")
    ]
