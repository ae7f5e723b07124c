"""Which battery: proposed, agreed on or objected to by the parties, ordered by the court, again."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.utils import timezone

from compliance.accounts.models import Grant
from compliance.accounts.selectors import Viewer
from compliance.alerts.models import Alert
from compliance.audits.selectors import run_list
from compliance.disputes.findings import findings_by_battery, findings_of
from compliance.disputes.models import Dispute, Proposal
from compliance.disputes.selectors import acts_of
from compliance.disputes.services import (
    battery_agree,
    battery_object,
    battery_order,
    battery_propose,
    dispute_alert,
    dispute_hear,
    dispute_rule,
    dispute_withdraw,
    share_commit,
)
from compliance.domain.dispute_words import RulingOutcome
from compliance.domain.errors import InvalidInputError, NotAllowedError, TransitionError
from compliance.domain.vocabulary import LineageFinding
from compliance.events.models import Event
from compliance.registry.models import Version
from compliance.registry.selectors import version_list
from tests.cast import Cast
from tests.conftest import write_weights
from tests.disputing import (
    EXACT,
    Case,
    announce_exact,
    case_of,
    committed_to,
    ended,
    rivals_version,
    share_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(cast: Cast, version: Version, models_root: Path) -> Case:
    announce_exact()
    return case_of(cast, version, rivals_version(cast, write_weights(models_root, "copy", seed=2)))


def told(dispute: Dispute) -> list[str]:
    """What the court's record tells of a dispute, in order."""
    events = Event.objects.filter(subject=f"dispute/{dispute.id}", organization=dispute.court)
    return list(events.order_by("occurred_at").values_list("type", flat=True))


def offered(viewer: Viewer, dispute: Dispute) -> set[str]:
    return {one.name for one in acts_of(viewer=viewer, dispute=dispute, now=timezone.now())}


def order(case: Case, dispute: Dispute, *, reasons: str = "") -> None:
    battery_order(
        viewer=case.court,
        dispute=dispute,
        battery=[EXACT],
        draw_by=timezone.now() + timedelta(days=1),
        reasons=reasons,
    )


def test_what_both_parties_agree_on_is_the_battery(case: Case) -> None:
    dispute = case.proposed()
    proposed = Event.objects.filter(type="dispute.battery.proposed")
    assert proposed.count() == 3
    for event in proposed:
        dispute_alert(event_id=event.id)
    assert Alert.objects.filter(title__startswith="A battery is proposed").count() == 2
    assert offered(case.claimant, dispute) == {"FILE", "WITHDRAW"}
    assert offered(case.respondent, dispute) == {"AGREE", "OBJECT", "FILE"}
    assert "ORDER" not in offered(case.court, dispute)
    assert not version_list(viewer=case.court).filter(id=case.accused.id).exists()
    battery = battery_agree(viewer=case.respondent, dispute=dispute)
    after = case.again(dispute)
    assert (after.state, after.battery) == ("ordered", battery)
    assert (battery.was_agreed, battery.plan) == (True, Proposal.objects.get().plan)
    assert version_list(viewer=case.court).filter(id=case.accused.id).exists()
    assert case.running(after).battery.draw.run.trigger == "dispute"
    assert told(dispute)[2:4] == ["dispute.battery.proposed", "dispute.battery.agreed"]
    for row in (Proposal.objects.all(), type(battery).objects.all()):
        with pytest.raises(DatabaseError), transaction.atomic():
            row.update(reasons="x")


