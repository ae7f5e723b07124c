"""Two results of one stress test side by side, item by item, with a paired statement if one holds.

A paired statement exists where both runs asked the same items to their end: then the pairs are no
choice of a stopping rule. Between two versions it is the mean change of the clusters' means
(``clustered_change``), on one version asked twice whether changes lean to one side (``Drift``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import log
from uuid import UUID

import numpy as np
from django.db.models import QuerySet

from compliance.accounts.selectors import Viewer
from compliance.audits.erasures import erasures_beside
from compliance.audits.models import Result, Score, Shard
from compliance.audits.selectors import result_list
from compliance.domain.errors import InvalidInputError
from compliance.domain.statistics.betting import MeanEvidence
from compliance.domain.statistics.changes import Drift, cluster_means, clustered_change
from compliance.domain.statistics.engines import log_maxima
from compliance.domain.vocabulary import Stop

_Answers = Mapping[str, tuple[float, str, str]]


@dataclass(frozen=True, slots=True)
class Beside:
    """Two results of one stress test.

    Attributes:
        asked_by_both: items that both runs asked.
        changed: ids of those whose score or class differs, in the first run's order.
        rose: of these, whose score is higher in the second; ``fell``: lower.
        change: mean change (second minus first) of the clusters' means; None where there is none.
        drift_log10_e: evidence that changes lean to one side; None where it does not speak.
        alpha: one minus the confidence of ``change``.
        silent: why there is no paired statement; empty where there is one.
    """

    first: Result
    second: Result
    asked_by_both: int
    changed: tuple[str, ...]
    rose: int
    fell: int
    change: MeanEvidence | None
    drift_log10_e: float | None
    alpha: float
    silent: str


def beside_candidates(*, viewer: Viewer, result: Result) -> QuerySet[Result]:
    """Results of the same stress test on the same model, newest first."""
    return (
        result_list(viewer=viewer)
        .filter(version__model=result.version.model_id, test_name=result.test_name)
        .exclude(id=result.id)
        .defer("estimate", "spec", "environment")
    )


def beside(*, first: Result, second: Result) -> Beside:
    """Put two results that the viewer may read side by side.

    Raises:
        InvalidInputError: they are not of the same stress test.
    """
    if first.test_name != second.test_name:
        raise InvalidInputError(
            field="other", problem="it is of another stress test", fix="Choose one of the same"
        )
    old, new = _answers(first), _answers(second)
    both = [one for one in old if one in new]
    changes = np.array([new[one][0] - old[one][0] for one in both], dtype=np.float64)
    silent = _silent(first, second, old, new)
    same_version = first.version_id == second.version_id
    change = drift = None
    alpha = max(first.alpha, second.alpha)
    if not silent and same_version:
        drift = log_maxima(Drift().paths(changes))[0] / log(10)
    elif not silent:
        means = cluster_means([*changes], [old[one][1] for one in both])
        change = clustered_change().evidence(means, alpha=alpha)
    return Beside(
        first=first,
        second=second,
        asked_by_both=len(both),
        changed=tuple(one for one in both if old[one][::2] != new[one][::2]),
        rose=int((changes > 0).sum()),
        fell=int((changes < 0).sum()),
        change=change,
        drift_log10_e=drift,
        alpha=alpha,
        silent=silent,
    )


def scores_of(*, result: Result, items: list[str]) -> dict[str, Score]:
    """A result's scores of some items, by item."""
    rows = erasures_beside(Score.objects.filter(shard=_asked(result), item_id__in=items))
    return {one.item_id: one for one in rows}


def _silent(first: Result, second: Result, old: _Answers, new: _Answers) -> str:
    """Why no paired statement holds of these two."""
    if first.spec_digest != second.spec_digest:
        return "The two runs asked with different specs, so their scores are not of one kind."
    if any(one.stopped != Stop.BANK.value for one in (first, second)) or set(old) != set(new):
        return (
            "At least one run stopped before its last item, and when it stopped depends on what it"
            " had seen: pairs chosen so prove nothing."
        )
    if not all(0.0 <= value <= 1.0 for value, _, _ in (*old.values(), *new.values())):
        return "The scores are not shares between 0 and 1."
    return ""


def _answers(result: Result) -> _Answers:
    """Item to score, cluster and class, in the order asked."""
    rows = Score.objects.filter(shard=_asked(result)).order_by("position")
    return {
        item: (value, cluster, label)
        for item, value, cluster, label in rows.values_list("item_id", "value", "cluster", "label")
    }


def _asked(result: Result) -> UUID | Shard:
    return result.shard.labelled_id or result.shard
