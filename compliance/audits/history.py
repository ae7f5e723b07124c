"""The history of results as flat rows, for analysts: in chunks, so that any number fits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from compliance.audits.models import Result
from compliance.domain.attestation import STATEMENT_PATH
from compliance.domain.events import EventType
from compliance.ledger.selectors import entry_indexes

CHUNK = 2_000
COLUMNS: Mapping[str, type] = {
    "result": str,
    "recorded_at": datetime,
    "ledger_index": int,
    "organization": str,
    "model": str,
    "version": str,
    "version_id": str,
    "run": str,
    "shard": int,
    "test": str,
    "test_version": int,
    "kind": str,
    "verdict": str,
    "lead": bool,
    "statement": str,
    "statistic": str,
    "unit": str,
    "value": float,
    "lower": float,
    "upper": float,
    "alpha": float,
    "limit": float,
    "limit_source": str,
    "log10_e_violating": float,
    "log10_e_compliant": float,
    "n": int,
    "planned": int,
    "stopped": str,
    "seed": int,
    "spec_digest": str,
    "code_digest": str,
    "scores_digest": str,
    "duration_seconds": float,
}
"""Of every row, with the type of their values; ``ledger_index`` is None until it is logged."""

Row = dict[str, Any]


def history(results: QuerySet[Result]) -> Iterator[list[Row]]:
    """Chunks of rows, oldest first.

    Each chunk is a query of its own that begins after the last row: no cursor is held open for as
    long as somebody downloads, and what is recorded meanwhile comes at the end.
    """
    ordered = results.order_by("recorded_at", "id")
    chunk = list(ordered[:CHUNK])
    while chunk:
        yield _rows(chunk)
        last = chunk[-1]
        after = Q(recorded_at=last.recorded_at, id__gt=last.id)
        after |= Q(recorded_at__gt=last.recorded_at)
        chunk = list(ordered.filter(after)[:CHUNK])


def _rows(results: Sequence[Result]) -> list[Row]:
    found = entry_indexes(
        event_type=EventType.VERDICT_REACHED,
        subjects={f"run/{result.shard.run_id}" for result in results},
        path=STATEMENT_PATH,
    )
    return [_row(result, found.get(result.statement_sha256)) for result in results]


def _row(result: Result, ledger_index: int | None) -> Row:
    version, claim = result.version, result.estimate["claim"]
    return {
        "result": str(result.id),
        "recorded_at": result.recorded_at,
        "ledger_index": ledger_index,
        "organization": version.model.organization.slug,
        "model": version.model.slug,
        "version": version.name,
        "version_id": str(version.id),
        "run": str(result.shard.run_id),
        "shard": result.shard.position,
        "test": result.test_name,
        "test_version": result.test_version,
        "kind": result.kind,
        "verdict": result.verdict,
        "lead": bool(result.estimate["lead"]),
        "statement": claim["statement"],
        "statistic": claim["statistic"],
        "unit": claim["unit"],
        "value": result.value,
        "lower": result.lower,
        "upper": result.upper,
        "alpha": result.alpha,
        "limit": result.limit,
        "limit_source": result.limit_source,
        "log10_e_violating": result.log10_e_violating,
        "log10_e_compliant": result.log10_e_compliant,
        "n": result.n,
        "planned": result.planned,
        "stopped": result.stopped,
        "seed": result.seed,
        "spec_digest": result.spec_digest,
        "code_digest": result.code_digest,
        "scores_digest": result.scores_digest,
        "duration_seconds": result.duration_seconds,
    }
