"""The compliance matrix by obligation: demands by the newest version of each model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from compliance.accounts.selectors import Viewer
from compliance.audits.matrix import next_runs
from compliance.audits.selectors import result_list
from compliance.obligations.assessing import Assessed, assess
from compliance.obligations.selectors import obligation_list
from compliance.registry.models import Version


@dataclass(frozen=True, slots=True)
class Column:
    """A demand of a pack, under a key of its own."""

    key: str
    title: str
    pack: str


@dataclass(frozen=True, slots=True)
class Cell:
    """An obligation on a version, and when a schedule next runs its stress test."""

    assessed: Assessed
    next_run: datetime | None


@dataclass(frozen=True, slots=True)
class ObligationMatrix:
    """Cells by version and demand."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Version, Mapping[str, Cell]], ...]


def obligations_assessed(
    *, viewer: Viewer, now: datetime, versions: Sequence[Version]
) -> list[Assessed]:
    """Every obligation in force on some versions, with where it stands, by pack and demand."""
    rows = obligation_list(viewer=viewer).filter(version__in=versions)
    ordered = rows.order_by("adoption__pack__name", "adoption__pack__version", "demand")
    return assess(list(ordered), results=result_list(viewer=viewer), now=now)


def obligation_matrix(
    *, viewer: Viewer, versions: Sequence[Version], now: datetime
) -> ObligationMatrix:
    """The matrix of versions that the viewer may read, in a constant number of queries."""
    due = next_runs(viewer=viewer, versions=versions)
    cells: dict[object, dict[str, Cell]] = {}
    columns: dict[str, Column] = {}
    for one in obligations_assessed(viewer=viewer, now=now, versions=versions):
        row = one.obligation
        column = Column(
            f"{row.adoption.pack}/{row.demand}", one.demand.title, str(row.adoption.pack)
        )
        columns[column.key] = column
        next_run = due.get((row.version.model_id, row.test_name))
        cells.setdefault(row.version_id, {})[column.key] = Cell(one, next_run)
    return ObligationMatrix(
        tuple(columns[key] for key in sorted(columns)),
        tuple((version, cells.get(version.id, {})) for version in versions),
    )
