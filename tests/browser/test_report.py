"""A model's report as PDF: its text says what the record says, and its bytes follow from it."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import Client
from pypdf import PdfReader

from compliance.audits.selectors import result_entries
from compliance.domain.errors import NotFoundError
from compliance.domain.figures import figure, interval
from compliance.dossiers.report import period_named
from tests.browser import kin
from tests.browser.conftest import Record
from tests.cast import Cast


@pytest.mark.parametrize(
    ("name", "start", "end"),
    [
        ("2026-11", (2026, 11), (2026, 12)),
        ("2026-12", (2026, 12), (2027, 1)),
        ("2026-Q1", (2026, 1), (2026, 4)),
        ("2026-Q4", (2026, 10), (2027, 1)),
    ],
)
def test_a_period_is_a_month_or_a_quarter(
    name: str, start: tuple[int, int], end: tuple[int, int]
) -> None:
    found = period_named(name)
    assert (found.start, found.end) == (
        datetime(*start, 1, tzinfo=UTC),
        datetime(*end, 1, tzinfo=UTC),
    )


@pytest.mark.parametrize("name", ["2026", "2026-13", "2026-00", "2026-Q5", "0000-01", "9999-12"])
def test_what_names_no_period_is_refused(name: str) -> None:
    with pytest.raises(NotFoundError):
        period_named(name)


@pytest.mark.django_db(transaction=True)
def test_the_report_says_what_the_record_says(
    audited: Record, cast: Cast, client: Client, models_root: Path
) -> None:
    kin.family(cast, audited.version, models_root)
    client.force_login(cast.regulator)
    results = [shard.result for shard in audited.run.shards.all()]
    period = f"{results[0].recorded_at:%Y-%m}"
    path = f"/models/{audited.version.model_id}/report/{period}/"
    answered = client.get(path)
    assert answered.headers["Content-Type"] == "application/pdf"
    pdf = PdfReader(io.BytesIO(answered.content))
    text = " ".join(" ".join(page.extract_text() for page in pdf.pages).split())
    entries = result_entries(viewer=cast.viewer(cast.regulator), results=results)
    for one in results:
        told = f"{figure(one.value)} ({interval(one.lower, one.upper)}) {figure(one.limit)}"
        assert f"{told} {one.recorded_at:%Y-%m-%d %H:%M} {entries[one.id].index}" in text
    assert "rival/oracle 2 not declared shown" in text
    assert "! contradicted" in text
    assert pdf.metadata is not None and pdf.metadata.title == (
        f"Compliance report of northwind/assistant, {period}"
    )
    assert client.get(path).content == answered.content  # the same record, the same bytes
    client.force_login(cast.outsider)
    assert client.get(path).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_a_period_without_results_says_so(audited: Record, cast: Cast, client: Client) -> None:
    client.force_login(cast.officer)
    answered = client.get(f"/models/{audited.version.model_id}/report/2020-Q1/")
    text = PdfReader(io.BytesIO(answered.content)).pages[0].extract_text()
    assert "No stress test reached a verdict in this period." in text
