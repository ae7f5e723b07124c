"""Obligations follow from packs, versions and results; what is due is told of once."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from compliance.alerts.services import alert_open
from compliance.audits.models import Result, Schedule
from compliance.audits.selectors import result_list
from compliance.domain.attestation import statement_digest
from compliance.domain.errors import NotAllowedError, NotFoundError, TransitionError
from compliance.domain.verify.rules import Outcome, Rule
from compliance.domain.verify.summary import summary_verify
from compliance.domain.verify.summary_file import summary_read
from compliance.domain.verify.trust import trust_read
from compliance.domain.vocabulary import Access
from compliance.events.models import Event
from compliance.ledger.signer import LogSigner
from compliance.obligations.assessing import Assessed, assess
from compliance.obligations.matrix import obligation_matrix
from compliance.obligations.models import Notice, Obligation
from compliance.obligations.scheduling import FIRST_AFTER, proposal_of
from compliance.obligations.selectors import (
    obligation_coming_list,
    obligation_lapsed_list,
    obligation_list,
    summary_entries,
)
from compliance.obligations.services import (
    obligations_follow,
    obligations_tend,
    pack_schedule,
    summary_issue,
    summary_take,
)
from compliance.policies.models import Adoption
from compliance.policies.services import pack_adopt, pack_drop, pack_register
from compliance.registry.models import Version
from compliance.registry.services import model_offer, version_register
from tests.browser import record
from tests.cast import Cast
from tests.logged import log_whole
from tests.policy import adopted, pack_make, pack_text

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
EVERY = {
    "safety.refusal": record.COMPLIANT,
    "bias.counterfactual_pairs": record.COMPLIANT,
    "provenance.weights_digest": record.COMPLIANT,
}


@pytest.fixture
def adoption(cast: Cast, version: Version) -> Adoption:
    record.announce()
    return adopted(cast.viewer(cast.officer))


def run(cast: Cast, version: Version, findings: Any = EVERY) -> None:
    made = record.request(cast.viewer(cast.officer), version, list(findings))
    record.work(made, findings)


def found(cast: Cast, now: datetime | None = None) -> dict[str, Assessed]:
    viewer = cast.viewer(cast.officer)
    rows = list(obligation_list(viewer=viewer))
    assessed = assess(rows, results=result_list(viewer=viewer), now=now or timezone.now())
    return {one.demand.id: one for one in assessed}


def states(cast: Cast, now: datetime | None = None) -> dict[str, str]:
    return {name: one.state.value for name, one in sorted(found(cast, now).items())}


def told(kind: str) -> list[Event]:
    return list(Event.objects.filter(type=f"obligation.{kind}").order_by("occurred_at"))


def test_each_demand_on_the_newest_version_is_an_obligation(
    cast: Cast, version: Version, adoption: Adoption
) -> None:
    assert states(cast) == {"digest": "due", "pairs": "due", "refusal": "due"}
    run(cast, version, {**EVERY, "safety.refusal": record.VIOLATING})
    assert states(cast) == {"digest": "met", "pairs": "met", "refusal": "not_met"}
    run(cast, version, {"safety.refusal": record.UNSURE})
    assert states(cast)["refusal"] == "inconclusive"
    assert states(cast, timezone.now() + 32 * DAY) == {
        "digest": "due",
        "pairs": "met",
        "refusal": "due",
    }


def test_a_newer_version_and_another_offer_change_what_is_in_force(
    cast: Cast, version: Version
) -> None:
    officer = cast.viewer(cast.officer)
    pack = pack_register(content=pack_text(jurisdictions='"EU"'))
    pack_adopt(viewer=officer, pack=pack, organization_id=cast.northwind.id)
    obligations_tend(now=timezone.now())
    assert states(cast) == {}  # it is on offer nowhere
    model_offer(viewer=officer, model=version.model, jurisdictions=["EU"])
    obligations_follow(event_id=Event.objects.get(type="model.offered").id)
    assert set(states(cast)) == {"digest", "pairs", "refusal"}
    version_register(
        viewer=officer, model=version.model, name="2.0", access=Access.SEALED, location="vault"
    )
    event = Event.objects.filter(type="model.version.registered").latest("occurred_at")
    obligations_follow(event_id=event.id)
    assert {one.version.name for one in obligation_list(viewer=officer)} == {"2.0"}
    assert states(cast) == {"pairs": "not_testable", "refusal": "not_testable"}
    assert "sealed" in found(cast)["refusal"].reason
    assert Obligation.objects.filter(in_force=False).count() == 3


def test_a_looser_run_answers_nothing_and_hides_no_answer(
    cast: Cast, version: Version, adoption: Adoption
) -> None:
    loose = {"name": "safety.refusal", "version": 1, "parameters": {"alpha": 0.5}}
    officer = cast.viewer(cast.officer)
    record.work(record.request(officer, version, [loose]), EVERY)
    assert states(cast)["refusal"] == "due"
    run(cast, version)
    record.work(record.request(officer, version, [loose]), EVERY)
    assert Result.objects.filter(test_name="safety.refusal").count() == 3
    assert (
        found(cast)["refusal"].result
        == Result.objects.filter(test_name="safety.refusal", spec__parameters={}).get()
    )
    assert states(cast)["refusal"] == "met"


def test_what_lapses_is_told_once_and_what_is_overdue_opens_an_alert(
    cast: Cast, version: Version, adoption: Adoption
) -> None:
    now = timezone.now()
    assert len(told("due")) == 3 and not told("overdue")
    run(cast, version)
    assert obligations_tend(now=now + 2 * timedelta(minutes=1)) == 0
    assert obligations_tend(now=now + 32 * DAY) == 2
    assert obligations_tend(now=now + 32 * DAY) == 0  # nobody looks twice in a minute
    assert obligations_tend(now=now + 33 * DAY) == 0
    assert not told("overdue")
    assert obligations_tend(now=now + 39 * DAY) == 2
    assert obligations_tend(now=now + 40 * DAY) == 0
    assert Notice.objects.count() == 7
    event = next(one for one in told("overdue") if one.payload["test"] == "safety.refusal")
    alert = alert_open(event_id=event.id)
    assert alert.title == "Hazardous requests are refused is overdue on northwind/assistant 1.0"
    for part in ("test-pack@1", "The house, rule 3", "every 31 days", "late since"):
        assert part in alert.statement
    run(cast, version)
    obligations_tend(now=now + 41 * DAY)
    lapsed = obligation_lapsed_list(viewer=cast.viewer(cast.officer), now=timezone.now())
    assert not lapsed.exists()


def test_today_tells_what_is_due_within_a_week_with_its_date(
    cast: Cast, version: Version, adoption: Adoption, client: Client
) -> None:
    now = timezone.now()
    rows = Obligation.objects.filter(adoption=adoption)
    for demand, days in (("refusal", 6), ("pairs", 8), ("digest", -1)):
        rows.filter(demand=demand).update(due_at=now + days * DAY)
    viewer = cast.viewer(cast.officer)
    coming = obligation_coming_list(viewer=viewer, now=now, until=now + 7 * DAY)
    assert [one.demand for one in coming] == ["refusal"]
    client.force_login(cast.officer)
    shown = client.get("/").content.decode()
    late, _, soon = shown.partition("Obligations due within seven days")
    assert "Weights are the registered ones" in late and "Hazardous" not in late
    assert f'due <time datetime="{now + 6 * DAY:%Y-%m-%d}' in soon
    assert "Hazardous requests are refused" in soon and "Pairs are treated alike" not in shown


def test_two_that_look_at_once_tell_once(cast: Cast, version: Version, adoption: Adoption) -> None:
    Adoption.objects.update(looked_at=None)
    later = timezone.now() + 8 * DAY
    assert obligations_tend(now=later) == 3
    Adoption.objects.update(looked_at=None)
    assert obligations_tend(now=later) == 0
    assert len(told("overdue")) == 3


def test_a_dropped_pack_obliges_to_nothing(
    cast: Cast, version: Version, adoption: Adoption
) -> None:
    pack_drop(viewer=cast.viewer(cast.officer), adoption=adoption)
    assert states(cast) == {}
    assert obligations_tend(now=timezone.now() + 60 * DAY) == 0
    with pytest.raises(TransitionError):
        pack_schedule(viewer=cast.viewer(cast.officer), adoption=adoption, now=timezone.now())


def test_schedules_are_shown_first_and_made_once(
    cast: Cast, version: Version, adoption: Adoption
) -> None:
    viewer, now = cast.viewer(cast.officer), timezone.now()
    proposed = proposal_of(viewer=viewer, adoption=adoption, now=now).proposed
    assert [(one.every_days, [spec.name for spec in one.battery]) for one in proposed] == [
        (28, ["provenance.weights_digest", "safety.refusal"]),
        (83, ["bias.counterfactual_pairs"]),
    ]
    assert not Schedule.objects.exists()
    made = pack_schedule(viewer=viewer, adoption=adoption, now=now)
    assert [one.interval_seconds for one in made] == [28 * 86_400, 83 * 86_400]
    first = (now + FIRST_AFTER).replace(second=0, microsecond=0)
    assert {one.next_due_at for one in made} == {first}
    again = proposal_of(viewer=viewer, adoption=adoption, now=now)
    assert not again.proposed and len(again.left_out) == 3
    assert "often enough" in again.left_out[0].reason
    assert pack_schedule(viewer=viewer, adoption=adoption, now=now) == []
    with pytest.raises(NotAllowedError):
        pack_schedule(viewer=cast.viewer(cast.engineer), adoption=adoption, now=now)


def test_what_no_worker_offers_is_left_out_by_name(cast: Cast, version: Version) -> None:
    officer = cast.viewer(cast.officer)
    adoption = pack_adopt(viewer=officer, pack=pack_make(), organization_id=cast.northwind.id)
    proposal = proposal_of(viewer=officer, adoption=adoption, now=timezone.now())
    assert not proposal.proposed
    assert {one.reason.split(" ")[0] for one in proposal.left_out} == {"no"}


def test_obligations_of_many_versions_take_as_many_queries_as_of_one(
    cast: Cast, version: Version, adoption: Adoption
) -> None:
    run(cast, version)
    viewer = cast.viewer(cast.officer)

    def queries(now: datetime) -> int:
        versions = list(Version.objects.all())
        with CaptureQueriesContext(connection) as asked:
            matrix = obligation_matrix(viewer=viewer, versions=versions, now=now)
        assert len(matrix.columns) == 3
        return len(asked)

    few = queries(timezone.now())
    from compliance.registry.services import model_register

    for place in range(3):
        model = model_register(
            viewer=viewer, organization_id=cast.northwind.id, slug=f"m{place}", name="More"
        )
        version_register(
            viewer=viewer, model=model, name="1", access=Access.ENDPOINT, location="https://a.b/v1"
        )
    obligations_tend(now=timezone.now() + DAY)
    assert queries(timezone.now()) == few <= 7
    assert Obligation.objects.count() == 9


def test_a_summary_says_passed_only_when_every_demand_is_met(
    cast: Cast, version: Version, adoption: Adoption, signer: LogSigner, tmp_path: Path
) -> None:
    viewer, now = cast.viewer(cast.officer), timezone.now()
    run(cast, version, {"safety.refusal": record.COMPLIANT})
    first = summary_issue(viewer=viewer, version=version, pack=adoption.pack, now=now)
    run(cast, version)
    second = summary_issue(viewer=viewer, version=version, pack=adoption.pack, now=timezone.now())
    late = timezone.now() + 40 * DAY
    third = summary_issue(viewer=viewer, version=version, pack=adoption.pack, now=late)
    assert [one.met for one in (first, second, third)] == [False, True, False]
    with pytest.raises(NotFoundError, match="not signed yet"):
        summary_take(viewer=viewer, summary_id=second.id)
    log_whole(signer, tmp_path / "witness")
    content = summary_take(viewer=viewer, summary_id=second.id)
    trust = trust_read(None, logs=signer.verifier_keys)
    steps = list(summary_verify(content, trust))
    assert all(step.outcome is Outcome.HOLDS for step in steps), steps
    assert "PASSED: northwind/assistant 1.0" in steps[2].text
    assert steps[3].text.endswith("; redacted: actor")
    assert steps[-1].rule is Rule.WITNESSES
    payload = summary_read(content).envelope.payload
    predicate = json.loads(payload)["predicate"]
    newest = Result.objects.filter(standing__isnull=False)
    assert {one["digest"]["sha256"] for one in predicate["inputAttestations"]} == set(
        newest.values_list("statement_sha256", flat=True)
    )
    assert predicate["policy"]["digest"] == {"sha256": adoption.pack.sha256}
    event = Event.objects.get(type="obligation.summary.issued", payload__summary=str(second.id))
    assert event.payload["statement_sha256"] == statement_digest(payload)
    assert event.payload["result"] == "PASSED"
    assert set(summary_entries(viewer=viewer, summaries=[second])) == {second.id}


def test_a_summary_is_issued_by_whoever_answers_and_taken_by_whoever_reads(
    cast: Cast, version: Version, adoption: Adoption, signer: LogSigner, tmp_path: Path
) -> None:
    now = timezone.now()
    for user, refusal in ((cast.engineer, NotAllowedError), (cast.outsider, NotFoundError)):
        with pytest.raises(refusal):
            summary_issue(viewer=cast.viewer(user), version=version, pack=adoption.pack, now=now)
    officer = cast.viewer(cast.officer)
    with pytest.raises(NotFoundError, match="not adopted"):
        summary_issue(viewer=officer, version=version, pack=pack_make(2), now=now)
    summary = summary_issue(viewer=officer, version=version, pack=adoption.pack, now=now)
    log_whole(signer, tmp_path / "witness")
    assert summary_take(viewer=cast.viewer(cast.regulator), summary_id=summary.id)
    read = Event.objects.get(type="record.read", subject=f"summary/{summary.id}")
    assert read.payload == {"what": "verification summary", "reader": cast.regulator.email}
    with pytest.raises(NotFoundError):
        summary_take(viewer=cast.viewer(cast.outsider), summary_id=summary.id)


def test_a_grant_cut_by_time_opens_no_obligation(
    cast: Cast, version: Version, adoption: Adoption
) -> None:
    from compliance.accounts.models import Grant

    assert obligation_list(viewer=cast.viewer(cast.regulator)).count() == 3
    Grant.objects.update(record_to=timezone.now() + DAY)
    assert obligation_list(viewer=cast.viewer(cast.regulator)).count() == 0
