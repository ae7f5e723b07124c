"""The loop that executes a stress test: order, batches, resumption, early stopping."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from compliance.domain.canonical import Json
from compliance.domain.errors import InvalidInputError, LeaseLostError, NotTestableError
from compliance.domain.items import order_commitment
from compliance.domain.specs import ShardSpec, StressTestSpec, Subject
from compliance.domain.vocabulary import Need, Stop, Verdict
from tests.stress_tests.letters import Kept, Lengths, letters, run, spec
from workers import catalogue as catalogue_module
from workers.backends.loading import open_backend
from workers.catalogue import find
from workers.contract import (
    Backend,
    Item,
    Procedure,
    Score,
    StressTest,
)
from workers.execution import Finished, NullSink, execute


def report_of(*, wrong: int) -> str:
    size = [{"lives": 1_000, "wrong": wrong}]
    return json.dumps({"version": 1, "quick": False, "design": {"alpha": 0.05}, "size": size})


@pytest.fixture(autouse=True)
def offered(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The test above in the catalogue, with a validity report; returns the report's path."""
    monkeypatch.setattr(catalogue_module, "catalogue", lambda: {("bias.letters", 1): letters})
    monkeypatch.setattr(catalogue_module, "VALIDITY_FOLDER", tmp_path)
    report = tmp_path / "bias.letters.json"
    report.write_text(report_of(wrong=0))
    return report


def test_the_order_is_committed_to_before_the_first_answer() -> None:
    sink = Kept()
    execution = run(Lengths(), sink)
    items = letters.build({}).items(np.random.Generator(np.random.PCG64(7)))
    assert sink.planned == execution.planned == 40
    assert sink.order_digest == execution.order_digest
    assert sink.order_digest == order_commitment([item.digest for item in items])
    assert [score.item_id for score in execution.scores] == [item.id for item in items]


def test_the_same_spec_and_seed_give_the_same_execution_and_another_seed_another_order() -> None:
    first, again = run(Lengths()), run(Lengths())
    other = execute(spec(seed=8), Lengths(), NullSink())
    assert first == again
    assert other.order_digest != first.order_digest


@pytest.mark.parametrize("finished_batches", [0, 1, 3, 5])
def test_a_resumed_execution_equals_an_undisturbed_one(finished_batches: int) -> None:
    undisturbed = run(Lengths())
    interrupted = Kept(loses_lease_after=finished_batches)
    if finished_batches < 5:
        with pytest.raises(LeaseLostError):
            run(Lengths(), interrupted)
    else:
        run(Lengths(), interrupted)
    backend = Lengths()
    resumed = execute(spec(), backend, Kept(), interrupted.finished())
    assert resumed == undisturbed
    assert len(backend.asked) == 5 - finished_batches


def test_a_batch_that_is_not_whole_is_asked_again_whole() -> None:
    undisturbed, sink = run(Lengths()), Kept()
    run(Lengths(), sink)
    finished = sink.finished(without=undisturbed.scores[3:5] + undisturbed.scores[20:])
    backend = Lengths()
    assert execute(spec(), backend, Kept(), finished) == undisturbed
    assert [len(batch) for batch in backend.asked] == [8, 8, 8, 8]


def test_a_resumed_execution_on_a_real_model_equals_an_undisturbed_one(tiny: Path) -> None:
    backend = open_backend(Subject("tiny", str(tiny)))
    undisturbed, interrupted = run(backend), Kept(loses_lease_after=2)
    with pytest.raises(LeaseLostError):
        run(backend, interrupted)
    resumed = execute(spec(), backend, Kept(), interrupted.finished())
    assert resumed.scores == undisturbed.scores
    assert resumed.estimate == undisturbed.estimate


def test_an_answer_to_another_item_of_the_same_name_is_not_taken_for_this_one() -> None:
    sink = Kept()
    undisturbed = run(Lengths(), sink)
    stale = {f"{n:064x}": score for n, score in enumerate(sink.finished().scores.values())}
    backend = Lengths()
    assert execute(spec(), backend, Kept(), Finished(stale)) == undisturbed
    assert len(backend.asked) == 5


@pytest.mark.parametrize(("budget", "asked"), [(1, 8), (80, 8), (81, 16), (10**6, 40)])
def test_a_token_budget_ends_an_execution_after_a_whole_batch(budget: int, asked: int) -> None:
    execution = execute(replace(spec(), token_budget=budget), Lengths(), Kept())
    assert len(execution.scores) == asked
    assert execution.stopped is (Stop.BANK if asked == 40 else Stop.BUDGET)


