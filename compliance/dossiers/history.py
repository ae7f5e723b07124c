"""A model's results as series: one a stress test, drawn and told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from django.utils.safestring import SafeString

from compliance.accounts.selectors import Viewer
from compliance.audits.selectors import result_history, stress_test_titles
from compliance.domain.errors import NotFoundError
from compliance.domain.vocabulary import Verdict
from compliance.dossiers.chart_specs import Point
from compliance.dossiers.charts import history_chart

if TYPE_CHECKING:
    from compliance.audits.models import Result
    from compliance.registry.models import Model

HISTORY = 500
"""Results of one stress test that are drawn at most, the newest."""


@dataclass(frozen=True, slots=True)
class Series:
    """One statistic over time, oldest first: a stress test, by its judge or by people's labels."""

    name: str
    by_people: bool
    title: str
    results: tuple[Result, ...]

    @property
    def newest(self) -> Result:
        return self.results[-1]

    @property
    def statistic(self) -> str:
        """What the claim is about, in words; read with the history, see ``result_history``."""
        return str(self.newest.statistic)  # type: ignore[attr-defined]

    @property
    def points(self) -> list[Point]:
        return [point_of(result) for result in self.results]

    @property
    def chart(self) -> SafeString:
        return history_chart(self.points, title=self.title)


def series_of(results: Sequence[Result], names: Mapping[str, str]) -> list[Series]:
    """A series a stress test, by name, and one where people labelled: that is another statistic."""
    by_name = sorted(results, key=lambda result: (*_key(result), result.recorded_at))
    found = []
    for (name, by_people), group in groupby(by_name, key=_key):
        title = names.get(name, name) + (", by people's labels" if by_people else "")
        found.append(Series(name, by_people, title, tuple(group)))
    return found


def history_series(*, viewer: Viewer, model: Model, name: str) -> list[Series]:
    """The history of one stress test on a model that the viewer may read.

    Raises:
        NotFoundError: it has found nothing on this model.
    """
    rows = result_history(viewer=viewer, model=model).filter(test_name=name)
    found = series_of(list(rows.order_by("-recorded_at")[:HISTORY]), stress_test_titles())
    if not found:
        raise NotFoundError(f"{name} has found nothing on this model")
    return found


def point_of(result: Result) -> Point:
    """A result as a chart draws it."""
    return Point(
        at=result.recorded_at,
        value=result.value,
        lower=result.lower,
        upper=result.upper,
        limit=result.limit,
        verdict=Verdict(result.verdict),
        version=result.version.name,
    )


def _key(result: Result) -> tuple[str, bool]:
    return result.test_name, result.shard.labelled_id is not None
