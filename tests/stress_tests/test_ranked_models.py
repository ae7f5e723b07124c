"""Suspects ranked among controls: what two tests conclude from backends that say what they must."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from zlib import crc32

import numpy as np
import pytest

from compliance.domain.canonical import Json
from compliance.domain.errors import InvalidInputError, NotTestableError
from compliance.domain.verdicts import Estimate, judge
from compliance.domain.vocabulary import Verdict
from tests.stress_tests.scripted import ScriptedBackend
from workers.contract import Backend, Score, StressTest
from workers.model_contents import NextTokens, WeightsReader
from workers.scoring.images import Image
from workers.scoring.vocabularies import common_tokens
from workers.stress_tests.provenance.next_prompts import PROMPTS
from workers.stress_tests.provenance.next_token_agreement import next_token_agreement
from workers.stress_tests.provenance.output_image import output_image
from workers.stress_tests.provenance.zoo_validity import HeldWeights

TOKENS, WIDTH = 60, 8
ACCUSED, CONTROLS = "accused", 19
TESTS = [next_token_agreement, output_image]


def drawn(*about: object) -> np.random.Generator:
    return np.random.default_rng([crc32(str(one).encode()) for one in about])


class Model(ScriptedBackend):
    """A linear output layer over what a seed makes of a prompt.

    Args:
        head: seed of the output layer. body: seed of what lies below it.
        like: (seed, share) of another body that is mixed in.
    """

    def __init__(
        self,
        head: str,
        body: str,
        *,
        like: tuple[str, float] = ("", 0.0),
        letter: str = "t",
        capped: bool = False,
    ) -> None:
        super().__init__(answer=self._next)
        self.head = drawn("head", head).normal(size=(TOKENS, WIDTH)).astype(np.float32)
        self._body, self._like, self._letter, self._capped = body, like, letter, capped
        self.beside: dict[str, Model] = {}

    def next_tokens(self, texts: Sequence[str], *, wanted: int) -> NextTokens:
        rows = [self._logits(text) for text in texts]
        told = np.array(rows, dtype=np.float32).reshape(len(texts), TOKENS)
        likely = told - np.log(np.exp(told).sum(axis=1, keepdims=True))
        return NextTokens(tuple(f"{self._letter}{n}" for n in range(TOKENS)), likely)

    def weights(self, digest: str | None = None) -> WeightsReader:
        return HeldWeights("held", {"lm_head.weight": self.head}, {})

    def reference(self, digest: str) -> Backend:
        return self.beside[digest]

    def _logits(self, text: str) -> np.ndarray:
        other, share = self._like
        below = drawn("body", self._body, text).normal(size=WIDTH)
        if share:
            below = (1 - share) * below + share * drawn("body", other, text).normal(size=WIDTH)
        given = self.head @ below
        return np.asarray(3 * np.tanh(given / 3) if self._capped else given)

    def _next(self, prompt: str) -> str:
        return f"{self._letter}{int(self._logits(prompt).argmax())}"


ORIGINAL = Model("a", "a")
CHILD = Model("a", "child", like=("a", 0.8))
STRANGER = Model("s", "s")


def run(
    test: StressTest,
    suspect: Model,
    *,
    number: int = CONTROLS,
    original: Model = ORIGINAL,
    among: Callable[[int], Model] = lambda k: Model(f"c{k}", f"c{k}"),
    **parameters: Json,
) -> tuple[Estimate, list[Score]]:
    """Of the suspect among so many controls."""
    suspect.beside = {ACCUSED: original} | {f"control {k}": among(k) for k in range(number)}
    references: list[Json] = [
        {"label": name, "digest": name, "declared_parent": False} for name in suspect.beside
    ]
    given: Mapping[str, Json] = {
        "references": references,
        "accused": ACCUSED,
        "prompts": 50,
        "matched": True,
    }
    procedure = test.build({**given, **parameters})
    scores = procedure.score(suspect, procedure.items(np.random.default_rng(0)))
    return procedure.conclude(scores), scores


@pytest.mark.parametrize("test", TESTS)
def test_a_child_is_closer_than_every_control(test: StressTest) -> None:
    estimate, scores = run(test, CHILD)
    assert judge(estimate) is Verdict.VIOLATING
    assert "Closer to the accused model than 19 of 19 controls" in estimate.caveats[0]
    assert "leaves this" in estimate.caveats[1]
    assert estimate.lower <= estimate.value <= estimate.upper
    assert estimate.value > estimate.claim.limit == max(part.value for part in estimate.parts[1:])
    assert estimate.n == estimate.planned == len(estimate.parts) == 20
    assert {score.label for score in scores} == {"suspect", "control"}


@pytest.mark.parametrize("test", TESTS)
def test_a_stranger_is_one_among_the_controls(test: StressTest) -> None:
    estimate, _ = run(test, STRANGER)
    assert judge(estimate) is Verdict.INCONCLUSIVE
    assert estimate.caveats[0].startswith("Not shown")
    assert estimate.log10_e_violating < 0


def test_the_image_is_the_output_layer_s_whatever_lies_below() -> None:
    """Only the layer is shared: the image is the same, and not one next token need be."""
    estimate, _ = run(output_image, Model("a", "other"))
    assert estimate.value == pytest.approx(1.0, abs=1e-5)
    assert estimate.claim.limit < 0.9
    assert judge(run(next_token_agreement, Model("a", "other"))[0]) is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("test", TESTS)
def test_a_verdict_takes_one_over_alpha_less_one_controls(test: StressTest) -> None:
    few, _ = run(test, CHILD, number=18)
    assert few.lead
    assert judge(few) is Verdict.INCONCLUSIVE
    assert any("no rank is below 0.0526" in one and "at least 19" in one for one in few.caveats)
    assert not any("leaves this" in one for one in few.caveats)
    strict, _ = run(test, CHILD, alpha=0.01)
    assert strict.lead
    assert any("at least 99" in one for one in strict.caveats)


@pytest.mark.parametrize("test", TESTS)
def test_without_a_word_for_the_controls_it_is_a_lead(test: StressTest) -> None:
    estimate, _ = run(test, CHILD, matched=False)
    assert estimate.lead
    assert judge(estimate) is Verdict.INCONCLUSIVE
    assert any("nobody says that the controls" in one for one in estimate.caveats)


@pytest.mark.parametrize("test", TESTS)
def test_another_vocabulary_cannot_speak_and_is_said(test: StressTest) -> None:
    with pytest.raises(NotTestableError, match="vocabularies differ: 0 of the accused model's 60"):
        run(test, Model("a", "a", letter="u"))
    one_of_all = {0: Model("x", "x", letter="u")}
    estimate, scores = run(
        test, CHILD, number=20, among=lambda k: one_of_all.get(k, Model(f"c{k}", f"c{k}"))
    )
    assert (estimate.n, estimate.planned) == (20, 21)
    assert any(one.startswith("control 0 could not be compared: the") for one in estimate.caveats)
    assert "not_comparable" in {score.label for score in scores}


def test_an_accused_whose_logits_are_bent_has_no_image() -> None:
    with pytest.raises(NotTestableError, match="do not come from its output layer alone"):
        run(output_image, CHILD, original=Model("a", "a", capped=True))


@pytest.mark.parametrize("test", TESTS)
def test_controls_are_those_named_or_all_but_declared_relatives(test: StressTest) -> None:
    named: list[Json] = ["control 3", "control 1"]
    chosen, _ = run(test, CHILD, number=25, controls=named)
    assert [part.name for part in chosen.parts] == [ACCUSED, *named]
    references: list[Json] = [
        {"label": name, "digest": name, "declared_parent": False, "declared_relative": kin}
        for name, kin in ((ACCUSED, True), ("control 0", True), ("control 1", False))
    ]
    estimate, _ = run(test, CHILD, number=2, references=references)
    assert [part.name for part in estimate.parts] == [ACCUSED, "control 1"]
    assert estimate.lead
    assert any("declares this descent" in one for one in estimate.caveats)


@pytest.mark.parametrize("test", TESTS)
def test_without_accused_or_controls_it_says_so(test: StressTest) -> None:
    with pytest.raises(NotTestableError, match="nobody is accused"):
        run(test, CHILD, accused="")
    with pytest.raises(NotTestableError, match="no controls"):
        run(test, CHILD, number=0)
    with pytest.raises(NotTestableError, match="no controls"):
        run(test, CHILD, controls=["nobody"])  # type: ignore[arg-type]
    for wrong in ({"controls": [1]}, {"prompts": 7}, {"alpha": 1.0}):
        with pytest.raises(InvalidInputError):
            test.build(wrong)


@pytest.mark.parametrize("test", TESTS)
def test_a_run_that_ended_early_ranks_among_those_that_were_asked_whole(test: StressTest) -> None:
    _, scores = run(test, CHILD, prompts=100)
    procedure = test.build({"accused": ACCUSED, "references": _references(20), "prompts": 100})
    part = len([score for score in scores if score.cluster == ACCUSED])
    estimate = procedure.conclude(scores[: 5 * part + 1])
    assert (estimate.n, estimate.planned) == (5, 20)
    with pytest.raises(NotTestableError, match="only 0 controls"):
        procedure.conclude(scores[:part])


def test_twenty_prompts_in_a_row_have_every_beginning_and_subject_once() -> None:
    assert len(set(PROMPTS)) == 400
    for at in (0, 20, 380):
        heads = {prompt.split(" the ")[0] for prompt in PROMPTS[at : at + 20]}
        assert len(heads) >= 19


def test_residuals_are_those_of_a_least_squares_fit() -> None:
    rng = np.random.default_rng(0)
    head = rng.normal(size=(30, 5)).astype(np.float32)
    rows = rng.normal(size=(4, 30)).astype(np.float32)
    centred = rows - rows.mean(axis=1, keepdims=True)
    design = np.column_stack([head, np.ones(30)])
    left = centred.T - design @ np.linalg.lstsq(design, centred.T, rcond=None)[0]
    expected = np.linalg.norm(left, axis=0) / np.linalg.norm(centred, axis=1)
    assert Image(head).residuals(rows) == pytest.approx(expected, rel=1e-5)
    inside = head @ rng.normal(size=5).astype(np.float32) + 7.0
    assert Image(head).residuals(inside[None])[0] < 1e-5
    assert Image(head).residuals(np.full((1, 30), 2.0)).tolist() == [1.0]
    doubled = np.column_stack([head, head[:, 0]])  # a layer without full rank
    assert Image(doubled).residuals(rows) == pytest.approx(expected, rel=1e-5)


def test_added_and_renamed_tokens_leave_a_vocabulary_the_same() -> None:
    own = [f"t{n}" for n in range(100)]
    longer = [*own[:99], "renamed", "added"]
    assert common_tokens(longer, own).tolist() == list(range(99))
    with pytest.raises(NotTestableError, match="89 of the accused model's 100"):
        common_tokens(own[:89], own)


def _references(number: int) -> list[Json]:
    names = [ACCUSED, *(f"control {k}" for k in range(number - 1))]
    return [{"label": name, "digest": name, "declared_parent": False} for name in names]
