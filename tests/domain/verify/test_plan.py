"""The plan's rule: a result that followed a plan which was logged before it, and every other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from compliance.domain.attestation import PLAN_FIELDS
from compliance.domain.canonical import Json
from compliance.domain.commitments import Opening
from compliance.domain.verify.archive import read_archive, write_archive
from compliance.domain.verify.bundle import Bundle, bundle_build, bundle_read
from compliance.domain.verify.plan import PLANNED
from compliance.domain.verify.rules import Outcome, Rule, Step, verify
from tests.domain.verify.bundles import (
    SmallLog,
    bundle,
    entry_saying,
    plan_in,
)
from tests.domain.verify.test_rules import broken


@pytest.fixture
def log() -> SmallLog:
    return SmallLog()


def plan_step(log: SmallLog, found: Bundle) -> Step:
    steps = list(verify(bundle_build(found), log.trust))
    return next(step for step in steps if step.rule is Rule.PLAN)


def planned_otherwise(
    log: SmallLog, good: Bundle, *, kind: str = PLANNED, subject: str = "run/1", **said: Json
) -> Bundle:
    """The result logged again, after a plan that says something else."""
    entry, openings = entry_saying(kind, _fields(good) | said, subject=subject)
    planned = log.append(entry)
    index = log.append(good.entry)
    return replace(good, proof=log.proof(index), plan=plan_in(log, planned, entry, openings))


def _fields(good: Bundle) -> dict[str, Json]:
    assert good.plan
    return {one.path: one.value for one in good.plan.openings}


def test_a_plan_before_its_result_holds_and_is_read_back(log: SmallLog) -> None:
    good = bundle(log)
    step = plan_step(log, good)
    assert (step.outcome, step.text) == (
        Outcome.HOLDS,
        "logged before the result, as entry 2; the result followed it",
    )
    read = bundle_read(bundle_build(good))[0].plan
    assert read
    assert good.plan
    assert read.encode() == good.plan.encode()


def test_without_a_plan_it_says_so_and_every_other_rule_holds(log: SmallLog) -> None:
    steps = list(verify(bundle_build(replace(bundle(log), plan=None)), log.trust))
    open_ = [step for step in steps if step.outcome is not Outcome.HOLDS]
    assert [(step.rule, step.outcome) for step in open_] == [(Rule.PLAN, Outcome.NOT_CHECKED)]
    assert open_[0].text.startswith("no plan is in this bundle")


@pytest.mark.parametrize("path", PLAN_FIELDS)
def test_a_result_that_did_not_follow_its_plan_is_refused(log: SmallLog, path: str) -> None:
    other: Json = 8 if path in {"seed", "planned"} else "d" * 64
    step = plan_step(log, planned_otherwise(log, bundle(log), **{path: other}))
    assert step.outcome is Outcome.BROKEN
    assert step.text == f"the result did not follow its plan: {path} is another"


def test_a_plan_from_after_the_result_is_refused(log: SmallLog) -> None:
    good = bundle(log)
    assert good.plan
    later = log.append(good.plan.entry)
    plan = plan_in(log, later, good.plan.entry, good.plan.openings)
    found = replace(good, proof=log.proof(good.proof.index), plan=plan)
    assert plan_step(log, found).text == f"the plan is entry {later}, not before the result's 3"


@pytest.mark.parametrize(("kind", "subject"), [("run.requested", "run/1"), (PLANNED, "run/2")])
def test_another_run_s_plan_is_none(log: SmallLog, kind: str, subject: str) -> None:
    step = plan_step(log, planned_otherwise(log, bundle(log), kind=kind, subject=subject))
    assert step.outcome is Outcome.BROKEN
    assert "not the plan of this run" in step.text


def test_a_plan_that_is_not_in_the_log_is_refused(log: SmallLog) -> None:
    good = bundle(log)
    assert good.plan
    entry, openings = entry_saying(PLANNED, {**_fields(good), "seed": 7, "version": "made up"})
    made_up = replace(good.plan, entry=entry, openings=openings)
    assert plan_step(log, replace(good, plan=made_up)).outcome is Outcome.BROKEN
    elsewhere = replace(good.plan, index=0)
    assert plan_step(log, replace(good, plan=elsewhere)).outcome is Outcome.BROKEN


def test_what_of_a_plan_is_erased_is_said_not_to_be_compared(log: SmallLog) -> None:
    good = bundle(log)
    assert good.plan
    kept = tuple(one for one in good.plan.openings if one.path != "order_sha256")
    step = plan_step(log, replace(good, plan=replace(good.plan, openings=kept)))
    assert (step.outcome, step.text) == (
        Outcome.NOT_CHECKED,
        "of the plan is redacted: order_sha256",
    )
    lied = (*kept, Opening("order_sha256", bytes(32), "e" * 64))
    assert plan_step(log, replace(good, plan=replace(good.plan, openings=lied))).outcome is (
        Outcome.BROKEN
    )


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b'{"entry":"","hashes":[],"index":-1,"openings":[]}',
        b'{"entry":"","hashes":[],"index":true,"openings":[]}',
        b'{"entry":"","hashes":["00"],"index":0,"openings":[]}',
        b'{"entry":"","hashes":[1],"index":0,"openings":[]}',
        b'{"entry":"","hashes":[],"index":0,"openings":[{}]}',
        b'{"entry":"\\ud800","hashes":[],"index":0,"openings":[]}',
        b'{"entry":"", "hashes":[],"index":0,"openings":[]}',
        b'{"entry":"","hashes":{},"index":0,"openings":[],"more":1}',
    ],
)
def test_what_is_no_plan_is_no_part_of_a_bundle(log: SmallLog, content: bytes) -> None:
    parts = read_archive(bundle_build(bundle(log))) | {"plan.json": content}
    assert broken(write_archive(parts), log.trust)[0] is Rule.ARCHIVE


def test_the_fields_of_a_plan_are_those_that_events_hold() -> None:
    from compliance.domain.events import PAYLOAD_KEYS, EventType

    assert EventType.RUN_PLANNED.value == PLANNED
    assert set(PLAN_FIELDS) < PAYLOAD_KEYS[EventType.RUN_PLANNED]
