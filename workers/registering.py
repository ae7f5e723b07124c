"""``register``: registers a version with a server, and waits for what its stress tests find."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.text import Text

from compliance.domain.canonical import Json
from compliance.domain.errors import InvalidInputError
from compliance.domain.vocabulary import Access, Verdict
from workers.reporting import STYLES
from workers.service import Service, UnreachableError
from workers.statuses import EXIT_STATUS, NOT_TESTABLE, UNFINISHED

__all__ = ["UnreachableError", "register"]

POLL_SECONDS = 2.0
_ENDED = frozenset({"completed", "errored", "cancelled"})
_UNTESTED = frozenset({"not_testable", "errored", "cancelled"})


@click.command()
@click.argument("model", metavar="ORGANIZATION/MODEL")
@click.argument("name", metavar="VERSION")
@click.option("--url", envvar="ASSAY_URL", required=True, help="The server. [ASSAY_URL]")
@click.option("--token", envvar="ASSAY_TOKEN", required=True, help="An API token. [ASSAY_TOKEN]")
@click.option("--location", required=True, help="Folder below the models root, or a URL.")
@click.option(
    "--access",
    type=click.Choice([one.value for one in Access]),
    default=Access.WEIGHTS.value,
    show_default=True,
)
@click.option(
    "--declare",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help='JSON with "parents" and "sources", as the API takes them.',
)
@click.option("--wait", is_flag=True, help="Have it tested, and end with the verdict.")
@click.option("--test", "tests", multiple=True, help="Of the run; repeatable. Default: every one.")
@click.option("--timeout", type=click.IntRange(1), default=3600, show_default=True, help="Seconds.")
@click.option("--allow-inconclusive", is_flag=True, help="End with 0 where nothing was decided.")
@click.option("--key", envvar="ASSAY_KEY", default="", help="Of this job: done once. [ASSAY_KEY]")
@click.option("--json", "json_wanted", is_flag=True, help="One JSON object on standard output.")
def register(model: str, name: str, **options: Any) -> int:
    """Register a version with a server; with --wait, test it and print the verdicts.

    Exit status: 0 registered, or with --wait compliant; 1 violating, 2 refused, 3 inconclusive,
    4 something could not be tested, 69 no server, 75 not finished in time.
    """
    with Service(options["url"], options["token"], key=options["key"]) as service:
        version = _register(service, model, name, **options)
        runs: list[Any] = []
        results: list[Any] = []
        if options["wait"]:
            runs = _wait(service, version, options["tests"], timeout=options["timeout"])
            results = list(service.rows("results", version=version["id"]))
    status = _status(runs, results) if options["wait"] else 0
    if options["json_wanted"]:
        found = {"version": version, "runs": runs, "results": results, "status": status}
        click.echo(json.dumps(found))
    else:
        _print(Console(), version, runs, results)
    undecided = EXIT_STATUS[Verdict.INCONCLUSIVE]
    return 0 if status == undecided and options["allow_inconclusive"] else status


def _register(service: Service, model: str, name: str, **options: Any) -> Any:
    organization, _, slug = model.partition("/")
    found = service.get("models", organization=organization, slug=slug)["rows"] if slug else []
    if not found:
        raise InvalidInputError(
            field="model",
            problem=f"there is no model {model} that you may see",
            fix="Write it as organization/model, and register the model first",
        )
    declared = json.loads(options["declare"].read_text()) if options["declare"] else {}
    body = {
        "model": found[0]["id"],
        "name": name,
        "access": options["access"],
        "location": options["location"],
    }
    return service.post("versions", body | declared)


def _wait(service: Service, version: Any, tests: Sequence[str], *, timeout: float) -> list[Any]:
    """Request a run, and wait until it and every other of the version has ended, or time is up."""
    battery: dict[str, Json] = {"battery": [*tests]} if tests else {}
    service.post("runs", {"version": version["id"], **battery})
    deadline = time.monotonic() + timeout
    while True:
        runs = list(service.rows("runs", version=version["id"]))
        if all(run["state"] in _ENDED for run in runs) or time.monotonic() > deadline:
            return runs
        time.sleep(POLL_SECONDS)


def _status(runs: Sequence[Any], results: Sequence[Any]) -> int:
    """The worst that was found; what is not known is never taken for good."""
    verdicts = {Verdict(result["verdict"]) for result in results}
    if Verdict.VIOLATING in verdicts:
        return EXIT_STATUS[Verdict.VIOLATING]
    if any(run["state"] not in _ENDED for run in runs):
        return UNFINISHED
    if not results or any(_untested(runs)):
        return NOT_TESTABLE
    undecided = Verdict.INCONCLUSIVE in verdicts
    return EXIT_STATUS[Verdict.INCONCLUSIVE if undecided else Verdict.COMPLIANT]


def _untested(runs: Sequence[Any]) -> list[Any]:
    return [shard for run in runs for shard in run["shards"] if shard["state"] in _UNTESTED]


def _print(console: Console, version: Any, runs: Sequence[Any], results: Sequence[Any]) -> None:
    console.print(f"{version['label']} is registered: {version['id']}", highlight=False)
    for shard in _untested(runs):
        said = f"{shard['test']}: {shard['state'].replace('_', ' ')}: {shard['trouble']}"
        console.print(Text(said, "bold yellow"))
    for run in runs:
        if run["state"] not in _ENDED:
            console.print(Text(f"run {run['id']} is still {run['state']}", "bold yellow"))
    for result in results:
        console.print(_line(result), soft_wrap=True)


def _line(result: Any) -> Text:
    """A verdict as a claim with its interval, on one line of a job's log."""
    estimate, verdict = result["estimate"], result["verdict"]
    claim = estimate["claim"]
    found = f"{estimate['value']:.4g}, between {estimate['lower']:.4g} and {estimate['upper']:.4g}"
    limit = f"limit {claim['limit']:.4g} ({claim['limit_source']})"
    lead = "; a lead, whose error rates were not measured" if estimate["lead"] else ""
    return Text.assemble(
        f"{result['test']}: ",
        (verdict, STYLES[verdict]),
        f": {found} at alpha {claim['alpha']:g}; {limit}{lead}",
    )
