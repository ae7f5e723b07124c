"""The compliance matrix: stress tests by model versions, with what is known of each pair."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from compliance.accounts.selectors import Viewer
from compliance.audits.budget import shares_of
from compliance.audits.models import Result, Standing
from compliance.audits.newest import result_newest_list
from compliance.audits.selectors import schedule_list
from compliance.domain.vocabulary import Verdict
from compliance.registry.models import Version


@dataclass(frozen=True, slots=True)
class Cell:
    """A stress test on a version.

    Attributes:
        result: the newest; None where there is none yet.
        next_run: when a schedule runs it next; None where none does.
        share: of the organization's error budget, that the claim may spend; None for a lead.
    """

    result: Result | None
    next_run: datetime | None
    share: float | None


@dataclass(frozen=True, slots=True)
class Matrix:
    """Cells by version and stress test.

    Attributes:
        tests: names of the stress tests that any of the versions has, or waits for.
    """

    tests: tuple[str, ...]
    rows: tuple[tuple[Version, Mapping[str, Cell]], ...]


def matrix_of(*, viewer: Viewer, versions: Sequence[Version], scheduled: bool = True) -> Matrix:
    """The matrix of versions that the viewer may read, in a constant number of queries.

    Args:
        scheduled: whether these are the newest versions, which schedules test.
    """
    results = _newest(viewer, versions)
    due = next_runs(viewer=viewer, versions=versions) if scheduled else {}
    shares = shares_of(versions=[version.id for version in versions])
    rows = []
    for version in versions:
        names = {name for one, name in results if one == version.id}
        names |= {name for model, name in due if model == version.model_id}
        cells = {
            name: _cell(results.get((version.id, name)), due.get((version.model_id, name)), shares)
            for name in names
        }
        rows.append((version, cells))
    return Matrix(tuple(sorted({name for _, cells in rows for name in cells})), tuple(rows))


def with_verdict(*, viewer: Viewer, verdict: Verdict) -> QuerySet[Standing, UUID]:
    """Versions of which some stress test's newest result has this verdict."""
    scope = viewer.scope(
        organization="version__model__organization",
        model="version__model__",
        moment="result__shard__run__requested_at",
    )
    rows = Standing.objects.filter(scope, verdict=verdict.value)
    return rows.order_by().values_list("version", flat=True)


def _cell(
    result: Result | None,
    next_run: datetime | None,
    shares: Mapping[tuple[UUID, str, bool], float],
) -> Cell:
    if result is None:
        return Cell(None, next_run, None)
    by_people = result.shard.labelled_id is not None
    share = shares.get((result.version_id, result.spec_digest, by_people))
    return Cell(result, next_run, share)


def _newest(viewer: Viewer, versions: Sequence[Version]) -> dict[tuple[UUID, str], Result]:
    newest = result_newest_list(viewer=viewer, version__in=versions)
    return {(one.version_id, one.test_name): one for one in newest}


def next_runs(*, viewer: Viewer, versions: Sequence[Version]) -> dict[tuple[UUID, str], datetime]:
    """When each stress test is next run on each model, over all its schedules."""
    models = {version.model_id for version in versions}
    live = schedule_list(viewer=viewer).filter(model__in=models, paused_at__isnull=True)
    found: dict[tuple[UUID, str], datetime] = {}
    for model, battery, due_at in live.order_by("-next_due_at").values_list(
        "model", "battery", "next_due_at"
    ):
        found |= {(model, spec["name"]): due_at for spec in battery}
    return found
