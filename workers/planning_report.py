"""What the terminal shows of a plan."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.table import Table
from rich.text import Text

from compliance.domain.statistics.planning import POWER, NothingToPlan, Outlook
from compliance.domain.statistics.studied import studied
from workers.catalogue import validity
from workers.contract import StressTest
from workers.planning import SEED, Plan, Probe

VERDICTS = ("compliant", "violating", "inconclusive")


def print_plan(console: Console, test: StressTest, found: Plan | NothingToPlan) -> None:
    """A row a rate, then how the figures were made and what they take for granted."""
    name = f"{test.identity.name}@{test.identity.version}"
    if isinstance(found, NothingToPlan):
        console.print(Text(f"{name}: nothing to plan: {found.reason}."))
        print_studied(console, test)
        return
    design = found.design
    console.print(Text(f"{name}: limit {design.limit:.4g}, alpha {design.alpha:g}", "bold"))
    console.print(_table(found))
    for note in _notes(found):
        console.print(Text(f"- {note}"))


def print_studied(console: Console, test: StressTest) -> None:
    """What simulated runs of the validity study came to, where the study has such."""
    measured = validity(test)
    rows = studied(measured)
    if not rows or measured is None:
        return
    table = Table("truth", box=None)
    for header in ("lives", *VERDICTS, "items\nmedian", "items\n90%"):
        table.add_column(header, justify="right")
    for row in rows:
        chances = [f"{one.value:.1%}" for one in row.chances]
        items = ["all" if n is None else f"{n:,}" for n in (row.median, row.ninetieth)]
        table.add_row(row.case, f"{row.lives:,}", *chances, *items)
    console.print(table)
    error = max(one.error for row in rows for one in row.chances)
    console.print(
        Text(
            f"- Simulated runs of its validity study ({measured['command']}); a chance is off by "
            f"at most {error:.1%} at 95%."
        )
    )


def _table(found: Plan) -> Table:
    table = Table("true\nrate", "comp-\nliant", "vio-\nlating", "incon-\nclusive", box=None)
    compared = ("saved\nof bank", "fixed\nn", "saved\nof it")
    cost = ("\ntokens", "\nseconds") if found.probe else ()
    for header in ("items\n10%", "\nmedian", "\n90%", "\nmean", *compared, *cost):
        table.add_column(header, justify="right")
    for one in found.outlooks:
        table.add_row(*_cells(one), *(_cost(one, found.probe) if found.probe else ()))
    return table


def _cells(one: Outlook) -> Iterator[str]:
    yield f"{one.rate:.2%}"
    for chance in (one.compliant, one.violating, one.inconclusive):
        yield f"{chance.value:.1%}"
    for quantile in (one.items.tenth, one.items.median, one.items.ninetieth):
        yield f"{quantile:,}"
    yield f"{one.items.mean:,.0f}"
    yield f"{one.saved_of_bank:z.0%}"
    yield f"{one.fixed:,}"
    yield "" if one.saved_of_fixed is None else f"{one.saved_of_fixed:z.0%}"


def _cost(one: Outlook, probe: Probe) -> Iterator[str]:
    """Of the mean number of items."""
    yield f"{one.items.mean * probe.tokens_per_item:,.0f}"
    yield f"{one.items.mean * probe.seconds_per_item:,.0f}"


def _notes(found: Plan) -> Iterator[str]:
    yield from _how(found)
    yield from found.banks.assumes
    if found.most_items is not None:
        yield f"The token budget ends a run after about {found.most_items:,} items."
    if found.lead:
        yield "A lead: this test's error rates were not measured, so every verdict is inconclusive."
    if found.probe:
        yield _probed(found.probe)
    else:
        yield "Tokens and time: not known without a model; --model probes one."


def _how(found: Plan) -> Iterator[str]:
    outlooks, design = found.outlooks, found.design
    chances = [c for one in outlooks for c in (one.compliant, one.violating, one.inconclusive)]
    yield (
        f"{outlooks[0].lives:,} simulated runs a rate (seed {SEED}) over the "
        f"{outlooks[0].bank:,} items, by the e-process that decides, with a look every "
        f"{design.batch_size} items from {design.minimum_items} on."
    )
    yield (
        f"Error of the simulation, at 95%: {max(one.error for one in chances):.1%} of a chance, "
        f"{max(1.96 * one.items.standard_error for one in outlooks):,.0f} items of a mean, at most."
    )
    yield (
        "Fixed n: items for which one look by the exact test, at the same alpha, is right with "
        f"chance {POWER:.0%}. It takes somebody who knows the rate beforehand; one n that serves "
        f"every rate above is {max(one.fixed for one in outlooks):,}. Negative: the run asks more."
    )


def _probed(probe: Probe) -> str:
    return (
        f"Tokens and seconds are {probe.tokens_per_item:.1f} and {probe.seconds_per_item:.3f} an "
        f"item, measured on one batch of {probe.items} here and now, for the mean number of items; "
        f"loading took {probe.loading_seconds:.1f} s more."
    )
