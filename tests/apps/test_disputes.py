"""A dispute from opening to ruling: who may do what, what it opens, what the record says."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.utils import timezone

from compliance.accounts.models import Grant
from compliance.accounts.selectors import Viewer
from compliance.accounts.services import GrantScope, grant_end, grant_give
from compliance.alerts.models import Alert
from compliance.alerts.selectors import alert_list, window_list
from compliance.audits.selectors import run_list, schedule_list, subscription_list
from compliance.audits.services import run_cancel
from compliance.disputes.models import Dispute, Ruling
from compliance.disputes.selectors import acts_of, dispute_get, dispute_list, filing_get
from compliance.disputes.services import (
    Attached,
    Submission,
    battery_order,
    dispute_alert,
    dispute_file,
    dispute_open,
    dispute_rule,
    dispute_withdraw,
    filing_file_read,
    filing_read,
    reviewer_appoint,
    ruling_dissent,
    seed_draw,
    share_commit,
    share_reveal,
)
from compliance.domain.dispute_words import RulingOutcome
from compliance.domain.disputes import MAX_FILE_BYTES
from compliance.domain.errors import (
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
    TransitionError,
)
from compliance.domain.vocabulary import GrantKind
from compliance.events.models import Event
from compliance.events.selectors import event_list
from compliance.ledger.models import Evidence
from compliance.questions.selectors import question_list
from compliance.registry.models import Version
from compliance.registry.selectors import endpoint_limit_list, model_list, version_list
from tests.cast import Cast, administrator_of
from tests.conftest import write_weights
from tests.disputing import (
    EXACT,
    SHARES,
    Case,
    announce_exact,
    case_of,
    committed_to,
    rivals_version,
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


def rule(case: Case, dispute: Dispute, outcome: RulingOutcome) -> Ruling:
    return dispute_rule(
        viewer=case.court, dispute=dispute, outcome=outcome, operative="Stop.", reasons="It is so."
    )


def test_an_opening_is_told_to_court_and_respondent_and_opens_nothing_of_the_accused(
    case: Case,
) -> None:
    before = model_list(viewer=case.court).count()
    dispute = case.opened()
    opened = Event.objects.filter(type="dispute.opened")
    assert {one.organization for one in opened} == {
        case.cast.authority,
        case.cast.northwind,
        case.cast.rival,
    }
    for event in opened:
        dispute_alert(event_id=event.id)
    assert {one.organization for one in Alert.objects.all()} == {
        case.cast.authority,
        case.cast.rival,
    }
    assert Alert.objects.filter(title=f"A dispute about {dispute} was opened").count() == 2
    assert model_list(viewer=case.court).count() == before  # Northwind's were open by a grant
    assert not version_list(viewer=case.court).filter(id=case.accused.id).exists()
    assert not version_list(viewer=case.claimant).filter(id=case.accused.id).exists()


def test_nobody_outside_knows_of_a_dispute(case: Case) -> None:
    dispute = case.opened()
    for viewer in (case.claimant, case.respondent, case.court):
        assert dispute_list(viewer=viewer).count() == 1
    for user in (case.cast.reviewer, case.cast.outsider):
        with pytest.raises(NotFoundError):
            dispute_get(viewer=case.cast.viewer(user), dispute_id=dispute.id)
    reviewer_appoint(viewer=case.court, dispute=dispute, organization="university")
    assert dispute_list(viewer=case.reviewer).count() == 1


def test_what_cannot_be_disputed_is_refused_by_field(case: Case) -> None:
    good = {
        "version": case.claimed,
        "accused": str(case.accused),
        "court": "authority",
        "claim": "x",
    }
    for field, value in (
        ("accused", "rival/nothing 1.0"),
        ("accused", str(case.claimed)),
        ("court", "university"),
        ("claim", " "),
    ):
        with pytest.raises(InvalidInputError) as refused:
            dispute_open(viewer=case.claimant, **(good | {field: value}))  # type: ignore[arg-type]
        assert refused.value.field == field
    with pytest.raises(NotAllowedError):
        dispute_open(viewer=case.cast.viewer(case.cast.engineer), **good)  # type: ignore[arg-type]
    dispute_open(viewer=case.claimant, **good)  # type: ignore[arg-type]
    with pytest.raises(InvalidInputError, match="in dispute already"):
        dispute_open(viewer=case.claimant, **good)  # type: ignore[arg-type]


def test_each_act_is_refused_to_whom_it_is_not_for(case: Case) -> None:
    dispute = case.answered()
    draw_by = timezone.now() + timedelta(days=1)
    for viewer in (case.claimant, case.respondent):
        with pytest.raises(NotAllowedError):
            battery_order(viewer=viewer, dispute=dispute, battery=[EXACT], draw_by=draw_by)
        with pytest.raises(NotAllowedError):
            dispute_rule(
                viewer=viewer,
                dispute=dispute,
                outcome=RulingOutcome.DISMISSED,
                operative="x",
                reasons="x",
            )
    with pytest.raises(NotAllowedError):
        dispute_withdraw(viewer=case.respondent, dispute=dispute, reason="no")
    with pytest.raises(NotAllowedError):
        dispute_file(viewer=case.court, dispute=dispute, submission=Submission(title="x", text="x"))
    with pytest.raises(NotAllowedError):  # in the right organization, in another role
        dispute_withdraw(viewer=case.cast.viewer(case.cast.engineer), dispute=dispute, reason="x")


def test_the_court_waits_for_an_answer_until_its_time_is_over(case: Case) -> None:
    dispute = case.opened()
    with pytest.raises(TransitionError, match="has not answered"):
        case.ordered(dispute)
    with time_machine.travel(dispute.answer_by + timedelta(minutes=1), tick=False):
        assert case.ordered(dispute).state == "ordered"


def test_a_confidential_filing_is_for_parties_and_court_and_each_reading_is_told(
    case: Case,
) -> None:
    dispute = case.reviewed()
    secret = Submission(
        title="Training log",
        text="We began from our own seed.",
        confidential=True,
        files=[Attached("log.txt", b"step 1")],
    )
    filing = dispute_file(viewer=case.respondent, dispute=dispute, submission=secret)
    with pytest.raises(NotAllowedError, match="parties and the court alone"):
        filing_get(viewer=case.reviewer, dispute_id=dispute.id, number=filing.number)
    for viewer in (case.claimant, case.respondent, case.court, case.court):
        _, text = filing_read(viewer=viewer, dispute_id=dispute.id, number=filing.number)
        assert text == secret.text
    _, content = filing_file_read(
        viewer=case.court, dispute_id=dispute.id, number=filing.number, file=1
    )
    assert content == b"step 1"
    readings = Event.objects.filter(type="evidence.read", subject=f"filing/{filing.id}")
    assert readings.count() == 5
    assert {one.organization for one in readings} == {case.cast.rival}
    event = Event.objects.filter(type="dispute.filed").latest("occurred_at")
    assert "own seed" not in str(event.payload)
    assert {event.payload["text"], event.payload["files"][0]["sha256"]} == set(
        Evidence.objects.values_list("sha256", flat=True).filter(
            sha256__in=[filing.text_sha256, filing.files.get().sha256]
        )
    )


def test_what_is_filed_is_bounded_and_never_of_a_type_that_is_signed(case: Case) -> None:
    dispute = case.answered()
    for files in (
        [Attached("big", b"x" * (MAX_FILE_BYTES + 1))],
        [Attached("empty", b"")],
        [Attached("a\nb", b"x")],
        [Attached(str(number), b"x") for number in range(6)],
    ):
        with pytest.raises(InvalidInputError) as refused:
            dispute_file(
                viewer=case.claimant,
                dispute=dispute,
                submission=Submission(title="x", text="x", files=files),
            )
        assert refused.value.field == "files"
    statement = b'{"_type":"https://in-toto.io/Statement/v1"}'
    filing = dispute_file(
        viewer=case.claimant,
        dispute=dispute,
        submission=Submission(title="x", text="x", files=[Attached("s.json", statement)]),
    )
    kept = Evidence.objects.get(sha256=filing.files.get().sha256)
    assert kept.media_type == "application/octet-stream"


def test_an_order_freezes_the_plan_and_opens_the_accused_model_to_the_court(case: Case) -> None:
    dispute = case.ordered()
    (spec,) = dispute.battery.plan["battery"]
    assert spec["parameters"]["references"] == [
        {
            "label": str(case.claimed),
            "digest": case.claimed.weights_digest,
            "declared_parent": False,
            "declared_relative": False,
        }
    ]
    assert version_list(viewer=case.court).filter(id=case.accused.id).exists()
    assert not version_list(viewer=case.claimant).filter(id=case.accused.id).exists()
    assert not version_list(viewer=case.respondent).filter(id=case.claimed.id).exists()
    with pytest.raises(DatabaseError), transaction.atomic():
        type(dispute.battery).objects.update(plan={})


def test_only_tests_that_compare_and_were_measured_can_be_ordered(
    case: Case, announced: list[str]
) -> None:
    dispute = case.answered()
    for battery in ([], ["safety.refusal"], ["provenance.weights_digest"], ["no.such"]):
        with pytest.raises(InvalidInputError) as refused:
            battery_order(
                viewer=case.court,
                dispute=dispute,
                battery=battery,
                draw_by=timezone.now() + timedelta(days=1),
            )
        assert refused.value.field == "battery"


def test_neither_party_chooses_the_seed(case: Case) -> None:
    dispute = case.ordered()
    share_commit(viewer=case.claimant, dispute=dispute, commitment=committed_to(SHARES["claimant"]))
    with pytest.raises(TransitionError, match="before both parties have committed"):
        share_reveal(viewer=case.claimant, dispute=dispute, share=SHARES["claimant"])
    with pytest.raises(InvalidInputError, match="committed to the same"):
        share_commit(
            viewer=case.respondent, dispute=dispute, commitment=committed_to(SHARES["claimant"])
        )
    share_commit(
        viewer=case.respondent, dispute=dispute, commitment=committed_to(SHARES["respondent"])
    )
    with pytest.raises(TransitionError, match="has committed"):
        share_commit(viewer=case.respondent, dispute=dispute, commitment=committed_to("33" * 32))
    with pytest.raises(InvalidInputError, match="not what was committed to"):
        share_reveal(viewer=case.respondent, dispute=dispute, share="33" * 32)
    with pytest.raises(TransitionError, match="may still commit"):
        seed_draw(viewer=case.court, dispute=dispute)
    share_reveal(viewer=case.respondent, dispute=dispute, share=SHARES["respondent"])
    assert not hasattr(case.again(dispute).battery, "draw")
    secret = case.again(dispute).battery.court_share
    assert not Event.objects.filter(payload__icontains=secret).exists()
    share_reveal(viewer=case.claimant, dispute=dispute, share=SHARES["claimant"])
    after = case.again(dispute)
    assert (after.state, after.battery.draw.run.trigger) == ("running", "dispute")


def test_only_what_would_be_taken_is_offered(case: Case) -> None:
    def offered(viewer: Viewer, dispute: Dispute) -> set[str]:
        return {one.name for one in acts_of(viewer=viewer, dispute=dispute, now=timezone.now())}

    opened = case.opened()
    assert offered(case.court, opened) == {"APPOINT", "RULE"}
    assert offered(case.claimant, opened) == {"FILE", "PROPOSE", "WITHDRAW"}
    answer = Submission(title="Answer", text="No.")
    dispute_file(viewer=case.respondent, dispute=opened, submission=answer)
    assert "ORDER" in offered(case.court, case.again(opened))
    ordered = case.ordered(opened)
    assert offered(case.claimant, ordered) == {"COMMIT", "FILE", "WITHDRAW"}
    committed = case.committed(ordered)
    assert offered(case.claimant, committed) == {"REVEAL", "FILE", "WITHDRAW"}
    share_reveal(viewer=case.claimant, dispute=committed, share=SHARES["claimant"])
    assert offered(case.claimant, case.again(committed)) == {"FILE", "WITHDRAW"}
    assert offered(case.cast.viewer(case.cast.engineer), committed) == set()


def test_who_withholds_its_share_is_left_out_and_said_to_be(case: Case) -> None:
    dispute = case.committed()
    share_reveal(viewer=case.claimant, dispute=dispute, share=SHARES["claimant"])
    with time_machine.travel(dispute.battery.draw_by + timedelta(minutes=1), tick=False):
        drawn = seed_draw(viewer=case.court, dispute=dispute)
    event = Event.objects.filter(type="dispute.seed.drawn")[0]
    assert set(event.payload["shares"]) == {"court", "claimant"}
    assert "Not revealed by the respondent" in event.payload["statement"]
    assert drawn.seed == event.payload["seed"]


def test_the_run_is_open_to_the_claimant_and_nobody_cancels_it(case: Case) -> None:
    dispute = case.running()
    run = dispute.battery.draw.run
    assert list(run_list(viewer=case.claimant).filter(id=run.id)) == [run]
    assert run_list(viewer=case.claimant).filter(version=case.accused).count() == 1
    assert not model_list(viewer=case.claimant).filter(id=case.accused.model_id).exists()
    with pytest.raises(TransitionError, match="a court ordered"):
        run_cancel(viewer=case.respondent, run=run, reason="we would rather not")
    with pytest.raises(TransitionError):
        dispute_withdraw(viewer=case.claimant, dispute=dispute, reason="we saw it coming")


def test_beside_the_run_the_claimant_sees_nothing_of_the_respondent(case: Case) -> None:
    case.running()
    theirs = case.cast.rival
    viewer = case.claimant
    seen = {
        "models": model_list(viewer=viewer).filter(organization=theirs),
        "versions": version_list(viewer=viewer).filter(model__organization=theirs),
        "events": event_list(viewer=viewer).filter(organization=theirs),
        "alerts": alert_list(viewer=viewer).filter(organization=theirs),
        "schedules": schedule_list(viewer=viewer).filter(model__organization=theirs),
        "subscriptions": subscription_list(viewer=viewer).filter(organization=theirs),
        "limits": endpoint_limit_list(viewer=viewer).filter(organization=theirs),
        "windows": window_list(viewer=viewer).filter(organization=theirs),
        "questions": question_list(viewer=viewer).filter(model__organization=theirs),
    }
    assert {name: rows.count() for name, rows in seen.items()} == dict.fromkeys(seen, 0)
    assert run_list(viewer=viewer).filter(version__model__organization=theirs).count() == 1


def test_what_a_dispute_opened_is_closed_by_its_end_and_by_nobody_before(case: Case) -> None:
    dispute = case.reviewed()
    case.running(case.ordered(dispute))
    administrator = case.cast.viewer(administrator_of(case.cast.rival))
    for grant in Grant.objects.filter(dispute=dispute.id, provider=case.cast.rival):
        with pytest.raises(NotAllowedError, match="ends with the dispute"):
            grant_end(viewer=administrator, grant=grant, now=timezone.now())
    with pytest.raises(InvalidInputError, match="a dispute gives its grants itself"):
        grant_give(
            viewer=administrator,
            organization=case.cast.authority,
            provider=case.cast.rival,
            scope=GrantScope(kind=GrantKind.DISPUTE),
        )
    assert version_list(viewer=case.reviewer).filter(id=case.accused.id).exists()
    assert not Grant.objects.filter(dispute=dispute.id, expires_at__isnull=False).exists()


def test_a_dismissal_ends_it_and_stands(case: Case) -> None:
    dispute = case.ordered(case.reviewed())
    ruling = rule(case, dispute, RulingOutcome.DISMISSED)
    assert ruling.findings == []
    assert not version_list(viewer=case.court).filter(id=case.accused.id).exists()
    assert dispute_get(viewer=case.reviewer, dispute_id=dispute.id).state == "ruled"
    ruling_dissent(viewer=case.reviewer, dispute=dispute, text="It should have been tested.")
    with pytest.raises(TransitionError, match="dissented already"):
        ruling_dissent(viewer=case.reviewer, dispute=dispute, text="Again.")
    for table in (Ruling, type(ruling.dissents.get())):
        with pytest.raises(DatabaseError), transaction.atomic():
            table.objects.all().delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        Ruling.objects.update(operative="Go on.")
    with pytest.raises(TransitionError):
        rule(case, dispute, RulingOutcome.DISMISSED)
    assert told(dispute) == [
        "dispute.opened",
        "dispute.filed",
        "dispute.reviewer.appointed",
        "dispute.battery.ordered",
        "dispute.ruled",
        "dispute.dissented",
    ]
    assert list(dispute.transitions.values_list("new", flat=True)) == [
        "answered",
        "ordered",
        "ruled",
    ]
