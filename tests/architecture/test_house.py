"""The house rules that a linter does not know."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from compliance.domain.events import EventType

ROOT = Path(__file__).parents[2]
ROOMS = ("compliance", "workers", "launcher")
PASSING = {"RateLimit"}
"""Rows that are gone in a second or a minute, and tell of nothing that happened."""
MAX_FILE_LINES = 300
MAX_FUNCTION_LINES = 40
MAX_TASK_LINES = 15
FORBIDDEN_NAMES = {"utils.py", "helpers.py", "common.py", "core.py", "misc.py"}


def sources() -> Iterator[Path]:
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of the body; a docstring is documentation, not code."""
    body = node.body[1:] if ast.get_docstring(node) else node.body
    return 0 if not body else (node.end_lineno or 0) - body[0].lineno + 1


def test_no_file_is_over_its_budget() -> None:
    over = {
        str(path.relative_to(ROOT)): count
        for path in sources()
        if (count := len(path.read_text().splitlines())) > MAX_FILE_LINES
    }
    assert not over


def test_no_function_is_over_its_budget() -> None:
    over = {
        f"{path.relative_to(ROOT)}:{node.name}": lines(node)
        for path in sources()
        for node in functions(path)
        if lines(node) > MAX_FUNCTION_LINES
    }
    assert not over


def test_tasks_only_load_and_call_a_service() -> None:
    for path in (ROOT / "workers" / "tasks").glob("*.py"):
        for node in functions(path):
            if any("task" in ast.dump(decorator) for decorator in node.decorator_list):
                assert lines(node) <= MAX_TASK_LINES, f"{path.name}:{node.name}"


def test_no_module_is_a_drawer_for_everything() -> None:
    assert not [path for path in sources() if path.name in FORBIDDEN_NAMES]


def test_every_event_type_says_what_follows() -> None:
    from workers.routes import ROUTES

    assert set(ROUTES) == set(EventType)


def test_every_route_names_a_task_that_exists() -> None:
    from workers.celery import app
    from workers.routes import ROUTES, SUBSCRIPTIONS

    app.loader.import_default_modules()
    named = {SUBSCRIPTIONS}.union(*ROUTES.values())
    assert named <= set(app.tasks)


def test_importing_the_record_loads_neither_celery_nor_torch() -> None:
    import subprocess
    import sys

    program = (
        "import sys, compliance.domain.verdicts, compliance.domain.specs;"
        "assert not {'django', 'celery', 'torch', 'transformers'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT)


def travels() -> list[tuple[str, str]]:
    text = (ROOT / "docs" / "architecture.md").read_text()
    return re.findall(r"`([\w/]+\.py):(\w+)`", text)


@pytest.mark.parametrize(("file", "name"), travels())
def test_the_travels_in_the_docs_name_what_exists(file: str, name: str) -> None:
    tree = ast.parse((ROOT / file).read_text())
    assert name in {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    }


def test_the_docs_name_files_that_exist() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text()
    for file in set(re.findall(r"`((?:compliance|workers|launcher)/[\w/]+\.py)[:`]", text)):
        assert (ROOT / file).is_file(), file


@pytest.mark.django_db
def test_every_row_is_in_the_admin() -> None:
    from django.apps import apps
    from django.contrib import admin

    missing = [
        model.__name__
        for app in apps.get_app_configs()
        if app.name.startswith("compliance.")
        for model in app.get_models()
        if model not in admin.site._registry and model.__name__ not in PASSING
    ]
    assert not missing


@pytest.mark.django_db
def test_nothing_drifted_from_the_migrations() -> None:
    from django.core.management import call_command

    call_command("makemigrations", "--check", "--dry-run", verbosity=0)
