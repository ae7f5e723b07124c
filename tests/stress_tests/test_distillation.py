"""``provenance.distillation``: the logic of the procedure; trained models are in its study."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import pytest

from compliance.domain.canonical import Json, canonical_json
from compliance.domain.errors import InvalidInputError, NotTestableError
from compliance.domain.specs import ShardSpec, Subject
from compliance.domain.vocabulary import Verdict
from tests.stress_tests.conftest import Assay, write_model
from tests.stress_tests.scripted import ScriptedBackend
from workers.execution import Execution, NullSink, execute
from workers.stress_tests.provenance.distillation import distillation
from workers.stress_tests.provenance.matched_students import SUSPECT, closeness_estimate

NAME = "provenance.distillation"
PROMPTS: list[Json] = [f"Tell me about matter {number}." for number in range(12)]


def answer_of(prompt: str) -> str:
    return f"it is {crc32(prompt.encode())}"


def likes(liking: float, name: str) -> Callable[[str, str], float]:
    """Likes the teacher's answers so much, beside a noise of its own, alike for all answers."""
    noise = float(np.random.default_rng(crc32(name.encode())).normal())

    def likely(prompt: str, answer: str) -> float:
        right = answer == f" {answer_of(prompt)}"
        return (liking * right + noise - 10.0) * len(answer.encode())

    return likely


class Teacher(ScriptedBackend):
    """Draws one answer to each prompt, whatever the seed."""

    def sample(self, prompts: Sequence[str], *, max_new_tokens: int, seed: int) -> list[str]:
        return self.generate(prompts, max_new_tokens=max_new_tokens)


class Beside(ScriptedBackend):
    """A suspect beside other models."""

    def __init__(self, likely: Callable[[str, str], float], others: Mapping[str, Any]) -> None:
        super().__init__(loglikelihood=likely)
        self._others = others

    def reference(self, digest: str) -> ScriptedBackend:
        if digest not in self._others:
            raise NotTestableError(f"nothing is registered under {digest}")
        found: ScriptedBackend = self._others[digest]
        return found


def asked(liking: float, number: int = 19, **parameters: Json) -> Execution:
    """A suspect among ``number`` students of other teachers, none of whom likes the answers."""
    names = [f"student {k}" for k in range(number)]
    others = {one: Teacher(loglikelihood=likes(0.0, one)) for one in names}
    teacher = Teacher(answer=answer_of)
    given: dict[str, Json] = {
        "references": [
            {"label": one, "digest": one, "declared_parent": False} for one in ("teacher", *names)
        ],
        "accused": "teacher",
        "controls": [{"model": one, "teacher": f"other of {one}"} for one in names],
        "matched": True,
        "prompts": PROMPTS,
    }
    spec = ShardSpec(distillation.spec(**given | parameters), 1, Subject("suspect", ""))
    return execute(
        spec, Beside(likes(liking, "suspect"), others | {"teacher": teacher}), NullSink()
    )


def test_a_student_of_the_accused_is_above_all_controls() -> None:
    found = asked(9.0)
    estimate = found.estimate
    assert (estimate.value, estimate.upper) == (1.0, 1.0)
    assert 0.8 < estimate.lower < 0.85  # Clopper-Pearson of 19 of 19
    assert estimate.log10_e_violating == pytest.approx(np.log10(20))
    assert estimate.caveats[0].startswith("Learnt from the accused teacher, or from what it was")
    assert "Rank p-value among controls of 19 teachers: 0.050." in estimate.caveats
    assert [part.note for part in estimate.parts] == [SUSPECT, *["control"] * 19]
    if not estimate.lead:
        assert found.verdict is Verdict.VIOLATING


def test_one_like_its_controls_and_a_farther_one_are_not_called() -> None:
    for liking in (0.0, -9.0):
        found = asked(liking)
        assert found.verdict is Verdict.INCONCLUSIVE
        assert found.estimate.log10_e_violating == -300.0
        assert found.estimate.log10_e_compliant == 0.0
        assert found.estimate.caveats[0].startswith("Not shown")


