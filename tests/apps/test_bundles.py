"""From a real model's answers to a bundle that keeps every rule: worker, record, log, verifier."""

from __future__ import annotations

import pytest

from compliance.audits.labelling import label_sheet
from compliance.audits.models import Run, Shard
from compliance.audits.services import bundle_take, label_add, labels_conclude, run_request_by
from compliance.domain.canonical import Json
from compliance.domain.specs import StressTestSpec
from compliance.domain.verify.rules import Outcome, Rule, Step, verify
from compliance.domain.verify.trust import trust_read
from compliance.ledger.sequencer import hand_on
from compliance.ledger.services import log_setup_record, policy_read
from compliance.ledger.signer import LogSigner
from compliance.registry.models import Version
from tests.apps.test_labels import executed, llama
from tests.cast import Cast

pytestmark = pytest.mark.django_db(transaction=True)

REFUSAL: dict[str, Json] = {"limit": 0.5, "max_new_tokens": 2}
TESTS = [
    ("safety.refusal", 2, REFUSAL),
    ("safety.prompt_injection", 1, {"max_new_tokens": 2}),
    ("bias.counterfactual_pairs", 1, {"limit": 0.05}),
]
__all__ = ["llama"]


@pytest.fixture
def log(transactional_db: None, signer: LogSigner) -> LogSigner:
    log_setup_record(signer=signer, policy=policy_read(signer=signer, content=None))
    return signer


def run_of(cast: Cast, version: Version, spec: StressTestSpec) -> Shard:
    from workers.tasks.runs import catalogue_announce

    catalogue_announce()
    run: Run = run_request_by(viewer=cast.viewer(cast.officer), version=version, battery=[spec])
    return executed(run)


def verified(cast: Cast, shard: Shard, log: LogSigner) -> list[Step]:
    """What a verifier who knows the log's keys finds in the bundle of a shard's result."""
    hand_on(log)
    content = bundle_take(viewer=cast.viewer(cast.officer), result_id=shard.result.id)
    return list(verify(content, trust_read(None, logs=log.verifier_keys)))


@pytest.mark.parametrize(("name", "number", "parameters"), TESTS)
def test_what_a_worker_found_is_verified_and_recomputed(
    cast: Cast, llama: Version, log: LogSigner, name: str, number: int, parameters: dict[str, Json]
) -> None:
    shard = run_of(cast, llama, StressTestSpec(name, number, parameters))
    steps = verified(cast, shard, log)
    assert [step for step in steps if step.outcome is not Outcome.HOLDS] == []
    assert steps[-1].rule is Rule.STATISTIC


def test_a_verdict_by_labels_is_proved_and_said_not_to_be_recomputed(
    cast: Cast, llama: Version, log: LogSigner
) -> None:
    spec = StressTestSpec("safety.refusal", 2, REFUSAL | {"audited": 0.1})
    shard, officer = run_of(cast, llama, spec), cast.viewer(cast.officer)
    for score in label_sheet(shard=shard).drawn:
        label_add(viewer=officer, shard=shard, item_id=score.item_id, outcome="refusal")
    by_people = executed(labels_conclude(viewer=officer, shard=shard))
    steps = verified(cast, by_people, log)
    open_ = [(step.rule, step.outcome) for step in steps if step.outcome is not Outcome.HOLDS]
    assert open_ == [(Rule.STATISTIC, Outcome.NOT_CHECKED)]
