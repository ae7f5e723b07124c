"""The whole history as files, read back as an analyst reads them."""

from __future__ import annotations

import io
import json
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet as pq

from compliance.api.tables import ndjson, parquet
from compliance.audits import history
from compliance.audits.history import COLUMNS
from compliance.audits.models import Result
from compliance.ledger.models import Entry
from compliance.ledger.sequencer import hand_on
from compliance.ledger.services import log_setup_record, policy_read
from compliance.ledger.signer import LogSigner
from tests.api.conftest import Call, Record
from tests.cast import Cast

NDJSON, PARQUET = "/api/v1/export/results.ndjson", "/api/v1/export/results.parquet"


def lines(answer: Any) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.content
    return [json.loads(line) for line in answer.getvalue().decode().splitlines()]


def test_both_files_hold_every_result_with_interval_and_ledger_index(
    cast: Cast, call: Call, record: Record, signer: LogSigner
) -> None:
    client = call(cast.regulator)
    assert [row["ledger_index"] for row in lines(client.get(NDJSON))] == [None, None]
    log_setup_record(signer=signer, policy=policy_read(signer=signer, content=None))
    hand_on(signer)
    rows = lines(client.get(NDJSON))
    assert [list(row) for row in rows] == [list(COLUMNS)] * 2
    (row,) = [row for row in rows if row["verdict"] == "violating"]
    result = record.violating
    assert (row["lower"], row["value"], row["upper"]) == (result.lower, result.value, result.upper)
    entry = Entry.objects.get(index=row["ledger_index"])
    assert entry.event.payload["statement_sha256"] == result.statement_sha256
    answer = client.get(PARQUET)
    assert answer["Content-Type"] == "application/vnd.apache.parquet"
    table = pq.read_table(io.BytesIO(answer.getvalue()))
    read = table.to_pylist()
    assert [one | {"recorded_at": None} for one in read] == [
        one | {"recorded_at": None} for one in rows
    ]
    assert [one["recorded_at"] for one in read] == [
        datetime.fromisoformat(one["recorded_at"]) for one in rows
    ]


def test_chunks_join_without_a_gap_or_a_repetition(
    cast: Cast, call: Call, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "CHUNK", 1)
    client = call(cast.officer)
    wanted = {str(one) for one in Result.objects.values_list("id", flat=True)}
    assert sorted(row["result"] for row in lines(client.get(NDJSON))) == sorted(wanted)
    table = pq.read_table(io.BytesIO(client.get(PARQUET).getvalue()))
    assert (table.num_rows, len(wanted)) == (2, 2)


def test_it_is_narrowed_and_scoped_to_the_viewer(cast: Cast, call: Call, record: Record) -> None:
    client = call(cast.officer)
    for query, count in {
        "verdict=violating": 1,
        "test=safety.refusal": 1,
        f"model={record.model.id}": 2,
        "organization=rival": 0,
        "since=2100-01-01T00:00:00Z": 0,
        "since=2020-01-01T00:00:00Z": 2,
    }.items():
        assert len(lines(client.get(f"{NDJSON}?{query}"))) == count, query
    for who in (cast.outsider, cast.rival_engineer):
        assert lines(call(who).get(NDJSON)) == []
        empty = pq.read_table(io.BytesIO(call(who).get(PARQUET).getvalue()))
        assert (empty.num_rows, empty.column_names) == (0, list(COLUMNS))


@pytest.mark.parametrize("accept", ["*/*", "application/vnd.apache.parquet"])
def test_a_refusal_is_a_problem_whatever_was_asked_for(cast: Cast, call: Call, accept: str) -> None:
    answer = call(cast.officer).get(f"{PARQUET}?verdict=good", headers={"Accept": accept})
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert answer.json()["errors"][0]["field"] == "verdict"


@pytest.mark.bench
def test_export_memory() -> None:
    """Memory while 100,000 rows are written, against what the file comes to."""

    def chunks() -> Iterator[list[dict[str, Any]]]:
        values = {str: "0" * 64, int: 7, float: 0.5, bool: False, datetime: datetime.now(UTC)}
        row = {name: values[kind] for name, kind in COLUMNS.items()}
        for chunk in range(50):
            # Digests that do not repeat: a column of one value would compress to nothing.
            yield [
                row | {"result": f"{chunk * 2_000 + place:064x}", "seed": place}
                for place in range(2_000)
            ]

    for name, content in (("ndjson", ndjson(chunks())), ("parquet", parquet(chunks(), COLUMNS))):
        tracemalloc.start()
        size = sum(map(len, content))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        arrow = pa.default_memory_pool().max_memory() if name == "parquet" else 0
        held = f"{peak / 1e6:.1f} MB held by Python, {arrow / 1e6:.1f} MB by Arrow"
        print(f"{name}: 100,000 rows, {size / 1e6:.1f} MB, at most {held}")
        assert peak + arrow < 60e6
