"""The terminal's face: run, list and validate stress tests without database or broker."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from typing import Any, NoReturn

import click
from rich.console import Console
from rich.table import Table

from compliance.domain.canonical import Json
from compliance.domain.errors import AssayError, InvalidInputError, NotTestableError
from compliance.domain.specs import ShardSpec, Subject
from compliance.domain.vocabulary import Verdict
from workers.binding import bind, parse_settings
from workers.catalogue import VALIDITY_FOLDER, catalogue, find, validity
from workers.execution import Execution, execute
from workers.reporting import ProgressSink, as_json, print_execution

EXIT_STATUS = {Verdict.COMPLIANT: 0, Verdict.VIOLATING: 1, Verdict.INCONCLUSIVE: 3}
BAD_INPUT, NOT_TESTABLE = 2, 4


@click.group(help=__doc__)
def main() -> None:
    """Entry point of ``python -m workers``."""


@main.command()
def tests() -> None:
    """List the stress tests with their data cards."""
    table = Table("stress test", "needs", "items", "validity", "claim")
    for (name, version), test in catalogue().items():
        card, identity = test.identity.data_card, test.identity
        table.add_row(
            f"{name}@{version}",
            ", ".join(sorted(need.value for need in identity.needs)),
            f"{card.size or 'given'}: {card.name} {card.version}",
            "measured" if validity(test) else "none: leads only",
            test.claim_docstring.splitlines()[0],
        )
    Console().print(table)


@main.command()
@click.argument("name")
@click.option("--model", required=True, help="A folder, a .gguf file, or an endpoint's URL.")
@click.option("--reference", multiple=True, help="Weights to compare with; repeatable.")
@click.option("--declared-parent", multiple=True, help="A reference declared as parent.")
@click.option("--registered", type=click.Path(), help="JSON of file name to SHA-256.")
@click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="A parameter.")
@click.option("--seed", default=0, show_default=True, help="Order of the items.")
@click.option("--allow-internal", is_flag=True, help="Let the URL be an internal address.")
@click.option("--json", "json_wanted", is_flag=True, help="One JSON object on standard output.")
def run(name: str, model: str, json_wanted: bool, **options: Any) -> NoReturn:
    """Run a stress test and print its verdict.

    Exit status: 0 compliant, 1 violating, 2 bad input, 3 inconclusive, 4 not testable.
    """
    try:
        execution = _execute(name, model, quiet=json_wanted, **options)
    except NotTestableError as error:
        _stop(f"not testable: {error}", NOT_TESTABLE)
    except AssayError as error:
        _stop(str(error), BAD_INPUT)
    if json_wanted:
        click.echo(json.dumps(as_json(execution), indent=1))
    else:
        print_execution(Console(), name, execution)
    sys.exit(EXIT_STATUS[execution.verdict])


@main.command()
@click.argument("name", required=False)
@click.option("--all", "every", is_flag=True, help="Every stress test.")
@click.option("--quick", is_flag=True, help="A small study, printed and not kept.")
def validate(name: str | None, every: bool, quick: bool) -> None:
    """Measure a stress test's false-alarm rate and power, and keep the report."""
    if bool(name) == every:
        _stop("name: give one stress test or --all.", BAD_INPUT)
    names = [key[0] for key in catalogue()] if every else [str(name)]
    for one in names:
        try:
            report = _study(one)(quick=quick)
        except InvalidInputError as error:
            _stop(str(error), BAD_INPUT)
        text = json.dumps(report, indent=1, sort_keys=True) + "\n"
        click.echo(text, nl=False)
        if not quick:
            VALIDITY_FOLDER.mkdir(exist_ok=True)
            (VALIDITY_FOLDER / f"{one}.json").write_text(text)


def _execute(name: str, model: str, *, quiet: bool, **options: Any) -> Execution:
    from workers.backends.loading import open_backend  # loads torch: only when it is needed

    test = find(name)
    parents, others = options["declared_parent"], options["reference"]
    parameters: dict[str, Json] = parse_settings(test, options["settings"])
    bound, references = bind(
        test, parents=parents, others=others, registered=options["registered"]
    )
    spec = ShardSpec(
        test=test.spec(**{**bound, **parameters}),
        seed=options["seed"],
        subject=Subject(label=model, location=_absolute(model)),
        references=references,
    )
    backend = open_backend(spec.subject, references, allow_internal=options["allow_internal"])
    with ProgressSink(name, quiet=quiet) as sink:
        return execute(spec, backend, sink)


def _study(name: str) -> Any:
    module = find(name).factory.__module__ + "_validity"
    return importlib.import_module(module).validate


def _absolute(model: str) -> str:
    return model if "://" in model else str(Path(model).expanduser().absolute())


def _stop(message: str, status: int) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(status)
