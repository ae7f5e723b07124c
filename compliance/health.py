"""Liveness and readiness, for supervisors."""

from __future__ import annotations

from http import HTTPStatus

from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse

_migrated = False


def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(request: HttpRequest) -> HttpResponse:
    """The process answers, reaches PostgreSQL, and finds the tables its code expects.

    The broker is not asked: no page needs it, and what is requested while it is away is done
    when it is back.
    """
    missing = _missing()
    status = HTTPStatus.SERVICE_UNAVAILABLE if missing else HTTPStatus.OK
    return HttpResponse(f"{missing or 'ok'}\n", status=status, content_type="text/plain")


def _missing() -> str:
    """What stands in the way of answering requests; empty when nothing does."""
    global _migrated  # noqa: PLW0603 (found true once, it stays true for this code)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        if not _migrated:
            executor = MigrationExecutor(connection)
            plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
            if plan:
                first = ", ".join(str(step) for step, _ in plan[:3])
                more = f" and {len(plan) - 3} more" if len(plan) > 3 else ""
                return f"migrations not applied: {first}{more}"
            _migrated = True
    except OperationalError:
        return "no database"
    return ""
