"""The terminal's face: run, list, plan and validate stress tests without database or broker."""

from __future__ import annotations

import json
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn, TextIO

import click
from rich.console import Console

from compliance.domain.canonical import Json
from compliance.domain.errors import AssayError, InvalidInputError, NotTestableError
from compliance.domain.specs import ShardSpec, Subject
from workers import labelling, planning, recorded
from workers.binding import bind, earlier_looks, parse_settings
from workers.catalogue import catalogue, find, study, validity_path
from workers.contract import Backend
from workers.datasets.terminal import datasets
from workers.execution import Execution, execute
from workers.keying import keyed
from workers.listing import sources_listed, tests
from workers.planning_report import print_plan
from workers.plans import plans
from workers.registering import UnreachableError, register
from workers.reporting import (
    ProgressSink,
    as_json,
    print_execution,
)
from workers.scoring.rubric_accuracy import judge_card
from workers.sealing import weights
from workers.statuses import BAD_INPUT, BUG, EXIT_STATUS, NOT_TESTABLE, STOPPED, UNREACHABLE

MAX_SEED = 2**53 - 1
"""The largest whole number that every JSON reader keeps exactly."""

SETTINGS = click.option(
    "--set", "settings", multiple=True, metavar="KEY=VALUE", help="A parameter."
)
TEXT = click.File(encoding="utf-8", errors="replace")
"""Bytes that are no UTF-8 make a line that is refused by its number."""
SEED = click.option(
    "--seed",
    type=click.IntRange(0, MAX_SEED),
    default=0,
    show_default=True,
    help="Order of the items.",
)
JSON_WANTED = click.option(
    "--json", "json_wanted", is_flag=True, help="One JSON object on standard output."
)


def main() -> NoReturn:
    """Entry point of ``python -m workers``."""
    try:
        status = assay.main(standalone_mode=False)
    except NotTestableError as error:
        status = _say(f"not testable: {error}", NOT_TESTABLE)
    except UnreachableError as error:
        status = _say(str(error), UNREACHABLE)
    except AssayError as error:
        status = _say(str(error), BAD_INPUT)
    except click.ClickException as error:
        error.show()
        status = BAD_INPUT
    except (click.Abort, KeyboardInterrupt):
        status = _say("Stopped.", STOPPED)
    except Exception:
        traceback.print_exc()
        status = BUG
    sys.exit(status)


@click.group(name="assay")
def assay() -> None:
    """Run, list, plan and validate stress tests here, or register a version with a server."""


assay.add_command(datasets)
assay.add_command(judge_card)
assay.add_command(keyed)
assay.add_command(plans)
assay.add_command(register)
assay.add_command(tests)
assay.add_command(sources_listed)
assay.add_command(weights)


@assay.command()
@click.argument("name")
@click.option("--model", required=True, help="A folder, a .gguf file, or an endpoint's URL.")
@click.option("--reference", multiple=True, help="Weights to compare with; repeatable.")
@click.option("--declared-parent", multiple=True, help="A reference declared as parent.")
@click.option(
    "--earlier",
    multiple=True,
    type=click.Path(path_type=Path),
    help="An earlier run's --json, for tests over time; repeatable, oldest first.",
)
@click.option("--registered", type=click.Path(), help="JSON of file name to SHA-256.")
@SETTINGS
@SEED
@click.option("--token-budget", type=click.IntRange(1), help="Ask no more after so many tokens.")
@click.option("--allow-internal", is_flag=True, help="Let the URL lead to an internal address.")
@JSON_WANTED
def run(name: str, model: str, json_wanted: bool, **options: Any) -> int:
    """Run a stress test and print its verdict.

    Exit status: 0 compliant, 1 violating, 2 bad input, 3 inconclusive, 4 not testable.
    """
    spec = _spec(name, model, **options)
    started = time.monotonic()
    execution = _execute(spec, allow_internal=options["allow_internal"])
    seconds = round(time.monotonic() - started, 3)
    _print(spec, execution, {"seconds": seconds} if json_wanted else None)
    return EXIT_STATUS[execution.verdict]


@assay.command()
@click.argument("run", type=TEXT)
@click.option("--labels", type=TEXT, help="What people filled in.")
def label(run: TextIO, labels: TextIO | None) -> int:
    """List the items of a run (its --json) that people are to label, or fold their labels in.

    The list is one JSON object a line; fill in "label". With --labels it ends as run does.
    """
    answered = labelling.reopen(run.read())
    if labels is None:
        for line in answered.to_label():
            click.echo(json.dumps(line, ensure_ascii=False))
        return 0
    execution = labelling.fold(answered, labelling.parse_labels(labels.readlines()))
    _print(answered.spec, execution, None)
    return EXIT_STATUS[execution.verdict]


