"""``provenance.paraphrases``: the logic of the procedure; trained models are in its study."""

from __future__ import annotations

import json
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
from workers.stress_tests.provenance.keyed_draws import parse_seal, sealed
from workers.stress_tests.provenance.paraphrases import NAME, paraphrases

KEY, SALT = "4b" * 32, "5a" * 32
DOCUMENTS: list[Json] = [
    {
        "id": f"note-{number}",
        "context": f"Note {number}:",
        "wordings": [f" wording {letter} of {number}" for letter in "abcde"],
    }
    for number in range(40)
]


def seal_for(documents: list[Json], **changes: str) -> dict[str, Json]:
    commitment = sealed(NAME, {"documents": documents}, key=KEY, salt=SALT)
    whole = {"key": KEY, "salt": SALT, "commitment": commitment, "beacon": ""}
    return {**whole, **changes}


def published(beacon: str = "") -> set[str]:
    """What the key has published, found without the stress test's own items."""
    seal = parse_seal(seal_for(DOCUMENTS, beacon=beacon), NAME, {"documents": DOCUMENTS})
    assert seal is not None
    draws = [seal.one_of(5, "wording", f"note-{number}") for number in range(40)]
    return {f" wording {'abcde'[place]} of {number}" for number, place in enumerate(draws)}


def knows(liking: float, texts: set[str]) -> Callable[[str, str], float]:
    """Likes these texts, beside a noise of the text's own."""

    def likely(context: str, continuation: str) -> float:
        noise = np.random.default_rng(crc32((context + continuation).encode())).normal()
        return liking * (continuation in texts) + float(noise)

    return likely


class Beside(ScriptedBackend):
    """Beside it stands a model that likes the same texts for another reason."""

    def reference(self, digest: str) -> ScriptedBackend:
        return ScriptedBackend(loglikelihood=self._loglikelihood)


def asked(likely: Callable[[str, str], float], **parameters: Json) -> Execution:
    given: dict[str, Json] = {"documents": DOCUMENTS, "seal": seal_for(DOCUMENTS)}
    spec = ShardSpec(paraphrases.spec(**given | parameters), 1, Subject("suspect", ""))
    return execute(spec, Beside(loglikelihood=likely), NullSink())


def test_a_model_that_read_the_published_wordings_is_found_before_all_are_asked() -> None:
    found = asked(knows(5.0, published()))
    assert found.estimate.log10_e_violating >= 2.0
    assert found.estimate.caveats[0].startswith("Trained on keyed data")
    assert "that the key was not searched for is its holder's word" in found.estimate.caveats[1]
    assert 0.5 < found.estimate.lower < found.estimate.value <= found.estimate.upper <= 1.0
    if not found.estimate.lead:
        assert (found.verdict, found.stopped) == (Verdict.VIOLATING, Stop.VERDICT)


def test_wordings_of_another_key_and_none_are_not_called() -> None:
    every_b = {f" wording b of {number}" for number in range(40)}
    for likely in (knows(5.0, every_b), knows(0.0, set()), knows(-5.0, published())):
        found = asked(likely)
        assert found.verdict is Verdict.INCONCLUSIVE
        assert found.estimate.log10_e_violating < 2.0
        assert found.estimate.log10_e_compliant <= 0.0
        assert found.estimate.caveats[0].startswith("Not shown")


def test_a_beacon_that_came_after_the_commitment_draws_others() -> None:
    later = seal_for(DOCUMENTS, beacon="drand round 9")
    assert len(published() & published("drand round 9")) < 20
    found = asked(knows(5.0, published("drand round 9")), seal=later)
    assert found.estimate.log10_e_violating >= 2.0
    assert "as the beacon came later" in found.estimate.caveats[1]


def test_what_a_reference_likes_as_much_is_taken_off() -> None:
    found = asked(knows(5.0, published()), reference="any digest")
    assert found.estimate.log10_e_violating < 2.0
    assert "the reference did not read" in found.estimate.caveats[-1]


