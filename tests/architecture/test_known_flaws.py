"""Flaws that were found in software like ours: what keeps them out stands in the threat model."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAST = {
    "celery": (5, 2, 2),  # CVE-2021-23727
    "jinja2": (3, 1, 6),  # CVE-2024-56326, CVE-2025-27516
    "transformers": (5, 3),  # CVE-2026-4372, CVE-2026-1839, CVE-2024-3568
    "torch": (2, 6),  # CVE-2025-32434
}
UNPICKLES = {"pickle", "cPickle", "dill", "joblib", "marshal", "shelve", "cloudpickle"}
COLUMNS = {"order_by", "annotate", "aggregate", "alias", "filter", "exclude", "values", "extra"}


NOT_USED = {"llama-cpp-python", "vllm", "sglang", "ollama", "mlflow", "daphne", "uvicorn"}
"""Servers in which flaws of the threat model were found, and those that speak ASGI."""


def sources() -> Iterator[tuple[Path, ast.Module]]:
    for room in ("compliance", "workers", "launcher"):
        for path in sorted((ROOT / room).rglob("*.py")):
            yield path, ast.parse(path.read_text())


@pytest.mark.parametrize(("package", "least"), PAST.items(), ids=PAST)
def test_pinned_versions_are_past_what_was_found_in_them(
    package: str, least: tuple[int, ...]
) -> None:
    pins = "".join(path.read_text() for path in sorted(ROOT.glob("requirements*.txt")))
    pins += (ROOT / "docker" / "requirements.txt").read_text()
    found = re.findall(rf"^{package}==([0-9.]+)", pins, flags=re.M | re.I)
    assert found
    for version in found:
        assert tuple(int(part) for part in version.strip(".").split(".")) >= least


def test_servers_of_others_are_no_requirement_and_ours_speaks_no_asgi() -> None:
    files = [*ROOT.glob("requirements*.txt"), ROOT / "docker" / "requirements.txt"]
    pinned = set(re.findall(r"^([\w.-]+)==", "".join(one.read_text() for one in files), flags=re.M))
    assert not {name.lower() for name in pinned} & NOT_USED
    assert not list((ROOT / "compliance").rglob("asgi.py"))
    assert "ASGI_APPLICATION" not in (ROOT / "compliance" / "settings.py").read_text()
    starts = [ROOT / "docker" / "Dockerfile", ROOT / "launcher" / "services.py"]
    assert all(re.search(r'"gunicorn",\s+"compliance\.wsgi"', one.read_text()) for one in starts)


def test_nothing_unpickles() -> None:
    for path, tree in sources():
        for node in ast.walk(tree):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            names += [str(node.module)] if isinstance(node, ast.ImportFrom) else []
            assert not {name.partition(".")[0] for name in names} & UNPICKLES, path
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                assert (node.value.id, node.attr) != ("torch", "load"), path


def test_celery_reads_json_and_keeps_no_result() -> None:
    from workers.celery import app

    assert app.conf.accept_content == ["json"]
    assert app.conf.task_serializer == "json"
    assert app.conf.task_ignore_result
    assert app.conf.result_backend is None


def test_no_request_names_a_column() -> None:
    """Where requests are read, lookups and columns are written in the source."""
    faces = [ROOT / "compliance" / one for one in ("api", "portal")]
    for path, tree in sources():
        if any(path.is_relative_to(face) for face in faces):
            spared = set(map(id, ast.walk(_function(tree, "narrowed"))))
            for node in ast.walk(tree):
                if isinstance(node, ast.Call) and id(node) not in spared:
                    assert not _chosen_elsewhere(node), f"{path}:{node.lineno}"


def _function(tree: ast.Module, name: str) -> ast.AST:
    """The one function that hands lookups on; its callers are looked at like any query."""
    found = [one for one in tree.body if isinstance(one, ast.FunctionDef) and one.name == name]
    return found[0] if found else ast.Pass()


def _chosen_elsewhere(call: ast.Call) -> bool:
    called = call.func.attr if isinstance(call.func, ast.Attribute) else None
    called = call.func.id if isinstance(call.func, ast.Name) else called
    if called not in {*COLUMNS, "narrowed"}:
        return False
    computed = called == "order_by" and not all(isinstance(one, ast.Constant) for one in call.args)
    return computed or any(one.arg is None for one in call.keywords)


def named_tests() -> list[tuple[str, str]]:
    pages = [ROOT / "docs" / "threat-model.md", ROOT / "docs" / "asvs.md"]
    text = "".join(page.read_text() for page in pages if page.is_file())
    return sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", text)))


@pytest.mark.parametrize(("file", "name"), named_tests())
def test_the_tests_that_the_threat_model_names_exist(file: str, name: str) -> None:
    tree = ast.parse((ROOT / file).read_text())
    assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def threats() -> list[str]:
    """Rows of the first table: attack, defence, test."""
    page = (ROOT / "docs" / "threat-model.md").read_text()
    rows = page.partition("\n## ")[0].splitlines()
    return [row for row in rows if row.startswith("| ") and not row.startswith("| attack ")]


def flaws() -> list[str]:
    """Rows of what was found in others: flaw, what went wrong, here."""
    page = (ROOT / "docs" / "threat-model.md").read_text()
    rows = page.partition("## Flaws of others")[2].partition("\n## ")[0].splitlines()
    return [row for row in rows if row.startswith("| ") and not row.startswith("| flaw ")]


def test_every_threat_names_a_test_by_its_file_and_every_flaw_by_its_name() -> None:
    assert len(threats()) > 100
    assert len(flaws()) > 20
    lacking = [
        row for row in threats() if not re.search(r"`tests/[\w/]+\.py", row.split(" | ")[-1])
    ]
    lacking += [row for row in flaws() if not re.search(r"`tests/[\w/]+\.py::\w+`", row)]
    assert lacking == []


def test_the_files_that_the_threat_model_names_exist() -> None:
    text = (ROOT / "docs" / "threat-model.md").read_text()
    for file in set(re.findall(r"`(tests/[\w/]+\.py)[`:]", text)):
        assert (ROOT / file).is_file(), file
