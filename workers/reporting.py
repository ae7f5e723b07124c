"""What the terminal shows: progress on standard error, the verdict on standard output."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from compliance.domain.canonical import Json
from compliance.domain.figures import e_claim, e_value
from compliance.domain.specs import ShardSpec
from compliance.domain.standing import standing_said
from compliance.domain.verdicts import Part
from compliance.domain.vocabulary import Stop
from workers.catalogue import lacking, unmeasured, validity
from workers.contract import Item, Score, StressTest
from workers.datasets.reading import fetch_command
from workers.execution import Execution

STYLES = {"compliant": "bold green", "violating": "bold red", "inconclusive": "bold yellow"}


STOPS = {
    Stop.VERDICT: "the verdict",
    Stop.BANK: "the end of the items",
    Stop.BUDGET: "the token budget",
}


class ProgressSink:
    """A sink that keeps nothing and draws a progress bar where somebody is looking."""

    def __init__(self, name: str) -> None:
        console = Console(stderr=True)
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[rate]}"),
            console=console,
            disable=not console.is_terminal,
            transient=True,
        )
        self._task = self._progress.add_task(name, total=None, rate="")
        self._tokens, self._began = 0, time.monotonic()

    def begin(self, *, planned: int, order_digest: str, lead: bool) -> None:
        self._progress.update(self._task, total=planned)

    def batch(
        self, scores: Sequence[Score], items: Sequence[Item], *, first: int, tokens: int
    ) -> None:
        self._tokens += tokens
        rate = self._tokens / max(time.monotonic() - self._began, 1e-3)
        self._progress.update(self._task, advance=len(scores), rate=f"{rate:.0f} tokens/s")

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()


def as_json(spec: ShardSpec, execution: Execution) -> dict[str, Json]:
    """Everything needed to recompute the verdict, items and answers included."""
    return {
        "test": spec.test.to_json(),
        "model": spec.subject.label,
        "verdict": execution.verdict.value,
        "estimate": execution.estimate.to_json(),
        "seed": execution.seed,
        "planned": execution.planned,
        "stopped": execution.stopped.value,
        "spec_digest": execution.spec_digest,
        "code_digest": execution.code_digest,
        "order_digest": execution.order_digest,
        "unasked_digest": execution.unasked_digest,
        "environment": dict(execution.environment),
        "scores": [score.to_json() for score in execution.scores],
    }


def print_execution(console: Console, spec: ShardSpec, execution: Execution) -> None:
    """The verdict as a claim with its interval, limit, source, evidence and caveats."""
    verdict = execution.verdict.value
    console.print(Text(f"{spec.test.name} on {spec.subject.label}: {verdict}", STYLES[verdict]))
    _print_rows(console, _claim_rows(execution))
    if len(execution.estimate.parts) > 1:
        _print_parts(console, execution.estimate.parts)
    _print_rows(console, _record_rows(spec, execution))
    for caveat in execution.estimate.caveats:
        console.print(Text(f"- {caveat}"))
    if execution.estimate.lead:
        console.print(Text("- A lead: no measured error rate carries a verdict."))


def print_line(console: Console, test: StressTest) -> None:
    """One stress test in short: name, items, needs, error rates, and the claim's first line."""
    identity, card = test.identity, test.identity.data_card
    needs = " and ".join(sorted(need.value for need in identity.needs))
    measured = "not borne out: leads only" if unmeasured(test) else "measured"
    items = f"{card.size} items" if card.size else "items given by the run"
    about = f"{items} ({card.name} {card.version}); needs {needs}; error rates {measured}"
    console.print(Text(f"{identity.name}@{identity.version}", "bold"))
    for text in (test.claim_docstring.partition("\n")[0], about, *_lack(test)):
        console.print(Padding(Text(text), (0, 0, 0, 2)))


def print_test(console: Console, test: StressTest) -> None:
    """One stress test: its claim, parameters, data card, sources and error rates."""
    identity, card = test.identity, test.identity.data_card
    console.print(Text(f"{identity.name}@{identity.version}: {identity.title}", "bold"))
    console.print(Text(test.claim_docstring))
    _print_rows(
        console,
        [
            ("needs", ", ".join(sorted(need.value for need in identity.needs))),
            ("parameters", ", ".join(f"{k}={v!r}" for k, v in test.defaults.items())),
            ("items", f"{card.size or 'given by the run'}: {card.name} {card.version}"),
            *(("lacks", text) for text in _lack(test)),
            ("licence", card.licence),
            ("description", card.description),
            ("limits", card.limits),
            ("error rates", standing_said(validity(test))),
            *(("source", source) for source in identity.sources),
        ],
    )


def _lack(test: StressTest) -> Iterator[str]:
    names = lacking(test)
    if names:
        yield f"its data are not on this machine: {fetch_command(*names)}"


def _claim_rows(execution: Execution) -> Iterator[tuple[str, str]]:
    estimate, claim = execution.estimate, execution.estimate.claim
    level = f"{100 * (1 - claim.alpha):g} %"
    interval = f"{level} confidence sequence {estimate.lower:.4g} to {estimate.upper:.4g}"
    yield "claim", claim.statement
    yield "population", claim.population
    yield "statistic", claim.statistic
    yield "estimate", f"{estimate.value:.4g} ({interval})"
    yield "limit", f"{claim.limit:.4g} ({claim.limit_source})"
    yield "counted", f"{estimate.n} of {estimate.planned} planned; independent unit: {claim.unit}"
    saved = 1 - estimate.n / max(estimate.planned, 1)
    asked = f", which saved {saved:.0%} of the items" if execution.stopped is Stop.VERDICT else ""
    yield "stopped by", STOPS[execution.stopped] + asked
    yield "evidence, violating", e_claim(estimate.log10_e_violating)
    yield "evidence, compliant", e_claim(estimate.log10_e_compliant)
    yield "error rate", f"a wrong verdict has probability at most {claim.alpha:g}"


def _record_rows(spec: ShardSpec, execution: Execution) -> Iterator[tuple[str, str]]:
    yield "parameters", ", ".join(f"{k}={_brief(v)}" for k, v in spec.test.parameters.items())
    yield "seed", str(execution.seed)
    yield "spec", execution.spec_digest
    yield "code", execution.code_digest
    yield "order", execution.order_digest
    yield "environment", ", ".join(f"{k} {_brief(v)}" for k, v in execution.environment.items())


def _print_parts(console: Console, parts: Sequence[Part]) -> None:
    table = Table("part", "n", "estimate", "from", "to", "e viol.", "e compl.", box=None)
    for part in parts:
        numbers = (part.value, part.lower, part.upper)
        exponents = (part.log10_e_violating, part.log10_e_compliant)
        table.add_row(
            Text(part.name),
            str(part.n),
            *(f"{one:.4g}" for one in numbers),
            *(e_value(one) for one in exponents),
        )
    console.print(table)


def _print_rows(console: Console, rows: Iterable[tuple[str, str]]) -> None:
    table = Table(show_header=False, box=None)
    for name, text in rows:
        table.add_row(name, Text(text))
    console.print(table)


def _brief(value: Json) -> str:
    """A list or an object by its size: they stand whole in ``--json``."""
    return f"({len(value)} entries)" if isinstance(value, list | dict) else str(value)
