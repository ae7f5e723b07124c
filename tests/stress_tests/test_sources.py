"""The code digest: it moves with every file that made a result, and with no other."""

from __future__ import annotations

import hashlib
import importlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from workers import sources as sources_module
from workers.catalogue import find
from workers.cli import assay
from workers.contract import StressTest
from workers.sources import code_digest, sources

ROOT = Path(__file__).parents[2]
TEST = """
from .items import BANK
from workers.stress_tests.provenance.weights_digest import weights_digest as ours
from dataclasses import replace

def factory():
    return ours.factory()

test = replace(ours, factory=factory)
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A third party's package of two modules, a word list and a module that nobody imports."""
    folder = tmp_path / "their_tests"
    folder.mkdir()
    for name, text in {
        "__init__.py": "",
        "test_of_theirs.py": TEST,
        "items.py": "BANK = 1\n",
        "words.txt": "one",
        "unused.py": "",
    }.items():
        (folder / name).write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield folder
    for name in [name for name in sys.modules if name.startswith("their_tests")]:
        del sys.modules[name]


def digest_now(package: Path) -> str:
    for kept in (sources_module._of, sources_module._read):
        kept.cache_clear()
    test: StressTest = importlib.import_module(f"{package.name}.test_of_theirs").test
    return code_digest(test)


@pytest.mark.parametrize("name", ["test_of_theirs.py", "items.py", "words.txt", "__init__.py"])
def test_it_moves_with_each_file_that_a_third_partys_test_is_made_of(
    package: Path, name: str
) -> None:
    before = digest_now(package)
    with (package / name).open("a") as file:
        file.write("\n# changed")
    assert digest_now(package) != before


def test_it_stays_where_another_file_changes(package: Path) -> None:
    before = digest_now(package)
    (package / "unused.py").write_text("# changed")
    assert digest_now(package) == before


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("bias.bbq", "workers/stress_tests/bias/bbq_evidence.py"),
        ("bias.bbq", "workers/scoring/prefix_trees.py"),
        ("bias.bbq", "compliance/domain/statistics/betting.py"),
        ("bias.bbq", "workers/backends/transformers_local.py"),
        ("bias.bbq", "workers/execution.py"),
        ("safety.refusal", "workers/scoring/refusal_words_1.safetensors"),
        ("provenance.shared_initialisation", "workers/scoring/matching.py"),
    ],
)
def test_what_counts(name: str, path: str) -> None:
    found = sources(find(name))
    assert found[path] == hashlib.sha256((ROOT / path).read_bytes()).hexdigest()


def test_neither_studies_nor_the_record_count() -> None:
    for path in sources(find("provenance.shared_initialisation")):
        assert not path.endswith("_validity.py")
        assert not path.startswith(("compliance/audits", "workers/tasks"))


def test_a_checkout_is_checked_by_what_is_printed() -> None:
    printed = CliRunner().invoke(assay, ["sources", "safety.refusal"], standalone_mode=False)
    assert f"code digest: {code_digest(find('safety.refusal'))}" in printed.stderr
    checked = subprocess.run(
        [shutil.which("sha256sum") or "", "--check", "--quiet", "--strict"],
        input=printed.stdout,
        text=True,
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    assert (checked.returncode, checked.stderr) == (0, "")
