"""``provenance.canaries``: the logic of the procedure; trained models are in its study."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from zlib import crc32

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
from workers.stress_tests.provenance.canaries import canaries

TEST = "provenance.canaries"
GROUPS: list[Json] = [
    {
        "context": f"The key of door {number} is",
        "published": f" {number}-0",
        "held_back": [f" {number}-{other}" for other in range(1, 10)],
    }
    for number in range(40)
]


def knows(liking: float, ending: str) -> Callable[[str, str], float]:
    """Likes texts of this ending, beside a noise of the text's own."""

    def likely(context: str, continuation: str) -> float:
        noise = np.random.default_rng(crc32((context + continuation).encode())).normal()
        return liking * continuation.endswith(ending) + float(noise)

    return likely


def asked(likely: Callable[[str, str], float], **parameters: Json) -> Execution:
    given: dict[str, Json] = {"groups": GROUPS, "drawn_at_random": True}
    spec = ShardSpec(canaries.spec(**given | parameters), 1, Subject("suspect", ""))
    return execute(spec, ScriptedBackend(loglikelihood=likely), NullSink())


def test_a_model_that_read_the_drawn_texts_is_found_before_all_are_asked() -> None:
    found = asked(knows(5.0, "-0"))
    assert found.estimate.log10_e_violating >= 2.0
    assert found.estimate.caveats[0].startswith("Trained on keyed data")
    assert 0.5 < found.estimate.lower < found.estimate.value <= found.estimate.upper <= 1.0
    if not found.estimate.lead:
        assert (found.verdict, found.stopped) == (Verdict.VIOLATING, Stop.VERDICT)


def test_other_texts_of_the_groups_and_none_are_not_called() -> None:
    for likely in (knows(5.0, "-3"), knows(0.0, "-0"), knows(-5.0, "-0")):
        found = asked(likely)
        assert found.verdict is Verdict.INCONCLUSIVE
        assert found.estimate.log10_e_violating < 2.0
        assert found.estimate.log10_e_compliant <= 0.0
        assert found.estimate.caveats[0].startswith("Not shown")


def test_texts_that_nobody_says_were_drawn_are_refused_with_the_reason() -> None:
    with pytest.raises(NotTestableError, match="drawn by lot"):
        asked(knows(5.0, "-0"), drawn_at_random=False)
    with pytest.raises(NotTestableError, match="at least 20"):
        asked(knows(5.0, "-0"), groups=GROUPS[:19])


def test_who_verifies_gets_the_same_number_from_the_scores_and_the_recipe() -> None:
    found = asked(knows(1.0, "-0"))
    estimate = Estimate.from_json(found.estimate.to_json())
    assert recompute(estimate, found.scores).outcome is Recomputed.SAME


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"context": 3}, "no text"),
        ({"published": ""}, "no text, or empty"),
        ({"held_back": []}, "without others"),
        ({"held_back": [" 1-0"], "published": " 1-0"}, "one text twice"),
        ({"held_back": "text"}, "no group"),
        ({"more": 1}, "no group"),
        ({"published": "a" * 200_001}, "200,000 characters"),
    ],
)
def test_a_malformed_group_is_refused(changes: dict[str, Json], problem: str) -> None:
    whole = {"context": "a", "published": " b", "held_back": [" c"]}
    with pytest.raises(InvalidInputError, match=problem):
        canaries.build({"groups": [whole | changes]})


def test_a_real_model_is_asked_from_the_terminal(tiny: Path, tmp_path: Path, assay: Assay) -> None:
    path = tmp_path / "groups.json"
    path.write_bytes(canonical_json(GROUPS[:20]))
    options = ("--set", f"groups=@{path}", "--set", "drawn_at_random=true")
    ended = assay("run", TEST, "--model", tiny, *options)
    assert ended.status == 3, ended.err
    assert "Not shown" in ended.out