@assay.command()
@click.argument("name")
@click.option("--answers", required=True, type=click.Path(path_type=Path), help="JSON lines.")
@SETTINGS
@SEED
@JSON_WANTED
def score(name: str, answers: Path, json_wanted: bool, **options: Any) -> int:
    """Fold answers that somebody recorded into a stress test's claim, without a model.

    A line is {"item": ID, "answer": TEXT}. Exit status as of run.
    """
    test = find(name)
    spec = ShardSpec(
        test=test.spec(**parse_settings(test, options["settings"])),
        seed=options["seed"],
        subject=Subject(label=str(answers), location=str(answers)),
    )
    execution = recorded.fold(spec, answers)
    _print(spec, execution, {} if json_wanted else None)
    return EXIT_STATUS[execution.verdict]


@assay.command()
@click.argument("name")
@SETTINGS
@click.option("--rate", "rates", type=float, multiple=True, help="A true rate; repeatable.")
@click.option(
    "--lives",
    type=click.IntRange(100, 1_000_000),
    default=1000,
    show_default=True,
    help="Simulated runs at each rate.",
)
@click.option("--model", help="Probe it for tokens and time: a folder, a .gguf file, or a URL.")
@click.option("--token-budget", type=click.IntRange(1), help="A run asks no more after so many.")
@click.option("--allow-internal", is_flag=True, help="Let the URL lead to an internal address.")
@JSON_WANTED
def plan(name: str, json_wanted: bool, **options: Any) -> int:
    """Foresee a stress test's verdict, items, tokens and time, before anything is asked.

    Without --rate, at seven true rates around the limit. Ends with 0 whatever is foreseen.
    """
    test = find(name)
    parameters = parse_settings(test, options["settings"])
    model, rates = options["model"], options["rates"]
    backend = _probed(model, allow_internal=options["allow_internal"]) if model else None
    found = planning.plan(
        test,
        parameters,
        rates,
        lives=options["lives"],
        backend=backend,
        token_budget=options["token_budget"],
    )
    if json_wanted:
        click.echo(json.dumps(planning.as_json(test, parameters, found), allow_nan=False))
    else:
        print_plan(Console(), test, found)
    return 0


@assay.command()
@click.argument("name", required=False)
@click.option("--all", "every", is_flag=True, help="Every stress test.")
@click.option("--engines", is_flag=True, help="The engines of evidence, whatever test uses them.")
@click.option("--quick", is_flag=True, help="A small study, printed and not kept.")
def validate(name: str | None, every: bool, engines: bool, quick: bool) -> int:
    """Measure a stress test's false-alarm rate and power, and keep the report."""
    if bool(name) + every + engines != 1:
        raise InvalidInputError(
            field="name",
            problem="one stress test or all",
            fix="Give one name, or --all, or --engines",
        )
    if engines:
        from workers import engine_study

        _measure(engine_study.validate, engine_study.REPORT, quick=quick)
        return 0
    for one in sorted({key[0] for key in catalogue()}) if every else [str(name)]:
        _measure(study(find(one)), validity_path(find(one)), quick=quick)
    return 0


def _print(spec: ShardSpec, execution: Execution, more: dict[str, Json] | None) -> None:
    """For people, or with ``more`` as one JSON object."""
    if more is None:
        print_execution(Console(), spec, execution)
    else:
        click.echo(json.dumps(as_json(spec, execution) | more, allow_nan=False))


def _measure(study: Callable[[bool], dict[str, Json]], path: Path, *, quick: bool) -> None:
    """Print a study's report and, unless it is quick, keep it whole or not at all."""
    text = json.dumps(study(quick), indent=1, sort_keys=True) + "\n"
    click.echo(text, nl=False)
    if not quick:
        path.parent.mkdir(exist_ok=True)
        written = path.with_suffix(".tmp")
        written.write_text(text)
        written.replace(path)


def _spec(name: str, model: str, **options: Any) -> ShardSpec:
    test = find(name)
    parameters = parse_settings(test, options["settings"])
    bound, references = bind(
        test,
        parents=options["declared_parent"],
        others=options["reference"],
        registered=options["registered"],
    )
    return ShardSpec(
        test=test.spec(**{**bound, **parameters}),
        seed=options["seed"],
        subject=_subject(model),
        references=references,
        token_budget=options["token_budget"],
        earlier=earlier_looks(test, options["earlier"]),
    )


def _subject(model: str) -> Subject:
    location = model if "://" in model else str(Path(model).expanduser().absolute())
    return Subject(label=model, location=location)


def _probed(model: str, *, allow_internal: bool) -> Backend:
    from workers.backends.loading import open_backend

    # What was kept would be measured as costing nothing.
    return open_backend(_subject(model), allow_internal=allow_internal, remembers=False)


def _execute(spec: ShardSpec, *, allow_internal: bool) -> Execution:
    from workers.backends.loading import open_backend

    backend = open_backend(spec.subject, spec.references, allow_internal=allow_internal)
    with ProgressSink(spec.test.name) as sink:
        return execute(spec, backend, sink)


def _say(message: str, status: int) -> int:
    click.echo(message, err=True)
    return status