def test_without_enough_controls_or_anybodys_word_it_is_a_lead() -> None:
    few = asked(9.0, number=18)
    assert few.estimate.lead
    assert few.verdict is Verdict.INCONCLUSIVE
    assert any("19 controls of different teachers" in one for one in few.estimate.caveats)
    unsaid = asked(9.0, matched=False)
    assert unsaid.estimate.lead
    assert any("nobody says that the controls" in one for one in unsaid.estimate.caveats)
    strict = asked(9.0, alpha=0.01)
    assert any("99 controls of different teachers" in one for one in strict.estimate.caveats)


def test_students_of_one_teacher_count_once_by_the_closest() -> None:
    """19 controls of 6 teachers: six ranks, and one teacher's closest of fourteen."""
    controls: list[Json] = [
        {"model": f"student {k}", "teacher": f"other {min(k, 5)}"} for k in range(19)
    ]
    found = asked(9.0, controls=controls)
    assert "Rank p-value among controls of 6 teachers: 0.143." in found.estimate.caveats
    assert found.estimate.lead


def test_a_control_that_cannot_be_asked_is_left_out_and_told() -> None:
    names = ["student 0", "student 1", "student 2", "student 3", "gone"]
    references: list[Json] = [
        {"label": one, "digest": one, "declared_parent": False} for one in ("teacher", *names)
    ]
    controls: list[Json] = [{"model": one, "teacher": one} for one in names]
    found = asked(9.0, references=references, controls=controls)
    assert found.estimate.n == 5
    assert any(one.startswith("gone could not be compared") for one in found.estimate.caveats)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"accused": ""}, "nobody is accused"),
        ({"accused": "nobody"}, "no reference, or more than one, is called 'nobody'"),
        ({"controls": [{"model": "teacher", "teacher": str(k)} for k in range(4)]}, "twice"),
        ({"controls": [{"model": "student 1", "teacher": str(k)} for k in range(4)]}, "twice"),
        ({"controls": [{"model": "student 1", "teacher": "a"}]}, "at least 4 teachers"),
        ({"prompts": PROMPTS[:7]}, "at least 8 prompts"),
    ],
)
def test_what_cannot_be_compared_is_refused(changes: dict[str, Json], problem: str) -> None:
    with pytest.raises(NotTestableError, match=problem):
        asked(0.0, **changes)


def test_a_teacher_without_answers_is_refused() -> None:
    references: list[Json] = [
        {"label": f"student {k}", "digest": f"student {k}", "declared_parent": False}
        for k in range(6)
    ]
    controls: list[Json] = [{"model": f"student {k}", "teacher": str(k)} for k in range(1, 6)]
    with pytest.raises(NotTestableError, match="answers only 0 prompts"):
        asked(0.0, references=references, accused="student 0", controls=controls)


@pytest.mark.parametrize(
    "entry", ["text", {"model": "a"}, {"model": "", "teacher": "b"}, {"model": "a", "teacher": 3}]
)
def test_a_malformed_control_is_refused(entry: Json) -> None:
    with pytest.raises(InvalidInputError, match="no control"):
        distillation.build({"controls": [entry]})


def test_without_a_suspect_nothing_is_estimated() -> None:
    claim = distillation.build({}).claim
    with pytest.raises(NotTestableError, match="only 0 teachers"):
        closeness_estimate(claim, [], matched=True, planned=20)


def test_real_models_are_asked_from_the_terminal(tiny: Path, tmp_path: Path, assay: Assay) -> None:
    """The suspect is the teacher itself: nothing is closer to its answers."""
    controls = [write_model(tmp_path / f"control-{k}", seed=k + 1) for k in range(4)]
    given = tmp_path / "controls.json"
    given.write_bytes(
        canonical_json([{"model": str(one), "teacher": one.name} for one in controls])
    )
    prompts = tmp_path / "prompts.json"
    prompts.write_bytes(canonical_json(PROMPTS))
    references = [option for one in (tiny, *controls) for option in ("--reference", one)]
    settings = (f"accused={tiny}", f"controls=@{given}", f"prompts=@{prompts}", "matched=true")
    options = [option for one in settings for option in ("--set", one)]
    ended = assay("run", NAME, "--model", tiny, *references, *options)
    assert ended.status == 3, ended.err
    assert "Learnt from the accused" in ended.out or "Rank p-value" in ended.out
