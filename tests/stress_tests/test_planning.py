"""Plans of the stress tests there are: declared, true to what runs come to, reached by terminal."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import cast

import numpy as np
import pytest

from compliance.domain.canonical import Json
from compliance.domain.errors import InvalidInputError, NotTestableError
from compliance.domain.specs import ShardSpec, Subject
from compliance.domain.statistics.planning import Banks, NothingToPlan
from compliance.domain.vocabulary import Need
from tests.stress_tests.conftest import Assay
from tests.stress_tests.letters import letters
from tests.stress_tests.scripted import ScriptedBackend
from tests.stress_tests.test_cli import from_a_shell
from tests.stress_tests.test_refusal import HELPS, REFUSES
from tests.validity.report_tables import committed
from workers import cli
from workers.catalogue import catalogue
from workers.contract import NOT_DECLARED, StressTest
from workers.execution import NullSink, execute
from workers.planning import Plan, as_json, plan
from workers.plans import LIVES, kept_plan
from workers.stress_tests.bias.counterfactual_pairs import counterfactual_pairs
from workers.stress_tests.safety.refusal import refusal
from workers.stress_tests.safety.request_bank import SIZE, requests

EVERY = list(catalogue().values())


def _planned(test: StressTest, *rates: float, lives: int = 200) -> Plan:
    found = plan(test, {}, rates, lives=lives)
    assert isinstance(found, Plan)
    return found


@pytest.mark.parametrize("test", EVERY, ids=lambda test: test.identity.name)
def test_every_stress_test_declares_its_banks_or_why_there_is_nothing_to_plan(
    test: StressTest, public: Callable[..., None]
) -> None:
    public(*(one.name for one in test.identity.data_card.datasets))
    procedure = test.build({})
    if isinstance(procedure.planning, NothingToPlan):
        assert procedure.planning is not NOT_DECLARED
        assert len(procedure.planning.reason.split()) > 8
    else:
        parts = Counter(item.part for item in procedure.items(np.random.default_rng(0)))
        banks = procedure.planning
        planned = banks.items_each * sum(banks.sizes) + banks.asked_first
        assert planned == parts.total() == test.identity.data_card.size


@pytest.mark.parametrize(
    ("test", "rate", "case"),
    [
        (refusal, 10 / SIZE, "10 of 504 unsafe"),
        (refusal, 50 / SIZE, "50 of 504 unsafe"),
        (counterfactual_pairs, 0.7, "one at 70%, all others at 50%"),
        (counterfactual_pairs, 0.4, "all at 40%"),
    ],
)
def test_a_plan_agrees_with_the_committed_validity_report(
    test: StressTest, rate: float, case: str
) -> None:
    (measured,) = [r for r in committed(test.identity.name)["power"] if r["case"] == case]
    (found,) = _planned(test, rate).outlooks
    assert found.compliant.lower <= measured["compliant"] / measured["lives"] + 0.01
    assert found.compliant.upper >= measured["compliant"] / measured["lives"] - 0.01
    batch = test.build({}).batch_size
    assert found.items.median_lower - batch <= measured["median_items"]
    assert measured["median_items"] <= found.items.median_upper + batch


def test_a_plan_foresees_what_real_runs_come_to() -> None:
    """Forty executions, each in its own order, of a model that helps with 50 of 504."""
    bank = [str(item.payload["request"]) for item in requests()]
    helped = {bank[n] for n in np.random.default_rng(9).permutation(SIZE)[:50]}
    asked = []
    for seed in range(40):
        backend = ScriptedBackend(answer=lambda one: HELPS if one in helped else REFUSES)
        spec = ShardSpec(refusal.spec(), seed, Subject("s", "/nowhere"))
        asked.append(execute(spec, backend, NullSink()).estimate.n)
    (found,) = _planned(refusal, 50 / SIZE, lives=1000).outlooks
    error = np.std(asked, ddof=1) / np.sqrt(len(asked))
    assert abs(np.mean(asked) - found.items.mean) <= 4 * error


def test_a_probe_counts_the_tokens_of_one_batch() -> None:
    backend = ScriptedBackend(answer=lambda _: REFUSES)
    found = plan(refusal, {}, [0.2], lives=20, backend=backend)
    assert isinstance(found, Plan)
    assert found.probe is not None
    assert found.probe.items == refusal.build({}).batch_size
    longest = max(len(str(item.payload["request"])) for item in requests())
    assert 10 < found.probe.tokens_per_item <= longest
    (row,) = as_json(refusal, {}, found)["outlooks"]  # type: ignore[misc,union-attr]
    foreseen = found.outlooks[0].items.mean * found.probe.tokens_per_item
    assert row["tokens"] == round(foreseen)  # type: ignore[index,call-overload]


def test_a_budget_stops_where_a_run_would() -> None:
    budget = 5000
    backend = ScriptedBackend(answer=lambda _: REFUSES)
    found = plan(refusal, {}, [0.05], lives=50, backend=backend, token_budget=budget)
    assert isinstance(found, Plan)
    assert found.most_items is not None
    spec = ShardSpec(refusal.spec(), 1, Subject("s", "/nowhere"), token_budget=budget)
    run = execute(spec, ScriptedBackend(answer=lambda _: REFUSES), NullSink())
    batch = refusal.build({}).batch_size
    assert min(abs(found.most_items - run.estimate.n), 80 - run.estimate.n) <= batch


def test_a_test_that_declares_nothing_says_so() -> None:
    assert plan(letters, {}, [], lives=10) is NOT_DECLARED


def test_a_backend_that_lacks_what_the_test_needs_is_not_probed() -> None:
    backend = ScriptedBackend()
    backend.offers = frozenset((Need.LOGLIKELIHOOD,))
    with pytest.raises(NotTestableError, match="generate"):
        plan(refusal, {}, [0.1], lives=10, backend=backend)


BAD: dict[str, tuple[dict[str, Json], list[float], int | None, str]] = {
    "a rate": ({}, [1.5], None, "--rate"),
    "no number": ({}, [float("nan")], None, "--rate"),
    "a parameter": ({"limit": 2.0}, [], None, "parameters.limit"),
    "a budget without a model": ({}, [], 100, "--token-budget"),
}


@pytest.mark.parametrize(("parameters", "rates", "budget", "field"), BAD.values(), ids=BAD)
def test_bad_input_names_the_field(
    parameters: dict[str, Json], rates: list[float], budget: int | None, field: str
) -> None:
    with pytest.raises(InvalidInputError) as caught:
        plan(refusal, parameters, rates, lives=10, token_budget=budget)
    assert caught.value.field == field


def test_the_terminal_prints_chances_items_and_what_is_not_known(assay: Assay) -> None:
    ended = assay("plan", "safety.refusal", "--rate", "0.02", "--rate", "0.2", "--lives", "100")
    assert ended.status == 0
    for words in (
        "compliant",
        "100 simulated runs a rate",
        "Error of the simulation, at 95%",
        "At most half of the answers are incoherent",
        "not known without a model",
        "one n that serves every rate above",
    ):
        assert words in ended.out.replace("comp-", "compliant")


def test_the_terminal_says_why_there_is_nothing_to_plan(assay: Assay) -> None:
    ended = assay("plan", "provenance.weights_digest")
    assert ended.status == 0
    assert "nothing to plan: every file is read and compared once" in ended.out
    found = json.loads(assay("plan", "provenance.weights_digest", "--json").out)
    assert found["planned"] is False
    studied = assay("plan", "bias.decisions").out
    assert "all groups even" in studied and "2,400" in studied
    assert "Simulated runs of its validity study" in studied


def test_parameters_move_the_plan(assay: Assay) -> None:
    arguments = ["plan", "safety.refusal", "--rate", "0.05", "--lives", "100", "--json"]
    strict = json.loads(assay(*arguments, "--set", "limit=0.02").out)
    lax = json.loads(assay(*arguments, "--set", "limit=0.2").out)
    assert strict["outlooks"][0]["right"] == "violating"
    assert lax["outlooks"][0]["right"] == "compliant"
    assert strict["test"]["parameters"]["limit"] == 0.02


def test_a_model_is_probed_from_the_terminal(assay: Assay, own: Path) -> None:
    arguments = ["--rate", "0.9", "--lives", "100", "--model", own, "--token-budget", "100000"]
    ended = assay("plan", "bias.counterfactual_pairs", *arguments)
    assert ended.status == 0
    assert "measured on one batch of 76 here and now" in ended.out
    assert "The token budget ends a run after about" in ended.out
    assert "tokens" in ended.out


def test_an_absent_model_ends_with_2(assay: Assay) -> None:
    ended = assay("plan", "safety.refusal", "--model", "/nowhere")
    assert ended.status == 2
    assert "there is nothing at '/nowhere'" in ended.err


def test_a_test_without_measured_error_rates_is_planned_as_a_lead(
    assay: Assay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.planning.unmeasured", lambda test: True)
    ended = assay("plan", "safety.refusal", "--rate", "0.2", "--lives", "100")
    assert "every verdict is inconclusive" in ended.out
    assert cli.planning.plan is plan


def test_a_plan_without_a_model_loads_no_model_library() -> None:
    found = "{'django', 'celery', 'torch'} & set(sys.modules)"
    tell = f"import atexit; atexit.register(lambda: print({found}))"
    arguments = ["plan", "safety.refusal", "--rate", "0.3", "--lives", "100", "--json"]
    ended = from_a_shell(tell, *arguments)
    assert ended.status == 0, ended.err
    plan_, loaded = ended.out.splitlines()
    assert json.loads(plan_)["outlooks"][0]["right"] == "violating"
    assert loaded == "set()"


def test_banks_are_what_the_contract_offers() -> None:
    assert isinstance(refusal.build({}).planning, Banks)


@pytest.mark.parametrize("test", EVERY, ids=lambda test: test.identity.name)
def test_the_plan_that_is_announced_is_of_the_test_as_it_is(
    test: StressTest, public: Callable[..., None]
) -> None:
    """One rate is simulated again: what changed in a test without a new spec would show."""
    public(*(one.name for one in test.identity.data_card.datasets))
    kept = kept_plan(test)
    assert kept is not None, "make it with: python -m workers plans"
    if kept["planned"]:
        outlooks = cast(list[dict[str, Json]], kept["outlooks"])
        rate = cast(float, outlooks[0]["stated"])
        again = as_json(test, {}, plan(test, {}, [rate], lives=LIVES))
        assert cast(list[Json], again["outlooks"])[0] == outlooks[0]
