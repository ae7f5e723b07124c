"""What the terminal shows: progress on standard error, the verdict on standard output."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from compliance.domain.canonical import Json
from workers.contract import Item, Score
from workers.execution import Execution

STYLES = {"compliant": "green", "violating": "red", "inconclusive": "yellow"}


class ProgressSink:
    """A sink that keeps nothing and draws a progress bar."""

    def __init__(self, name: str, *, quiet: bool) -> None:
        self._name = name
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            disable=quiet,
            transient=True,
        )
        self._task = self._progress.add_task(name, total=None)

    def begin(self, *, planned: int, order_digest: str) -> None:
        self._progress.update(self._task, total=planned)

    def batch(self, scores: Sequence[Score], items: Sequence[Item]) -> None:
        self._progress.advance(self._task, len(scores))

    def __enter__(self) -> ProgressSink:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()


def as_json(execution: Execution) -> dict[str, Json]:
    """Everything needed to recompute the verdict, items and answers included."""
    return {
        "verdict": execution.verdict.value,
        "estimate": execution.estimate.to_json(),
        "seed": execution.seed,
        "planned": execution.planned,
        "spec_digest": execution.spec_digest,
        "code_digest": execution.code_digest,
        "order_digest": execution.order_digest,
        "environment": dict(execution.environment),
        "scores": [score.to_json() for score in execution.scores],
    }


def print_execution(console: Console, name: str, execution: Execution) -> None:
    """The verdict as a claim with its interval, limit, source, evidence and caveats."""
    estimate, claim = execution.estimate, execution.estimate.claim
    verdict = execution.verdict.value
    level = f"{100 * (1 - claim.alpha):g}%"
    table = Table(show_header=False, box=None, title=name, title_justify="left")
    rows = (
        ("verdict", f"[bold {STYLES[verdict]}]{verdict}[/]"),
        ("claim", claim.statement),
        ("statistic", claim.statistic),
        ("estimate", f"{estimate.value:.4g} ({level} {estimate.lower:.4g} to {estimate.upper:.4g})"),
        ("limit", f"{claim.limit:.4g} ({claim.limit_source})"),
        ("items", f"{estimate.n} of {execution.planned}, unit of independence: {claim.unit}"),
        ("log10 e, violating", f"{estimate.log10_e_violating:.2f}"),
        ("log10 e, compliant", f"{estimate.log10_e_compliant:.2f}"),
        ("error rate", f"a wrong verdict has probability at most {claim.alpha:g}"),
        ("seed", str(execution.seed)),
        ("spec, code, order", _digests(execution)),
        ("environment", ", ".join(f"{k} {v}" for k, v in execution.environment.items())),
    )
    for row in rows:
        table.add_row(*row)
    console.print(table)
    for caveat in estimate.caveats:
        console.print(f"- {caveat}", markup=False)


def _digests(execution: Execution) -> str:
    digests = (execution.spec_digest, execution.code_digest, execution.order_digest)
    return " ".join(one[:12] for one in digests)