def test_a_budget_spent_before_an_interruption_stays_spent() -> None:
    budgeted, sink = replace(spec(), token_budget=160), Kept()
    undisturbed = execute(budgeted, Lengths(), sink)
    backend = Lengths()
    assert execute(budgeted, backend, Kept(), sink.finished()) == undisturbed
    assert backend.asked == []


def test_a_batch_says_where_it_stands_in_the_order() -> None:
    interrupted, resumed = Kept(loses_lease_after=2), Kept()
    with pytest.raises(LeaseLostError):
        run(Lengths(), interrupted)
    execute(spec(), Lengths(), resumed, interrupted.finished())
    assert (interrupted.firsts, resumed.firsts) == ([0, 8], [16, 24, 32])


def test_nothing_is_kept_once_the_lease_is_lost() -> None:
    sink = Kept(loses_lease_after=1)
    with pytest.raises(LeaseLostError):
        run(Lengths(), sink)
    assert len(sink.batches) == 1


def test_a_sequential_run_stops_at_its_verdict_but_not_before_the_minimum() -> None:
    execution = run(Lengths(), stops_early=True, evidence=1.0)
    assert len(execution.scores) == 16, "8 would be decided already, and 10 is the minimum"
    assert execution.verdict is Verdict.COMPLIANT
    assert execution.planned == 40


def test_a_run_that_does_not_stop_early_asks_everything() -> None:
    assert len(run(Lengths(), evidence=1.0).scores) == 40


@pytest.mark.parametrize(
    "report", [None, '{"quick": true}', '{"version": 2}', "{}", report_of(wrong=45)]
)
def test_without_a_validity_report_that_bears_it_out_a_test_only_leads(
    offered: Path, report: str | None
) -> None:
    assert run(Lengths(), evidence=1.0).verdict is Verdict.COMPLIANT
    offered.unlink() if report is None else offered.write_text(report)
    execution = run(Lengths(), evidence=1.0)
    assert execution.estimate.lead
    assert execution.verdict is Verdict.INCONCLUSIVE


def test_what_the_backend_lacks_is_named_and_nothing_is_asked() -> None:
    backend, sink = Lengths(), Kept()
    backend.offers = frozenset({Need.WEIGHTS})
    with pytest.raises(NotTestableError, match=r"bias\.letters needs loglikelihood"):
        run(backend, sink)
    assert sink.planned == -1


def test_an_unknown_test_is_refused_and_the_known_ones_are_named() -> None:
    unknown = ShardSpec(StressTestSpec("bias.words", 1), 0, Subject("m", "nowhere"))
    with pytest.raises(InvalidInputError, match=r"bias\.letters@1") as caught:
        execute(unknown, Lengths(), NullSink())
    assert caught.value.field == "test"
    with pytest.raises(InvalidInputError, match=r"bias\.letters@2"):
        find("bias.letters", 2)


@pytest.mark.parametrize("change", ["drop", "reverse", "nan"])
def test_a_test_that_scores_wrongly_is_a_bug_and_no_verdict(
    change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(count: int = 40, evidence: float = 0.1, stops_early: bool = False) -> Procedure:
        procedure = letters.build({})

        def score(backend: Backend, batch: Sequence[Item]) -> list[Score]:
            scores = procedure.score(backend, batch)
            if change == "nan":
                return [Score(s.item_id, s.part, s.cluster, float("nan"), "") for s in scores]
            return scores[1:] if change == "drop" else scores[::-1]

        return Procedure(procedure.claim, procedure.items, score, procedure.conclude)

    broken = StressTest(letters.identity, wrong)
    monkeypatch.setattr(catalogue_module, "catalogue", lambda: {("bias.letters", 1): broken})
    with pytest.raises(ValueError, match=r"score"):
        run(Lengths())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("count", 1.5),
        ("count", True),
        ("count", "40"),
        ("evidence", "x"),
        ("evidence", [1]),
        ("evidence", float("nan")),
        ("stops_early", 1),
        ("other", 1),
    ],
)
def test_a_parameter_of_another_type_is_refused_by_name(name: str, value: Json) -> None:
    with pytest.raises(InvalidInputError) as caught:
        letters.spec(**{name: value})
    assert caught.value.field == f"parameters.{name}"


def test_a_whole_number_does_for_a_decimal_and_gives_the_same_digest() -> None:
    assert letters.spec(evidence=1).digest == letters.spec(evidence=1.0).digest
