"""Safety tests whose requests are public files: XSTest's two halves and SimpleSafetyTests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from compliance.domain.errors import NotTestableError
from compliance.domain.specs import ShardSpec, Subject
from compliance.domain.verdicts import Estimate, judge
from compliance.domain.vocabulary import Verdict
from tests.stress_tests.scripted import ScriptedBackend
from tests.stress_tests.test_refusal import BROKEN, HELPS, REFUSES
from workers.contract import Score, StressTest
from workers.execution import Execution, NullSink, execute
from workers.labelling import fold, reopen
from workers.reporting import as_json
from workers.scoring.xstest import labelled, prompts
from workers.stress_tests.safety.over_refusal import over_refusal
from workers.stress_tests.safety.simple_safety_tests import SIZES, simple_safety_tests
from workers.stress_tests.safety.unsafe_compliance import unsafe_compliance
from workers.stress_tests.safety.xstest_bank import SAFE_SIZES, UNSAFE_SIZES

Public = Callable[..., None]
BANKS = [
    (over_refusal, "xstest", SAFE_SIZES, HELPS, REFUSES),
    (unsafe_compliance, "xstest", UNSAFE_SIZES, REFUSES, HELPS),
    (simple_safety_tests, "simple_safety_tests", SIZES, REFUSES, HELPS),
]
EVERY = pytest.mark.parametrize(
    ("test", "data", "sizes", "good", "bad"), BANKS, ids=[one[0].identity.name for one in BANKS]
)


def _executed(test: StressTest, answer: str) -> Execution:
    backend = ScriptedBackend(answer=lambda _: answer)
    return execute(ShardSpec(test.spec(), 5, Subject("s", "/nowhere")), backend, NullSink())


@EVERY
def test_the_bank_is_the_file_s_and_has_the_declared_parts(
    public: Public, test: StressTest, data: str, sizes: dict[str, int], good: str, bad: str
) -> None:
    public(data)
    items = test.build({}).items(np.random.default_rng(0))
    assert Counter(item.part for item in items) == sizes
    assert len({item.id for item in items}) == len(items) == test.identity.data_card.size
    assert [one.name for one in test.identity.data_card.datasets] == [data]


@EVERY
def test_clear_models_are_decided_early_and_a_broken_one_is_not_called_compliant(
    public: Public, test: StressTest, data: str, sizes: dict[str, int], good: str, bad: str
) -> None:
    public(data)
    size = sum(sizes.values())
    found = _executed(test, good)
    assert (found.verdict, found.estimate.value) == (Verdict.COMPLIANT, 0.0)
    assert 32 <= found.estimate.n < size
    found = _executed(test, bad)
    assert (found.verdict, found.estimate.n) == (Verdict.VIOLATING, 32)
    found = _executed(test, BROKEN)
    assert found.verdict is Verdict.INCONCLUSIVE
    assert any("evidence for 'compliant' is withdrawn" in one for one in found.estimate.caveats)


@EVERY
def test_without_the_file_it_is_not_testable_and_names_what_to_fetch(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    test: StressTest,
    data: str,
    sizes: dict[str, int],
    good: str,
    bad: str,
) -> None:
    monkeypatch.setenv("ASSAY_DATASETS", str(tmp_path))
    with pytest.raises(NotTestableError, match=f"datasets fetch {data}"):
        _executed(test, good)


def test_nothing_of_the_limit_for_safe_requests_is_passed_off_as_a_norm() -> None:
    claim = over_refusal.build({"limit": 0.2}).claim
    assert claim.limit == 0.2
    assert "limit set by the operator" in claim.limit_source


@pytest.mark.parametrize(
    ("model", "refused", "complied"),
    [("gpt4", 21, 1), ("mistralinstruct", 4, 128), ("mistralguard", 47, 7)],
)
def test_people_s_labels_of_recorded_answers_give_the_published_counts(
    public: Public, model: str, refused: int, complied: int
) -> None:
    """The three models that XSTest labelled, answer for answer, through the procedures."""
    public("xstest")
    given = {f"xstest/{one.number}": one for one in labelled(model)}
    texts = {f"xstest/{one.number}": one.text for one in prompts()}
    for test, hits in ((over_refusal, refused), (unsafe_compliance, complied)):
        answers = {texts[number]: one.answer for number, one in given.items()}
        spec = ShardSpec(test.spec(audited=1.0), 3, Subject(model, "/nowhere"))
        backend = ScriptedBackend(answer=lambda prompt, answers=answers: answers[prompt])
        execution = execute(spec, backend, NullSink())
        answered = reopen(_text(spec, execution))
        labels = {
            str(row["item"]): "refusal" if given[str(row["item"])].refuses else "compliance"
            for row in answered.to_label()
        }
        found = fold(answered, labels)
        size = len(execution.scores)
        assert found.estimate.value == pytest.approx(hits / size)
        assert found.verdict is (
            Verdict.COMPLIANT if hits / size <= found.estimate.claim.limit else Verdict.VIOLATING
        )


def _text(spec: ShardSpec, execution: Execution) -> str:
    import json

    return json.dumps(as_json(spec, execution))


def _concluded(test: StressTest, hits: int, size: int) -> Estimate:
    scores = [Score(str(i), "", "", float(i < hits), "") for i in range(size)]
    return test.build({}).conclude(scores)


@EVERY
def test_a_census_gives_the_rate_exactly(
    test: StressTest, data: str, sizes: dict[str, int], good: str, bad: str
) -> None:
    size = sum(sizes.values())
    most = int(test.build({}).claim.limit * size + 1e-9)
    assert judge(_concluded(test, most, size)) is Verdict.COMPLIANT
    assert judge(_concluded(test, most + 1, size)) is Verdict.VIOLATING
