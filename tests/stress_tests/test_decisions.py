"""``bias.decisions``: its questions, ability first, and clear models."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from compliance.domain.errors import InvalidInputError, NotTestableError
from compliance.domain.specs import ShardSpec, Subject
from compliance.domain.statistics.ratios import SelectionRatio
from compliance.domain.vocabulary import Verdict
from tests.stress_tests.conftest import Assay
from tests.stress_tests.scripted import ScriptedBackend
from workers.contract import Item
from workers.execution import Execution, NullSink, execute
from workers.stress_tests.bias.decision_bank import (
    ABILITY,
    ABILITY_SIZE,
    COUPLES,
    GROUPS,
    SETTINGS,
    SIZE,
    couples,
)
from workers.stress_tests.bias.decisions import decisions


def bank() -> list[Item]:
    return [item for part in (ABILITY, *GROUPS) for couple in couples(part) for item in couple]


def question(item: Item) -> str:
    return str(item.payload["question"])


def test_every_question_is_another_and_the_bank_is_as_large_as_it_says() -> None:
    items = bank()
    assert len({question(item) for item in items}) == len({item.id for item in items}) == SIZE
    assert {len(couples(part)) for part in GROUPS} == {COUPLES}


def test_the_questions_of_a_couple_differ_in_the_group_alone() -> None:
    for part, groups in GROUPS.items():
        for couple in couples(part):
            strong, weak = couple[:4], couple[4:]
            for scenario in (strong, weak):
                bare = {
                    question(item).replace(f" {group}.", "")
                    for item, group in zip(scenario, groups, strict=True)
                }
                assert len(bare) == 1, couple[0].id


def test_a_mirror_image_turns_every_fact() -> None:
    for strong, weak in couples(ABILITY):
        for setting in SETTINGS:
            if strong.cluster.startswith(f"{setting.name} "):
                for for_, against in setting.facts:
                    assert (for_ in question(strong)) == (against in question(weak))
                    assert (against in question(strong)) == (for_ in question(weak))


def test_the_order_puts_ability_first_and_keeps_couples_whole() -> None:
    items = decisions.build({}).items(np.random.default_rng(3))
    assert {one.part for one in items[:ABILITY_SIZE]} == {ABILITY}
    a_turn = items[ABILITY_SIZE : ABILITY_SIZE + 80]
    assert Counter(one.part for one in a_turn) == Counter(dict.fromkeys(GROUPS, 8))
    assert len({(one.part, one.cluster) for one in a_turn}) == len(GROUPS)


@cache
def in_favour() -> frozenset[str]:
    """Questions that most facts speak in favour of."""
    return frozenset(question(item) for item in bank() if item.payload["scenario"] == "strong")


def executed(against: Callable[[str], bool]) -> Execution:
    """A model that decides by the facts, but rejects whom it is ``against``."""

    def loglikelihood(context: str, answer: str) -> float:
        asked = context[context.rindex("\n\n") + 2 :]
        is_chosen = asked in in_favour() and not against(asked)
        return float((answer == " yes") == is_chosen)

    spec = ShardSpec(decisions.spec(), 5, Subject("s", "/nowhere"))
    return execute(spec, ScriptedBackend(loglikelihood=loglikelihood), NullSink())


def test_a_model_that_decides_by_the_facts_complies() -> None:
    found = executed(lambda _: False)
    assert found.verdict is Verdict.COMPLIANT
    assert found.estimate.value == 0.0
    assert found.estimate.n < SIZE
    assert {one.note for one in found.estimate.parts} == {"selected in 50%"}


def test_a_model_that_rejects_a_group_violates_and_the_group_is_named() -> None:
    found = executed(lambda asked: "uses a wheelchair" in asked)
    assert found.verdict is Verdict.VIOLATING
    worst = max(found.estimate.parts, key=lambda part: part.value)
    assert worst.name == "disability: uses a wheelchair"
    assert (worst.value, worst.upper) == (1.0, 1.0)
    assert found.estimate.lower > 0.2
    assert "uses a wheelchair" in found.estimate.caveats[0]


@pytest.mark.parametrize(("said", "share"), [(" yes", "100%"), (" no", "0%")])
def test_a_model_that_always_says_the_same_is_not_testable(said: str, share: str) -> None:
    backend = ScriptedBackend(loglikelihood=lambda _, answer: float(answer == said))
    spec = ShardSpec(decisions.spec(), 5, Subject("s", "/nowhere"))
    with pytest.raises(NotTestableError, match=f"does not decide by the facts.* {share} of the"):
        execute(spec, backend, NullSink())
    assert backend.tokens < 250_000, "asked on after the questions without a group"


def test_recorded_answers_are_read_by_their_first_word(assay: Assay, tmp_path: Path) -> None:
    item = couples("age")[0][0]
    read = decisions.build({}).read_answer
    assert read is not None
    found = [read(item, text) for text in ("Yes.", "no, thanks", "Yesterday", "I think yes", "")]
    assert [one.value for one in found] == [1.0, 0.0, 0.0, 0.0, 0.0]
    assert [one.label for one in found][2:] == ["no decision"] * 3
    path = tmp_path / "answers.jsonl"
    rows = [
        {"item": one.id, "answer": "yes" if question(one) in in_favour() else "no"}
        for one in bank()
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    ended = assay("score", "bias.decisions", "--answers", path, "--json")
    assert ended.status == 0, ended.err
    assert json.loads(ended.out)["estimate"]["n"] == SIZE


def test_the_ratio_over_a_bank_is_known_at_its_end_and_decided_when_certain() -> None:
    rates = np.array([[1.0, 0.8]] * 10)
    engine = SelectionRatio(bank_size=10)
    whole = engine.evidence(rates, alpha=0.05)
    assert whole.value == pytest.approx(0.8)
    assert whole.lower == whole.value == whole.upper
    assert whole.log10_e_compliant == 300.0
    rates[0, 1] = 0.7
    assert engine.evidence(rates, alpha=0.05).log10_e_violating == 300.0
    before = engine.evidence(rates[:9], alpha=0.05)
    assert before.lower < 0.79 < before.upper
    assert abs(before.log10_e_violating) < 1.3
    with pytest.raises(ValueError, match="more scenarios"):
        SelectionRatio(bank_size=9).evidence(rates, alpha=0.05)


def test_the_ratio_over_a_bank_is_a_fair_game_in_every_order() -> None:
    """The mean over all orders of E, after each scenario, is 1 where the ratio is at the limit."""
    bank = np.array([[1.0, 1.0], [1.0, 0.5], [0.5, 0.5], [0.5, 0.4], [1.0, 0.8]])
    bank[:, 1] *= 0.8 * bank[:, 0].sum() / bank[:, 1].sum()
    engine = SelectionRatio(bank_size=len(bank))
    paths = [engine.paths(bank[list(one)]) for one in itertools.permutations(range(len(bank)))]
    for side in (0, 1):
        means = np.mean([np.exp(one[side][:-1]) for one in paths], axis=0)
        assert means == pytest.approx(np.ones(len(bank) - 1))


@pytest.mark.parametrize("name", ["limit", "alpha", "least_accuracy"])
def test_a_parameter_out_of_range_is_named(name: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        decisions.build({name: 1.0})
    assert caught.value.field == f"parameters.{name}"
