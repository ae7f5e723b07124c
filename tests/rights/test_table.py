"""The rights in the docs are those of the code, and no selector cuts beside ``Viewer.scope``."""

from __future__ import annotations

import re
from pathlib import Path

from compliance.domain.rights import (
    RESOURCES,
    RIGHTS,
    SCOPE_MEANINGS,
    THROUGH_GRANT,
    Action,
    TokenScope,
    scopes_for,
)
from compliance.domain.vocabulary import Role

ROOT = Path(__file__).parents[2]
DOCS = (ROOT / "docs" / "rights.md").read_text()


def test_the_docs_have_the_table_of_rights() -> None:
    found = dict(re.findall(r"^\| ([a-z ]+) \| ((?:yes|–)(?: \| (?:yes|–))+) \|$", DOCS, re.M))
    assert found == {
        action.value.replace("_", " "): " | ".join(
            "yes" if one else "–"
            for one in (*(role in RIGHTS[action] for role in Role), action in THROUGH_GRANT)
        )
        for action in Action
    }
    heads = " | ".join(role.value.replace("_", " ") for role in Role)
    assert f"| action | {heads} | through a grant |" in DOCS


def test_the_docs_have_every_scope() -> None:
    found = dict(re.findall(r"^\| `([a-z:]+)` \| (.+) \|$", DOCS, re.M))
    assert found == {scope.value: meaning for scope, meaning in SCOPE_MEANINGS.items()}
    assert {scope.value.partition(":")[0] for scope in TokenScope} == {
        "read",
        "write",
        *RESOURCES.values(),
    }


def test_what_nobody_named_is_reached_with_everything_alone() -> None:
    assert scopes_for("thing_get", "get") == {TokenScope.READ}
    assert scopes_for("thing_make", "post") == {TokenScope.WRITE}


def test_rows_are_cut_by_the_viewers_scope_alone() -> None:
    beside = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in sorted((ROOT / "compliance").rglob("*.py"))
        if "accounts" not in path.parts
        for line in path.read_text().splitlines()
        if "viewer.readable" in line or "viewer.wholes" in line or "viewer.reaches" in line
    ]
    assert beside == []
