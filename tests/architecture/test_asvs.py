"""docs/asvs.md: every requirement once, each with a test that exists, and the whole inventory."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from django.conf import global_settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "asvs.md").read_text()
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \|(.*)\|$", re.M)
MET, NOT_MET, NOT_HERE = "met", "**not met**", "does not apply"
OWASP_ROUNDS = 600_000
"""For PBKDF2 with SHA-256: OWASP Password Storage Cheat Sheet, 2023."""

# How many requirements each section of ASVS 5.0.0 has at level 2, or at level 3 in V6, V8, V11
# and V16. They are numbered by level, so that what we leave out comes last.
SECTIONS = (
    "1.1:2 1.2:9 1.3:11 1.4:3 1.5:2 2.1:3 2.2:3 2.3:4 2.4:1 3.2:2 3.3:4 3.4:6 3.5:5 3.7:2 4.1:3 "
    "4.2:1 4.3:2 4.4:4 5.1:1 5.2:3 5.3:2 5.4:3 6.1:3 6.2:12 6.3:8 6.4:6 6.5:8 6.6:4 6.7:2 6.8:4 "
    "7.1:3 7.2:4 7.3:2 7.4:5 7.5:2 7.6:2 8.1:4 8.2:4 8.3:3 8.4:2 9.1:3 9.2:4 10.1:2 10.2:2 10.3:4 "
    "10.4:11 10.5:5 10.6:2 10.7:3 11.1:4 11.2:5 11.3:5 11.4:4 11.5:2 11.6:2 11.7:2 12.1:3 12.2:2 "
    "12.3:4 13.1:1 13.2:5 13.3:2 13.4:5 14.1:2 14.2:4 14.3:3 15.1:3 15.2:3 15.3:7 16.1:1 16.2:5 "
    "16.3:4 16.4:3 16.5:4 17.1:1 17.2:4 17.3:2"
)


def rows() -> list[tuple[str, list[str]]]:
    return [
        (number, [cell.strip() for cell in rest.split("|")]) for number, rest in ROW.findall(PAGE)
    ]


def named_tests() -> list[tuple[str, str, str]]:
    """Requirement, file and name of every test that a row names."""
    return [
        (number, *test)
        for number, cells in rows()
        for test in re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", cells[-1])
    ]


@cache
def names_in(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / file).read_text())
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_every_requirement_stands_there_once() -> None:
    asked = [
        f"{section}.{number}"
        for section, count in (one.split(":") for one in SECTIONS.split())
        for number in range(1, int(count) + 1)
    ]
    assert [number for number, _ in rows()] == asked


def test_every_named_test_exists() -> None:
    missing = [one for one in named_tests() if one[2] not in names_in(one[1])]
    assert missing == []


def test_what_is_met_names_its_test_and_what_is_not_says_why() -> None:
    for number, (_, stands, how, shown) in rows():
        assert stands in {MET, NOT_MET, NOT_HERE}, number
        assert shown if stands == MET else how, number


@pytest.mark.parametrize(("word", "stands"), [("met", MET), ("do not", NOT_HERE)])
def test_the_counts_are_those_of_the_rows(word: str, stands: str) -> None:
    count = sum(cells[1] == stands for _, cells in rows())
    verb = "are met" if word == "met" else "do not apply"
    assert f"{count} {verb}" in PAGE
    assert f"{len(rows())}\nrequirements" in PAGE


def test_the_inventory_names_every_module_that_uses_cryptography() -> None:
    uses = re.compile(r"^\s*(?:from|import) (?:cryptography|hmac|secrets|pkcs11)\b", re.M)
    inventory = PAGE.partition("## Cryptography")[2].partition("## Data")[0]
    modules = [
        path.relative_to(ROOT).as_posix()
        for package in ("compliance", "workers", "launcher")
        for path in sorted((ROOT / package).rglob("*.py"))
        if uses.search(path.read_text())
    ]
    assert [one for one in modules if f"`{one}`" not in inventory] == []


def test_passwords_are_hashed_slowly() -> None:
    """With Django's own default, which the settings leave alone."""
    assert "PASSWORD_HASHERS" not in (ROOT / "compliance" / "settings.py").read_text()
    assert global_settings.PASSWORD_HASHERS[0].endswith(PBKDF2PasswordHasher.__name__)
    assert PBKDF2PasswordHasher.iterations >= OWASP_ROUNDS
