"""The heaviest pages and API calls over a large record: ``make bench NAME=pages``.

1,000 models with two versions, 50 runs of 10 stress tests each: 1,000,000 results, written by
PostgreSQL itself and not through services. Requests are asked in this process, one after another,
as an officer of the one provider that has all of it; the first page, the portfolio and the matrix
as a regulator with a grant on it, too. ``ASSAY_BENCH_MODELS`` makes it smaller.
"""

from __future__ import annotations

import gc
import hashlib
import logging
import os
import uuid
from pathlib import Path
from time import perf_counter

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from compliance.accounts.models import User
from tests.browser import record
from tests.cast import Cast
from tests.second_factors import sign_in

pytestmark = [pytest.mark.bench, pytest.mark.django_db(transaction=True)]

MODELS = int(os.environ.get("ASSAY_BENCH_MODELS", "1000"))
VERSIONS, RUNS, TESTS = 2, 50, 10
LOGGED = 10
"""Of the runs of each version, the newest, have their verdicts in the ledger."""
ROUNDS = 30
ALLOWED_MS = 300
AS_REGULATOR = ("/", "/portfolio/", "/matrix/", "/matrix/?organization=northwind")
SQL = (Path(__file__).parent / "pages.sql").read_text().split(";\n")


def paths() -> list[str]:
    middle = MODELS // 2
    model = uuid.UUID(bytes=_md5(f"m{middle}"))
    run = uuid.UUID(bytes=_md5(f"r{middle}-2-{RUNS}"))
    return [
        "/",
        "/matrix/",
        "/matrix/?verdict=violating",
        "/models/",
        f"/models/{model}/",
        f"/models/{model}/dossier/",
        f"/models/{model}/history/safety.test_3/",
        f"/runs/{run}/",
        "/runs/",
        "/error-budget/",
        "/api/v1/error-budgets/northwind/streams",
        "/api/v1/results",
        "/api/v1/models",
        "/api/v1/runs",
        f"/api/v1/runs/{run}",
    ]


def _md5(text: str) -> bytes:
    return hashlib.md5(text.encode(), usedforsecurity=False).digest()


def fill(cast: Cast) -> None:
    """Write the record."""
    given = {
        "models": MODELS,
        "versions": VERSIONS,
        "runs": RUNS,
        "tests": TESTS,
        "logged": LOGGED,
        "organization": cast.northwind.id,
        "user": cast.officer.id,
    }
    with connection.cursor() as cursor:
        for statement in filter(str.strip, SQL):
            start = perf_counter()
            cursor.execute(statement, given)
            print(f"  {cursor.rowcount:>9,} rows in {perf_counter() - start:5.1f} s")
        start = perf_counter()
        cursor.execute("VACUUM (ANALYZE)")  # as a record of years is; it was written just now
        print(f"  vacuumed in {perf_counter() - start:5.1f} s")


def test_pages(cast: Cast) -> None:
    logging.disable()
    record.announce()
    fill(cast)
    officer, regulator = _signed_in(cast.officer), _signed_in(cast.regulator)
    asked_by = [(officer, path, path) for path in paths()]
    asked_by += [(regulator, path, f"{path} as regulator") for path in AS_REGULATOR]
    gc.collect()
    gc.freeze()  # every test that was collected, else walked whole between two requests
    slow = {}
    print(f"\n{'p95 ms':>8} {'median':>7} {'queries':>8} {'kB':>6}  path")
    for client, path, name in asked_by:
        cache.clear()
        client.get(path)  # charts are drawn once for each content
        with CaptureQueriesContext(connection) as asked:
            answered = client.get(path)
        count = len(asked)  # before another request forgets them
        assert answered.status_code == 200, (path, answered.content[:300])
        took = sorted(_seconds(client, path) for _ in range(ROUNDS))
        p95, median = 1000 * took[int(0.95 * ROUNDS)], 1000 * took[ROUNDS // 2]
        size = len(answered.content) / 1000
        print(f"{p95:8.0f} {median:7.0f} {count:8d} {size:6.0f}  {name}")
        if p95 > ALLOWED_MS:
            slow[name] = round(p95)
    gc.unfreeze()
    logging.disable(logging.NOTSET)
    print("over 300 ms:", slow or "none")


def _signed_in(user: User) -> Client:
    client = Client()
    sign_in(client, user)
    return client


def _seconds(client: Client, path: str) -> float:
    start = perf_counter()
    client.get(path)
    return perf_counter() - start
