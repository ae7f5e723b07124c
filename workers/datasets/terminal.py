"""``python -m workers datasets``: what public data there are, and how to get them."""

from __future__ import annotations

import click
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from workers.datasets.fetching import fetch
from workers.datasets.reading import fetch_command, folder, is_whole
from workers.datasets.registry import DATASETS, Dataset, dataset


@click.group(invoke_without_command=True)
@click.pass_context
def datasets(context: click.Context) -> int:
    """List the public data sets that stress tests read, or fetch some."""
    if context.invoked_subcommand is None:
        console = Console()
        for one in DATASETS.values():
            _print(console, one)
        get = f"They lie in {folder()} (ASSAY_DATASETS). Get some: {fetch_command('NAME…')}"
        console.print(Text(get))
    return 0


@datasets.command(name="fetch")
@click.argument("names", nargs=-1, required=True)
def fetch_(names: tuple[str, ...]) -> int:
    """Download data sets from their origins, and keep a file only if its digest is right."""
    for one in [dataset(name) for name in names]:
        click.echo(f"{one.title}. Licence: {one.licence}.")
        for file, was_downloaded in fetch(one):
            said = "fetched" if was_downloaded else "already here"
            click.echo(f"  {file.name}: {said}, SHA-256 {file.sha256}")
    return 0


def _print(console: Console, one: Dataset) -> None:
    console.print(Text(f"{one.name}: {'here' if is_whole(one) else 'not here'}", "bold"))
    count = f"{len(one.files)} {'file' if len(one.files) == 1 else 'files'}"
    origin = f"{one.homepage} at {one.commit[:7]}"
    about = f"{count}, {one.size / 1e6:.1f} MB; {one.licence}; {origin}"
    for text in (one.title, about):
        console.print(Padding(Text(text), (0, 0, 0, 2)))
