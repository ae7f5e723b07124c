"""``python -m workers keyed``: seals a key before publication, and says what it has published."""

from __future__ import annotations

import json
import secrets
from typing import cast

import click
import numpy as np

from compliance.domain.errors import InvalidInputError
from workers.binding import parse_settings
from workers.catalogue import find
from workers.stress_tests.provenance.keyed_draws import SEALED, sealed

SETTINGS = click.option(
    "--set", "settings", multiple=True, metavar="KEY=VALUE", help="A parameter; @PATH for a file."
)
NAMES = click.Choice(sorted(SEALED))


@click.group()
def keyed() -> None:
    """Keep a key by which a model can later be asked what it was trained on."""


@keyed.command()
@click.argument("name", type=NAMES)
@SETTINGS
def seal(name: str, settings: tuple[str, ...]) -> int:
    """Draw a key and a salt for stress test NAME and commit to them and to what is keyed.

    Keep what is printed secret, but for the commitment: lodge that where it gets a date, before
    anything is published. Write a public value that came later into "beacon", if there is one.
    """
    test = find(name)
    parameters = {**test.defaults, **parse_settings(test, settings)}
    test.build(parameters)
    key, salt = secrets.token_hex(32), secrets.token_hex(32)
    commitment = sealed(name, parameters, key=key, salt=salt)
    found = {"key": key, "salt": salt, "commitment": commitment, "beacon": ""}
    click.echo(json.dumps(found, indent=1))
    return 0


@keyed.command()
@SETTINGS
def published(settings: tuple[str, ...]) -> int:
    """Print the wordings that a seal has published, one JSON object a line.

    Takes the documents and the seal as run does: --set documents=@FILE --set seal=@FILE.
    """
    test = find("provenance.paraphrases")
    parameters = parse_settings(test, settings)
    if not parameters.get("seal"):
        raise InvalidInputError(field="--set", problem="no seal is given", fix="Add seal=@FILE")
    found = {}
    for item in test.build(parameters).items(np.random.default_rng(0)):
        found[item.id] = cast("list[str]", item.payload["texts"])[0]
    for name in sorted(found):
        click.echo(json.dumps({"id": name, "wording": found[name]}, ensure_ascii=False))
    return 0
