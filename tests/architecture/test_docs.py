"""Docs and code agree."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from compliance.domain.events import EventType
from compliance.env import Env
from workers.catalogue import catalogue, validity

ROOT = Path(__file__).parents[2]
DOCS = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])


@pytest.mark.parametrize("page", DOCS, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text()):
        if "://" not in target:
            assert (page.parent / target).exists(), target


def test_every_setting_is_in_operations() -> None:
    text = (ROOT / "docs" / "operations.md").read_text()
    for name in Env.model_fields:
        assert f"`ASSAY_{name.upper()}`" in text


def test_the_ledger_s_page_lists_every_entry_once() -> None:
    page = (ROOT / "docs" / "ledger.md").read_text()
    rows = page.partition("| what | entries |")[2].partition("\n\n")[0]
    assert sorted(re.findall(r"`([\w.]+)`", rows)) == sorted(one.value for one in EventType)


def test_the_readme_lists_every_stress_test() -> None:
    text = (ROOT / "README.md").read_text()
    assert {name for name, _ in catalogue()} == set(
        re.findall(r"\[`((?:bias|safety|provenance)\.\w+)`\]", text)
    )


def test_every_make_target_that_the_docs_name_exists() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for page in DOCS:
        for target in re.findall(r"^make (\w+)$|`make (\w+)`", page.read_text(), flags=re.M):
            name = "".join(target)
            assert re.search(rf"^{name}:", makefile, flags=re.M), f"{page.name}: make {name}"


def test_every_stress_test_has_a_page_a_data_card_and_a_validity_report() -> None:
    for (name, _), test in catalogue().items():
        page = ROOT / "docs" / "stress_tests" / f"{name}.md"
        assert page.is_file(), name
        assert test.claim_docstring, name
        assert test.identity.sources, name
        assert test.identity.data_card.limits, name
        assert validity(test) is not None, name
