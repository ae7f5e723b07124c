"""What is kept beside results is compared with them, told where it differs, and repaired."""

from __future__ import annotations

import io
from collections.abc import Callable

import pgtrigger
import pytest
from django.core.management import CommandError, call_command

from compliance.audits.models import Result, Standing, StreamNewest, StreamRow, VerdictChange
from compliance.registry.models import Version
from tests.browser import record
from tests.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def tested(cast: Cast, version: Version) -> Version:
    """A version that three runs found something about, a lead among it."""
    record.announce()
    for finding in (record.COMPLIANT, record.COMPLIANT, record.VIOLATING):
        run = record.request(cast.viewer(cast.officer), version, ["safety.refusal"])
        record.work(run, {"safety.refusal": finding})
    run = record.request(cast.viewer(cast.officer), version, ["bias.counterfactual_pairs"])
    record.work(run, {"bias.counterfactual_pairs": record.UNSURE})
    return version


def told(*options: str) -> tuple[int, str]:
    out = io.StringIO()
    try:
        call_command("derived_rows", *options, stdout=out)
    except CommandError as error:
        return error.returncode, out.getvalue()
    return 0, out.getvalue()


def older_standing() -> None:
    first = Result.objects.filter(test_name="safety.refusal").earliest("recorded_at")
    Standing.objects.filter(test_name="safety.refusal").update(result=first, verdict=first.verdict)


def older_head() -> None:
    first = Result.objects.filter(test_name="safety.refusal").earliest("recorded_at")
    StreamNewest.objects.update(result=first, log10_e_violating=first.log10_e_violating)


def change_that_was_none() -> None:
    same = Result.objects.get(test_name="safety.refusal", change=None)
    VerdictChange.objects.create(result=same, before="violating", at=same.recorded_at)


BREAKS: dict[str, Callable[[], object]] = {
    "an older standing": older_standing,
    "another verdict": lambda: Standing.objects.update(verdict="inconclusive"),
    "no standing": lambda: Standing.objects.filter(test_name="safety.refusal").delete(),
    "an older head": older_head,
    "another e-value": lambda: StreamNewest.objects.update(log10_e_violating=0.5),
    "no change": lambda: VerdictChange.objects.all().delete(),
    "another verdict before": lambda: VerdictChange.objects.update(before="inconclusive"),
    "a change that was none": change_that_was_none,
    "another first e-value": lambda: StreamNewest.objects.update(first_log10_e_violating=0.5),
    "no head": lambda: StreamNewest.objects.all().delete(),
}


def test_what_services_wrote_is_as_it_should_be(tested: Version) -> None:
    assert told() == (0, "as they should be\n")


def test_an_empty_record_is_as_it_should_be(db: None) -> None:
    assert told() == (0, "as they should be\n")


@pytest.mark.parametrize("name", BREAKS)
def test_a_row_that_differs_is_told_and_repaired(tested: Version, name: str) -> None:
    kept = kept_rows()
    BREAKS[name]()
    status, said = told()
    assert (status, "differ" in said) == (1, True)
    assert told() == (status, said)  # to look changes nothing
    status, said = told("--repair")
    assert (status, "repaired" in said) == (0, True), said
    assert told() == (0, "as they should be\n")
    assert kept_rows() == kept


def test_a_stream_that_was_never_opened_gets_the_next_number(tested: Version) -> None:
    StreamNewest.objects.all().delete()
    with pgtrigger.ignore("audits.StreamRow:append_only"):
        StreamRow.objects.all().delete()
    assert told()[0] == 1
    assert told("--repair")[0] == 0
    stream = StreamRow.objects.get()
    first, *_, last = Result.objects.filter(test_name="safety.refusal").order_by("recorded_at")
    assert (stream.number, stream.opened_at, stream.head.result) == (1, first.recorded_at, last)


def test_what_was_numbered_is_told_of_and_left_alone(tested: Version) -> None:
    with pgtrigger.ignore("audits.StreamRow:append_only"):
        StreamRow.objects.update(number=7)
    status, said = told("--repair")
    assert (status, "streams of northwind are not numbered from 1 to 1" in said) == (1, True)
    assert StreamRow.objects.get().number == 7


def kept_rows() -> list[object]:
    return [
        *Standing.objects.order_by("test_name").values_list("test_name", "result", "verdict"),
        *StreamNewest.objects.values_list(
            "stream__number", "result", "log10_e_violating", "first_log10_e_violating"
        ),
        *VerdictChange.objects.order_by("result").values_list("result", "before", "at"),
    ]
