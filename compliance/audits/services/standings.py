"""What a version says now: the newest result of each stress test.

It follows results, in the transaction that records them, and can be made from results alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q

from compliance.audits.models import Result, Standing, VerdictChange

Test = tuple[UUID, str]
"""Version and stress test: what a standing is of."""


def standings_record(results: Sequence[Result]) -> list[VerdictChange]:
    """Make results what their stress tests say of their versions now, unless newer ones do.

    Args:
        results: in the order recorded.

    Returns:
        What changed by them, to be written.
    """
    by_test: dict[Test, list[Result]] = defaultdict(list)
    for one in results:
        by_test[one.version_id, one.test_name].append(one)
    wanted = Q()
    for version_id, test_name in by_test:
        wanted |= Q(version=version_id, test_name=test_name)
    older, changes = [], []
    for standing in _standings_locked(wanted):
        told = by_test.pop((standing.version_id, standing.test_name))
        if standing.result.recorded_at <= told[-1].recorded_at:
            changes += _replaced(standing, told)
            older.append(standing)
    Standing.objects.bulk_update(older, ["result", "verdict"])
    for key in sorted(by_test):
        changes += _standing_first(by_test[key])
    return changes


def _standings_locked(wanted: Q) -> list[Standing]:
    rows = Standing.objects.select_for_update(of=("self",)).select_related("result")
    told = rows.filter(wanted).order_by("version", "test_name")
    return list(told.only("version_id", "test_name", "verdict", "result__recorded_at"))


def _standing_first(told: Sequence[Result]) -> list[VerdictChange]:
    last = told[-1]
    standing, made = Standing.objects.select_for_update().get_or_create(
        version=last.version,
        test_name=last.test_name,
        defaults={"result": last, "verdict": last.verdict},
    )
    if made:
        return _changed("", told)
    if standing.result.recorded_at > last.recorded_at:
        return []
    changes = _replaced(standing, told)
    standing.save()
    return changes


def _replaced(standing: Standing, told: Sequence[Result]) -> list[VerdictChange]:
    changes = _changed(standing.verdict, told)
    standing.result, standing.verdict = told[-1], told[-1].verdict
    return changes


def _changed(before: str, told: Sequence[Result]) -> list[VerdictChange]:
    changes = []
    for result in told:
        if result.verdict != before:
            changes.append(VerdictChange(result=result, before=before, at=result.recorded_at))
        before = result.verdict
    return changes
