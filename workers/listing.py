"""What there is: the stress tests, one with its data card, and the source files it is made of."""

from __future__ import annotations

import click
from rich.console import Console

from workers.catalogue import catalogue, find
from workers.reporting import print_line, print_test
from workers.sources import code_digest, sources


@click.command()
@click.argument("name", required=False)
def tests(name: str | None) -> int:
    """List the stress tests, or show one with its data card."""
    console = Console()
    if name is not None:
        print_test(console, find(name))
        return 0
    for test in catalogue().values():
        print_line(console, test)
    console.print("One test with its data card and sources: tests NAME")
    return 0


@click.command(name="sources")
@click.argument("name")
def sources_listed(name: str) -> int:
    """List the files behind a test's code digest, as ``sha256sum --check`` reads them.

    The digest itself, which results and attestations carry, goes to standard error.
    """
    test = find(name)
    for path, digest in sources(test).items():
        click.echo(f"{digest}  {path}")
    click.echo(f"code digest: {code_digest(test)}", err=True)
    return 0
