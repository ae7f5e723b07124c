"""The compliance matrix, streams' numbers, and what happened lately."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pgtrigger
import pytest
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from compliance.accounts.scope import Reach
from compliance.accounts.selectors import Viewer
from compliance.audits.matrix import matrix_of, with_verdict
from compliance.audits.models import Standing, StreamNewest, StreamRow
from compliance.audits.newest import result_newest_list
from compliance.audits.recent import label_work_list, run_errored_list, verdict_change_list
from compliance.audits.services import battery_resolve, schedule_create
from compliance.domain.schedules import Rule
from compliance.domain.statistics.multiplicity import stream_share
from compliance.domain.vocabulary import Access, Verdict
from compliance.registry.models import Version
from compliance.registry.selectors import version_newest_list
from compliance.registry.services import version_register
from tests.browser import record
from tests.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def announced(db: None) -> None:
    record.announce()


def audit(viewer: Viewer, version: Version, **findings: record.Finding) -> None:
    named = {
        "refusal": "safety.refusal",
        "pairs": "bias.counterfactual_pairs",
        "digest": "provenance.weights_digest",
    }
    wanted = {named[key]: finding for key, finding in findings.items()}
    record.work(record.request(viewer, version, list(wanted)), wanted)


def test_a_cell_holds_the_newest_verdict_the_next_run_and_the_share(
    cast: Cast, version: Version
) -> None:
    officer = cast.viewer(cast.officer)
    audit(officer, version, refusal=record.VIOLATING, pairs=record.UNSURE)
    audit(officer, version, refusal=record.COMPLIANT)
    schedule = schedule_create(
        viewer=officer,
        model=version.model,
        name="Weekly",
        battery=battery_resolve(battery=["safety.refusal", "provenance.weights_digest"]),
        rule=Rule(cron="0 6 * * 1", interval_seconds=None, time_zone="UTC", anchor=timezone.now()),
    )
    found = matrix_of(viewer=officer, versions=[version])
    assert found.tests == (
        "bias.counterfactual_pairs",
        "provenance.weights_digest",
        "safety.refusal",
    )
    ((_, cells),) = found.rows
    refusal = cells["safety.refusal"]
    assert refusal.result is not None and refusal.result.verdict == "compliant"
    assert refusal.next_run == schedule.next_due_at
    assert refusal.share == pytest.approx(0.05 * stream_share(1))
    assert (
        cells["bias.counterfactual_pairs"].share,
        cells["provenance.weights_digest"].result,
    ) == (
        None,  # a lead is no stream
        None,
    )


def test_only_newest_versions_stand_in_it_and_only_readable_ones(
    cast: Cast, version: Version
) -> None:
    newer = version_register(
        viewer=cast.viewer(cast.engineer),
        model=version.model,
        name="1.1",
        access=Access.ENDPOINT,
        location="https://models.example/v1",
    )
    assert list(version_newest_list(viewer=cast.viewer(cast.regulator))) == [newer]
    assert list(version_newest_list(viewer=cast.viewer(cast.officer), sought="assist")) == [newer]
    assert not version_newest_list(viewer=cast.viewer(cast.officer), sought="nothing")
    assert not version_newest_list(viewer=cast.viewer(cast.outsider))


def test_it_is_filtered_by_what_holds_now_and_not_by_what_held(
    cast: Cast, version: Version
) -> None:
    officer = cast.viewer(cast.officer)
    audit(officer, version, refusal=record.VIOLATING)
    assert list(with_verdict(viewer=officer, verdict=Verdict.VIOLATING)) == [version.id]
    audit(officer, version, refusal=record.COMPLIANT)
    assert not with_verdict(viewer=officer, verdict=Verdict.VIOLATING)
    assert list(with_verdict(viewer=officer, verdict=Verdict.COMPLIANT)) == [version.id]
    assert not with_verdict(viewer=cast.viewer(cast.outsider), verdict=Verdict.COMPLIANT)


def test_what_changed_since_last_week_is_told_with_what_was_before(
    cast: Cast, version: Version
) -> None:
    officer, since = cast.viewer(cast.officer), timezone.now() - timedelta(days=7)
    for finding in (record.COMPLIANT, record.COMPLIANT, record.VIOLATING, record.VIOLATING):
        audit(officer, version, refusal=finding)
    told = verdict_change_list(viewer=cast.viewer(cast.regulator), since=since)
    assert [(one.verdict, one.before) for one in told] == [  # type: ignore[attr-defined]
        ("violating", "compliant"),
        ("compliant", None),
    ]
    assert not verdict_change_list(viewer=cast.viewer(cast.outsider), since=since)
    assert not verdict_change_list(viewer=officer, since=timezone.now())
    assert not run_errored_list(viewer=officer, since=since)


def test_answers_wait_for_those_who_may_label_them(cast: Cast, version: Version) -> None:
    shard = record.request_audited(cast.viewer(cast.officer), version)
    assert list(label_work_list(viewer=cast.viewer(cast.officer))) == [shard]
    for user in (cast.engineer, cast.regulator, cast.outsider):
        assert not label_work_list(viewer=cast.viewer(user))


def test_a_streams_number_never_changes(cast: Cast, version: Version) -> None:
    audit(cast.viewer(cast.officer), version, refusal=record.COMPLIANT, digest=record.COMPLIANT)
    audit(cast.viewer(cast.officer), version, refusal=replace(record.COMPLIANT, value=0.03))
    assert list(StreamRow.objects.values_list("number", flat=True)) == [1, 2]
    with pytest.raises(DatabaseError), transaction.atomic():
        StreamRow.objects.update(number=9)


STANDING = ("version", "test_name", "result", "verdict")
NEWEST = ("stream__number", "result", "log10_e_violating", "first_log10_e_violating")


def test_results_of_before_get_the_same_numbers(cast: Cast, version: Version) -> None:
    officer = cast.viewer(cast.officer)
    audit(officer, version, digest=record.COMPLIANT)
    audit(officer, version, refusal=record.COMPLIANT, pairs=record.UNSURE)
    audit(officer, version, digest=record.COMPLIANT)
    columns = ("number", "version", "spec_digest", "by_people")
    written = list(StreamRow.objects.values_list(*columns))
    newest = list(StreamNewest.objects.order_by("stream__number").values_list(*NEWEST))
    loader = MigrationExecutor(connection).loader
    numbering, *fillings = [
        operation
        for name in ("0011_streams", "0012_stream_newest", "0013_stream_first")
        for operation in loader.get_migration("audits", name).operations
        if type(operation).__name__ == "RunSQL"
    ]
    standings = list(Standing.objects.values_list(*STANDING))
    Standing.objects.all().delete()
    StreamNewest.objects.all().delete()
    with pgtrigger.ignore("audits.StreamRow:append_only"):
        StreamRow.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(  # as it was between the two migrations
            "ALTER TABLE audits_streamnewest ALTER first_log10_e_violating SET DEFAULT 0"
        )
        cursor.execute(numbering.sql)  # type: ignore[attr-defined]
        for filling in fillings:
            cursor.execute(filling.sql)  # type: ignore[attr-defined]
    assert list(StreamRow.objects.values_list(*columns)) == written
    assert list(StreamNewest.objects.order_by("stream__number").values_list(*NEWEST)) == newest
    assert list(Standing.objects.values_list(*STANDING)) == standings


def test_one_whose_grant_is_cut_by_time_sees_what_was_newest_in_it(
    cast: Cast, version: Version
) -> None:
    officer = cast.viewer(cast.officer)
    audit(officer, version, refusal=record.COMPLIANT)
    until = timezone.now()
    audit(officer, version, refusal=record.VIOLATING)
    cut = replace(cast.viewer(cast.outsider), reaches=(Reach(cast.northwind.id, until=until),))
    told = [
        [one.verdict for one in result_newest_list(viewer=viewer, version=version)]
        for viewer in (officer, cut)
    ]
    assert told == [["violating"], ["compliant"]]
