"""What a log line carries."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
import structlog
from django.test import Client

from compliance.logs import LogFormat, logging_settings


def handler(form: LogFormat) -> tuple[logging.Handler, StringIO]:
    settings = logging_settings(form)["formatters"]["assay"]
    written = StringIO()
    made = logging.StreamHandler(written)
    formatter = settings.pop("()")
    made.setFormatter(formatter(**settings))
    return made, written


@pytest.fixture
def lines() -> Iterator[Any]:
    """What is logged as JSON, parsed line by line when called."""
    made, written = handler(LogFormat.JSON)
    root = logging.getLogger()
    root.addHandler(made)
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    root.removeHandler(made)


def test_structlog_and_libraries_write_the_same_lines(lines: Any) -> None:
    with structlog.contextvars.bound_contextvars(run_id="r1", event_id="e1"):
        structlog.get_logger("assay.runs").info("shard claimed", shard="s1")
        logging.getLogger("celery.app.trace").warning("Task %s is slow", "x")
    ours, theirs = lines()
    assert (ours["message"], ours["shard"], ours["level"]) == ("shard claimed", "s1", "info")
    assert (theirs["message"], theirs["logger"]) == ("Task x is slow", "celery.app.trace")
    for line in (ours, theirs):
        assert (line["run_id"], line["event_id"]) == ("r1", "e1")
        assert line["timestamp"].endswith("Z")


@pytest.mark.parametrize("form", LogFormat)
def test_a_traceback_shows_no_variables(form: LogFormat) -> None:
    made, written = handler(form)
    logging.getLogger().addHandler(made)
    try:
        fail("-".join(["correct", "horse"]))
    except ValueError:
        structlog.get_logger("assay.runs").exception("shard failed")
    finally:
        logging.getLogger().removeHandler(made)
    said = written.getvalue()
    assert "ValueError: 13" in said
    assert "correct-horse" not in said
    if form is LogFormat.JSON:
        assert "ValueError: 13" in json.loads(said)["exception"]


def fail(secret: str) -> None:
    raise ValueError(len(secret))


def test_a_request_has_an_id_on_its_lines_and_in_its_answer(lines: Any, db: None) -> None:
    answer = Client().get("/accounts/login/?next=/secret", headers={"X-Request-ID": "proxy-1"})
    assert answer["X-Request-ID"] == "proxy-1"
    (line,) = lines()
    assert (line["message"], line["request_id"]) == ("request", "proxy-1")
    assert (line["method"], line["path"], line["status"]) == ("GET", "/accounts/login/", 200)
    assert "secret" not in json.dumps(line)


@pytest.mark.parametrize("sent", ["", "a b", "x" * 65, 'a"b'])
def test_an_id_that_is_no_plain_word_is_replaced(sent: str, lines: Any, db: None) -> None:
    given = Client().get("/api/v1/runs", headers={"X-Request-ID": sent})["X-Request-ID"]
    assert given != sent
    assert len(given) == 32
    ours, djangos = lines()
    assert (ours["logger"], djangos["logger"]) == ("assay.web", "django.request")
    assert ours["request_id"] == djangos["request_id"] == given


def test_probes_write_no_lines(lines: Any) -> None:
    Client().get("/healthz")
    assert lines() == []
