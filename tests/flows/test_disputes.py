"""Travel F: a dispute from its opening to its docket, with workers, scheduler and a log."""

from __future__ import annotations

from pathlib import Path

import pytest

from compliance.alerts.models import Alert
from compliance.audits.models import StressTest
from compliance.disputes.findings import findings_of
from compliance.disputes.models import Dispute
from compliance.disputes.services import dispute_rule, docket_take
from compliance.domain.dispute_words import RulingOutcome
from compliance.domain.verify.docket_rules import docket_verify
from compliance.domain.verify.rules import Outcome
from compliance.domain.verify.trust import trust_read
from compliance.domain.vocabulary import Access, LineageFinding
from compliance.ledger.sequencer import hand_on
from compliance.ledger.services import log_setup_record, policy_read
from compliance.ledger.signer import LogSigner
from compliance.registry.models import Version
from compliance.registry.services import model_register, version_register
from tests.cast import Cast
from tests.disputing import Case, case_of, rivals_version, write_tensors
from tests.flows.conftest import Mailbox, Processes, Wait
from workers.stress_tests.provenance.derivations_validity import prune
from workers.stress_tests.provenance.zoo_validity import Shape, initial, member

pytestmark = pytest.mark.django_db(transaction=True)
SHAPE = Shape(width=16, hidden=96, layers=4)


@pytest.fixture
def log(transactional_db: None, signer: LogSigner) -> LogSigner:
    log_setup_record(signer=signer, policy=policy_read(signer=signer, content=None))
    return signer


def test_a_copy_is_shown_and_a_stranger_is_not_and_both_dockets_are_verified(
    processes: Processes,
    wait: Wait,
    mailbox: Mailbox,
    cast: Cast,
    models_root: Path,
    log: LogSigner,
) -> None:
    processes.start_all()
    wait(StressTest.objects.exists, what="a worker to announce its stress tests")
    stack = initial(range(2), SHAPE)
    original, stranger = member(stack, 0), member(stack, 1)
    for name, tensors in (("base", original), ("copy", prune(original, 0.3)), ("own", stranger)):
        write_tensors(models_root / name, tensors, heads=SHAPE.heads)
    against_copy = case_of(cast, claimed(cast), rivals_version(cast, "copy", slug="copy"))
    other = rivals_version(cast, "own", slug="own")
    against_own = Case(cast, against_copy.claimed, other, against_copy.rival_officer)
    for case, expected, outcome in (
        (against_copy, LineageFinding.SHOWN, RulingOutcome.UPHELD),
        (against_own, LineageFinding.NOT_SHOWN, RulingOutcome.NOT_UPHELD),
    ):
        dispute = case.running(case.ordered(case.reviewed()))
        heard = Dispute.objects.filter(id=dispute.id, state="heard")
        wait(heard.exists, what="the battery to be heard")
        (found,) = findings_of(dispute=dispute)
        assert found.finding is expected
        dispute_rule(
            viewer=case.court,
            dispute=dispute,
            outcome=outcome,
            operative="So be it.",
            reasons="By what was found.",
        )
        wait(lambda case=case: told_of(case) == {"opened", "ordered", "ended", "ruled"})
        hand_on(log)
        content = docket_take(viewer=case.respondent, dispute_id=dispute.id)
        steps = list(docket_verify(content, trust_read(None, logs=log.verifier_keys)))
        assert [one.rule for one in steps if one.outcome is not Outcome.HOLDS] == ["results"]
        assert steps[-1].text.startswith(outcome.value.replace("_", " "))


def claimed(cast: Cast) -> Version:
    viewer = cast.viewer(cast.engineer)
    model = model_register(
        viewer=viewer, organization_id=cast.northwind.id, slug="base", name="base"
    )
    return version_register(
        viewer=viewer, model=model, name="1.0", access=Access.WEIGHTS, location="base"
    )


def told_of(case: Case) -> set[str]:
    """What the rival was alerted to about a dispute, by the last words of the titles."""
    label = f"{case.claimed} against {case.accused}"
    titles = Alert.objects.filter(organization=case.cast.rival, title__contains=label)
    words = {"opened", "ordered", "ended", "ruled"}
    return {word for one in titles for word in words if word in one.title}
