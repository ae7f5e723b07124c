"""The newest result of each stress test."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from compliance.accounts.selectors import Viewer
from compliance.audits.models import Result
from compliance.audits.selectors import result_list

WIDE = ("estimate", "spec", "environment")
"""Columns that a list of verdicts does not read."""


def result_newest_list(*, viewer: Viewer, per: str = "version", **where: Any) -> QuerySet[Result]:
    """The newest result of each stress test that the viewer may read, without ``WIDE``.

    It is found among ids alone, and for most viewers among standings: to sort a whole history took
    most of a page's time. A grant that is cut by time shows what was newest in it.

    Args:
        per: what has one of each stress test, ``version`` or ``version__model``.
        where: lookups of results, as in a filter.
    """
    rows = result_list(viewer=viewer)
    if not viewer.cut_by_time:
        where["standing__isnull"] = False
    ids = (
        rows.select_related(None)
        .filter(**where)
        .order_by(f"{per}_id", "test_name", "-recorded_at")
        .distinct(f"{per}_id", "test_name")
        .values("id")
    )
    return rows.filter(id__in=ids).defer(*WIDE).order_by(f"{per}_id", "test_name")
