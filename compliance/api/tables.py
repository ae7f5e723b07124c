"""Rows as files for analysts, written while they are read: NDJSON and Parquet."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from rest_framework.utils.encoders import JSONEncoder

if TYPE_CHECKING:
    import pyarrow as pa

NDJSON = "application/x-ndjson"
PARQUET = "application/vnd.apache.parquet"


class _Drain(io.RawIOBase):
    """Where a writer writes, emptied after every chunk."""

    def __init__(self) -> None:
        super().__init__()
        self._held = bytearray()
        self._written = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._written

    def write(self, content: Any) -> int:
        self._held += content
        self._written += len(content)
        return len(content)

    def taken(self) -> bytes:
        """What was written since the last time."""
        content = bytes(self._held)
        self._held.clear()
        return content


def ndjson(chunks: Iterable[list[dict[str, Any]]]) -> Iterator[bytes]:
    """One JSON object a line (github.com/ndjson/ndjson-spec)."""
    for chunk in chunks:
        lines = (json.dumps(row, cls=JSONEncoder, allow_nan=False) for row in chunk)
        yield "".join(f"{line}\n" for line in lines).encode()


def parquet(chunks: Iterable[list[dict[str, Any]]], columns: Mapping[str, type]) -> Iterator[bytes]:
    """An Apache Parquet file with a row group a chunk.

    Args:
        columns: names with the type of their values: text, whole number, number, truth, or moment.
    """
    import pyarrow as pa
    from pyarrow import parquet as pq

    schema, drain = _schema(columns), _Drain()
    with pq.ParquetWriter(pa.PythonFile(drain, mode="w"), schema, compression="zstd") as writer:
        for chunk in chunks:
            writer.write_table(pa.Table.from_pylist(chunk, schema=schema))
            yield drain.taken()
    yield drain.taken()


def _schema(columns: Mapping[str, type]) -> pa.Schema:
    import pyarrow as pa

    kinds = {
        str: pa.string(),
        int: pa.int64(),
        float: pa.float64(),
        bool: pa.bool_(),
        datetime: pa.timestamp("us", tz="UTC"),
    }
    return pa.schema([(name, kinds[kind]) for name, kind in columns.items()])