def test_where_they_do_not_agree_the_court_orders_and_says_why(case: Case) -> None:
    dispute = case.proposed()
    with pytest.raises(TransitionError, match="may still answer"):
        order(case, dispute)
    with pytest.raises(TransitionError, match="waits for its answer"):
        case.proposed(dispute, by=case.respondent)
    with pytest.raises(InvalidInputError) as refused:
        battery_object(viewer=case.respondent, dispute=dispute, reasons=" ")
    assert refused.value.field == "reasons"
    battery_object(viewer=case.respondent, dispute=dispute, reasons="It is too little.")
    with pytest.raises(TransitionError, match="proposed a battery already"):
        case.proposed(dispute)
    with pytest.raises(TransitionError, match="nothing is proposed"):
        battery_agree(viewer=case.respondent, dispute=dispute)
    dispute = case.proposed(dispute, by=case.respondent)
    battery_object(viewer=case.claimant, dispute=dispute, reasons="It is too much.")
    assert "ORDER" in offered(case.court, case.again(dispute))
    with pytest.raises(InvalidInputError) as refused:
        order(case, dispute)
    assert refused.value.field == "reasons"
    order(case, dispute, reasons="Weights are the best evidence.")
    assert told(dispute)[2:] == [
        "dispute.battery.proposed",
        "dispute.battery.objected",
        "dispute.battery.proposed",
        "dispute.battery.objected",
        "dispute.battery.ordered",
    ]
    ordered = Event.objects.filter(type="dispute.battery.ordered")[0]
    assert "Weights are the best evidence." in ordered.payload["statement"]


def test_nobody_agrees_for_another_nor_after_its_time(case: Case) -> None:
    dispute = case.proposed()
    with pytest.raises(TransitionError, match="nothing is proposed that waits for your answer"):
        battery_agree(viewer=case.claimant, dispute=dispute)
    for viewer in (case.court, case.cast.viewer(case.cast.rival_engineer)):
        with pytest.raises(NotAllowedError):
            battery_agree(viewer=viewer, dispute=dispute)
    with time_machine.travel(timezone.now() + timedelta(days=7, minutes=1), tick=False):
        with pytest.raises(TransitionError, match="nothing is proposed"):
            battery_agree(viewer=case.respondent, dispute=dispute)
        order(case, dispute)
    assert case.again(dispute).state == "ordered"


def test_a_proposal_gives_the_other_party_its_time(case: Case) -> None:
    dispute = case.answered()
    with pytest.raises(InvalidInputError) as refused:
        battery_propose(
            viewer=case.claimant,
            dispute=dispute,
            battery=[EXACT],
            draw_by=timezone.now() + timedelta(days=6),
            reasons="Soon.",
        )
    assert refused.value.field == "draw_by"


def test_after_a_failed_run_another_battery_is_drawn_with_new_shares(case: Case) -> None:
    dispute = case.failed(case.ordered(case.reviewed()))
    first = dispute.battery
    assert [one.finding for one in findings_of(dispute=dispute)] == [LineageFinding.UNTESTED]
    assert {"ORDER", "RULE"} <= offered(case.court, dispute)
    assert "PROPOSE" in offered(case.claimant, dispute)
    grants = Grant.objects.filter(dispute=dispute.id, organization=case.cast.authority).count()
    dispute = case.ordered(dispute)
    assert dispute.state == "ordered_again"
    assert (
        Grant.objects.filter(dispute=dispute.id, organization=case.cast.authority).count() == grants
    )
    with pytest.raises(TransitionError):
        dispute_withdraw(viewer=case.claimant, dispute=dispute, reason="we saw it coming")
    known = committed_to(share_of(case.again(dispute), "claimant").replace("02", "11", 1))
    with pytest.raises(InvalidInputError, match="committed to the same"):
        share_commit(viewer=case.respondent, dispute=dispute, commitment=known)
    dispute = case.running(dispute)
    assert dispute.battery.number == 2
    assert dispute.battery.plan == first.plan
    assert dispute.battery.draw.seed != first.draw.seed
    dispute_hear(event_id=ended(first.draw.run).id)  # told again, late
    assert case.again(dispute).state == "running"
    runs = run_list(viewer=case.claimant).filter(version=case.accused)
    assert set(runs) == {first.draw.run, dispute.battery.draw.run}


def test_a_third_battery_is_the_last_and_the_ruling_quotes_every_one(case: Case) -> None:
    dispute = case.failed()
    for _ in range(2):
        dispute = case.failed(dispute)
    assert [len(one) for one in findings_by_battery(dispute=dispute)] == [1, 1, 1]
    assert "ORDER" not in offered(case.court, dispute)
    with pytest.raises(TransitionError, match="at most 3 batteries"):
        order(case, dispute)
    ruling = dispute_rule(
        viewer=case.court,
        dispute=dispute,
        outcome=RulingOutcome.NOT_UPHELD,
        operative="Nothing.",
        reasons="Nothing could be tested.",
    )
    assert len(ruling.findings) == 3
