"""``provenance.radioactivity``: the logic of the procedure; trained models are in its study."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from compliance.domain.canonical import Json, canonical_json
from compliance.domain.errors import InvalidInputError, NotTestableError
from compliance.domain.specs import ShardSpec, Subject
from compliance.domain.verdicts import Estimate
from compliance.domain.verify.recomputing import Recomputed, recompute
from compliance.domain.vocabulary import Stop, Verdict
from tests.stress_tests.conftest import Assay
from tests.stress_tests.scripted import ScriptedBackend
from workers.execution import Execution, NullSink, execute
from workers.stress_tests.provenance.keyed_draws import Seal, parse_seal, sealed
from workers.stress_tests.provenance.keyed_units import Scheme, Unit, parse_scheme
from workers.stress_tests.provenance.radioactivity import NAME, radioactivity

KEY, OTHER_KEY, SALT = "4b" * 32, "4c" * 32, "5a" * 32
SCHEME: dict[str, Json] = {"unit": "word", "context": 1, "share": 0.5}
PROMPTS: list[Json] = [f"Tell me about matter {number}." for number in range(24)]
WORDS = [f"w{number}" for number in range(40)]


def seal_for(key: str = KEY, scheme: dict[str, Json] = SCHEME) -> dict[str, Json]:
    commitment = sealed(NAME, {"scheme": scheme}, key=key, salt=SALT)
    return {"key": key, "salt": SALT, "commitment": commitment, "beacon": ""}


def opened(key: str = KEY) -> Seal:
    seal = parse_seal(seal_for(key), NAME, {"scheme": SCHEME})
    assert seal is not None
    return seal


def writes(key: str, liking: float, length: int = 30) -> Callable[[str], str]:
    """Each next word at random, or, with chance ``liking``, one that the key prefers."""
    seal, scheme = opened(key), parse_scheme(SCHEME)

    def answer(prompt: str) -> str:
        rng = np.random.default_rng(list(prompt.encode()))
        text = [WORDS[int(rng.integers(40))]]
        while len(text) < length:
            word = WORDS[int(rng.integers(40))]
            if rng.random() >= liking or scheme.heads(seal, (text[-1], word)):
                text.append(word)
        return " ".join(text)

    return answer


class Sampling(ScriptedBackend):
    """Draws one answer to each prompt, whatever the seed."""

    def sample(self, prompts: Sequence[str], *, max_new_tokens: int, seed: int) -> list[str]:
        return self.generate(prompts, max_new_tokens=max_new_tokens)


def asked(answer: Callable[[str], str], **parameters: Json) -> Execution:
    given: dict[str, Json] = {"prompts": PROMPTS, "seal": seal_for(), "scheme": SCHEME}
    spec = ShardSpec(radioactivity.spec(**given | parameters), 1, Subject("suspect", ""))
    return execute(spec, Sampling(answer=answer), NullSink())


def test_a_model_that_learnt_the_key_is_found_before_all_is_asked() -> None:
    found = asked(writes(KEY, 0.6))
    assert found.estimate.log10_e_violating >= 2.0
    assert found.estimate.caveats[0].startswith("Trained on keyed data")
    assert 0.5 < found.estimate.lower < found.estimate.value <= found.estimate.upper <= 1.0
    if not found.estimate.lead:
        assert (found.verdict, found.stopped) == (Verdict.VIOLATING, Stop.VERDICT)


def test_another_key_and_none_are_not_called() -> None:
    for answer in (writes(OTHER_KEY, 0.9), writes(KEY, 0.0), lambda _: ""):
        found = asked(answer)
        assert found.verdict is Verdict.INCONCLUSIVE
        assert found.estimate.log10_e_violating < 2.0
        assert found.estimate.log10_e_compliant == 0.0
        assert found.estimate.caveats[0].startswith("Not shown")


def test_one_sentence_said_again_and_again_counts_once() -> None:
    """Five k-grams, all preferred, in every answer: five coins, however often they are said."""
    five = writes(KEY, 1.0, length=6)("x")
    found = asked(lambda _: five)
    assert "5 of 5 k-grams" in " ".join(found.estimate.caveats)
    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.estimate.n == 24


def test_what_a_prompt_holds_says_nothing() -> None:
    """A model that repeats a marked prompt has learnt nothing from its training."""
    marked = [writes(KEY, 1.0, length=40)(str(number)) for number in range(24)]
    found = asked(lambda prompt: prompt, prompts=[*marked])
    assert found.estimate.log10_e_violating == 0.0
    assert {one.label for one in found.scores} == {"nothing_to_count"}
    assert (found.estimate.lower, found.estimate.upper) == (0.0, 1.0)


def test_units_are_words_or_characters() -> None:
    words = Scheme(Unit.WORD, 1, 0.5)
    assert words.units("Don't STOP, it’s 3 o'clock_now!") == [
        "don't",
        "stop",
        "it’s",
        "3",
        "o'clock_now",
    ]
    assert words.grams("a b a b c", frozenset({("b",)})) == [("a", "b")]
    characters = Scheme(Unit.CHARACTER, 2, 0.5)
    assert characters.grams("abab", frozenset()) == [("a", "b", "a"), ("b", "a", "b")]
    assert characters.contexts(["abc"]) == {("a", "b"), ("b", "c")}


def test_coins_fall_as_often_as_the_share_says() -> None:
    seal = opened()
    for share in (0.1, 0.5, 0.9):
        heads = sum(seal.falls(share, "gram", [str(k)]) for k in range(4_000))
        assert abs(heads / 4_000 - share) < 5 * np.sqrt(share * (1 - share) / 4_000)


def test_a_backend_that_draws_nothing_is_refused() -> None:
    procedure = radioactivity.build({"prompts": PROMPTS, "seal": seal_for(), "scheme": SCHEME})
    with pytest.raises(NotTestableError, match="can draw no answers"):
        procedure.score(ScriptedBackend(), procedure.items(np.random.default_rng(0)))


def test_nothing_sealed_or_too_little_is_refused_with_the_reason() -> None:
    with pytest.raises(NotTestableError, match="nothing was sealed"):
        asked(writes(KEY, 0.0), seal={})
    with pytest.raises(NotTestableError, match="7 prompts; at least 8"):
        asked(writes(KEY, 0.0), prompts=PROMPTS[:7])


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"scheme": SCHEME | {"share": 0.25}}, "other scheme"),
        ({"scheme": SCHEME | {"unit": "token"}}, "another unit"),
        ({"scheme": SCHEME | {"more": 1}}, "no unit, context and share"),
        ({"scheme": SCHEME | {"context": 0}}, "no number"),
        ({"scheme": SCHEME | {"share": 1.0}}, "no rate"),
        ({"prompts": ["a", "a"]}, "one twice"),
        ({"prompts": ["a", ""]}, "no text, or empty"),
        ({"prompts": ["a" * 200_001]}, "200,000 characters"),
        ({"max_new_tokens": 0}, "no number"),
    ],
)
def test_malformed_parameters_are_refused(changes: dict[str, Json], problem: str) -> None:
    given: dict[str, Json] = {"prompts": PROMPTS, "seal": seal_for(), "scheme": SCHEME}
    with pytest.raises(InvalidInputError, match=problem):
        radioactivity.build(given | changes)


def test_who_verifies_gets_the_same_number_from_the_scores_and_the_recipe() -> None:
    found = asked(writes(KEY, 0.1))
    estimate = Estimate.from_json(found.estimate.to_json())
    assert recompute(estimate, found.scores).outcome is Recomputed.SAME
    assert recompute(estimate, found.scores[:-1]).outcome is Recomputed.OTHER


def test_a_recorded_answer_is_worth_what_the_asked_one_is() -> None:
    procedure = radioactivity.build({"prompts": PROMPTS, "seal": seal_for(), "scheme": SCHEME})
    items, answer = procedure.items(np.random.default_rng(0)), writes(KEY, 0.5)
    scores = procedure.score(Sampling(answer=answer), items)
    read = procedure.read_answer
    assert read is not None
    again = [read(one, score.answer) for one, score in zip(items, scores, strict=True)]
    assert again == scores


def test_a_real_model_is_asked_from_the_terminal(tiny: Path, tmp_path: Path, assay: Assay) -> None:
    prompts, seal = tmp_path / "prompts.json", tmp_path / "seal.json"
    prompts.write_bytes(canonical_json(PROMPTS[:8]))
    made = assay("keyed", "seal", NAME)
    assert made.status == 0, made.err
    seal.write_text(made.out)
    options = ("--set", f"prompts=@{prompts}", "--set", f"seal=@{seal}")
    ended = assay("run", NAME, "--model", tiny, "--set", "max_new_tokens=20", *options)
    assert ended.status == 3, ended.err
    assert "Not shown" in ended.out
