"""Log lines: one JSON object each, or text for a terminal; of Assay's code and of libraries alike.

Whoever knows what a process is working on binds its ids with structlog's context variables
(``RequestLog`` for web requests, ``workers.messages`` for tasks), and every line carries them.
"""

from __future__ import annotations

import re
import sys
import time
import uuid
from collections.abc import Callable
from enum import StrEnum
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse
from structlog.typing import EventDict, Processor

from compliance.tracing import trace_id_now

QUIET = ("/healthz", "/readyz", "/metrics", "/static/")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_log = structlog.get_logger("assay.web")


class LogFormat(StrEnum):
    """How a log line looks."""

    JSON = "json"
    CONSOLE = "console"


class RequestLog:
    """Middleware: an id for each request, on its log lines and in its answer.

    A proxy's ``X-Request-ID`` is kept when it is a plain word; a query string is never logged.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        sent = request.headers.get("X-Request-ID", "")
        request_id = sent if _REQUEST_ID.fullmatch(sent) else uuid.uuid4().hex
        started = time.perf_counter()
        # Bound until the next request comes: Django's last word on a request follows this code.
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        response = self._get_response(request)
        response["X-Request-ID"] = request_id
        if not request.path.startswith(QUIET):
            _log.info(
                "request",
                method=request.method,
                path=request.path,
                status=response.status_code,
                seconds=round(time.perf_counter() - started, 4),
            )
        return response


def logging_settings(form: LogFormat) -> dict[str, Any]:
    """Django's LOGGING: every logger's lines go to standard error in one form."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "assay": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": _facts(),
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    *_rendering(form),
                ],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "assay"}},
        "root": {"handlers": ["stderr"], "level": "INFO"},
        # Their own handlers go, so that their lines look like all others.
        "loggers": {
            "django": {"handlers": [], "propagate": True},
            "gunicorn.error": {"handlers": [], "propagate": True},
            "httpx": {"level": "WARNING"},  # at INFO it tells of every URL it asks for
        },
    }


def structlog_configure() -> None:
    """Hand structlog's lines to the standard library's logging, which formats them."""
    structlog.configure(
        processors=[*_facts(), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )


def _facts() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _trace_id_add,
    ]


def _rendering(form: LogFormat) -> list[Processor]:
    if form is LogFormat.CONSOLE:
        # Not the renderer's own choice of traceback, which shows local variables.
        plain = structlog.dev.plain_traceback
        colors = sys.stderr.isatty()
        return [structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=plain)]
    return [
        structlog.processors.format_exc_info,
        structlog.processors.EventRenamer("message"),
        structlog.processors.JSONRenderer(),
    ]


def _trace_id_add(_logger: object, _method: str, line: EventDict) -> EventDict:
    if trace_id := trace_id_now():
        line["trace_id"] = trace_id
    return line