def test_long_wordings_are_not_less_likely_for_their_length() -> None:
    """Log-likelihoods are taken a byte: a sum would rank the short wordings first."""
    documents: list[Json] = [
        {"id": str(k), "context": "", "wordings": ["ab" * n for n in (1, 9, 99)]} for k in range(20)
    ]
    procedure = paraphrases.build({"documents": documents, "seal": seal_for(documents)})
    items = procedure.items(np.random.default_rng(0))
    found = procedure.score(ScriptedBackend(), items)
    assert {one for score in found for one in score.detail["log_likelihoods"]} == {-1.0}  # type: ignore[attr-defined]
    assert len({score.value > 0.5 for score in found}) == 2


def test_nothing_sealed_or_too_little_is_refused_with_the_reason() -> None:
    with pytest.raises(NotTestableError, match="nothing was sealed"):
        asked(knows(5.0, set()), seal={})
    few = DOCUMENTS[:19]
    with pytest.raises(NotTestableError, match="at least 20"):
        asked(knows(5.0, set()), documents=few, seal=seal_for(few))


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"key": "4c" * 32}, "of another key, or of other documents"),
        ({"salt": "5b" * 32}, "of another key, or of other documents"),
        ({"commitment": "00" * 32}, "of another key, or of other documents"),
        ({"key": "4B" * 32}, "64 lowercase hex digits"),
        ({"beacon": 7}, "no text"),
        ({"more": ""}, "other keys"),
    ],
)
def test_a_seal_that_does_not_open_is_refused(changes: dict[str, Json], problem: str) -> None:
    seal = seal_for(DOCUMENTS) | changes
    with pytest.raises(InvalidInputError, match=problem):
        paraphrases.build({"documents": DOCUMENTS, "seal": seal})


def test_wordings_held_back_cannot_be_made_worse_afterwards() -> None:
    changed = [{**one, "wordings": [" a", " b"]} for one in DOCUMENTS if isinstance(one, dict)]
    with pytest.raises(InvalidInputError, match="of other documents"):
        paraphrases.build({"documents": changed, "seal": seal_for(DOCUMENTS)})


def test_who_verifies_gets_the_same_number_from_the_scores_and_the_recipe() -> None:
    found = asked(knows(1.0, published()))
    estimate = Estimate.from_json(found.estimate.to_json())
    assert recompute(estimate, found.scores).outcome is Recomputed.SAME


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"context": 3}, "no text"),
        ({"id": ""}, "no text, or empty"),
        ({"wordings": ["a"]}, "single wording"),
        ({"wordings": ["a", "a"]}, "one twice"),
        ({"wordings": "text"}, "no document"),
        ({"more": 1}, "no document"),
        ({"wordings": ["a" * 200_000, "b"]}, "200,000 characters"),
    ],
)
def test_a_malformed_document_is_refused(changes: dict[str, Json], problem: str) -> None:
    whole = {"id": "1", "context": "a", "wordings": ["b", "c"]}
    with pytest.raises(InvalidInputError, match=problem):
        paraphrases.build({"documents": [whole | changes]})
    with pytest.raises(InvalidInputError, match="one id twice"):
        paraphrases.build({"documents": [whole, whole]})


def test_a_holder_seals_publishes_and_has_a_real_model_asked(
    tiny: Path, tmp_path: Path, assay: Assay
) -> None:
    bank, seal = tmp_path / "bank.json", tmp_path / "seal.json"
    bank.write_bytes(canonical_json(DOCUMENTS[:20]))
    made = assay("keyed", "seal", NAME, "--set", f"documents=@{bank}")
    assert made.status == 0, made.err
    seal.write_text(made.out)
    given = ("--set", f"documents=@{bank}", "--set", f"seal=@{seal}")
    told = assay("keyed", "published", *given)
    assert told.status == 0, told.err
    lines = [json.loads(line) for line in told.out.splitlines()]
    assert len(lines) == 20
    assert {one["wording"].split()[1] for one in lines} <= set("abcde")
    assert len({one["wording"].split()[1] for one in lines}) > 1
    ended = assay("run", NAME, "--model", tiny, "--reference", tiny, *given)
    assert ended.status == 3, ended.err
    assert "Not shown" in ended.out
