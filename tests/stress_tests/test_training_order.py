"""``provenance.training_order``: the logic of the procedure; trained models are in its study."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from compliance.domain.canonical import Json
from compliance.domain.errors import InvalidInputError, NotTestableError
from compliance.domain.specs import ShardSpec, Subject
from compliance.domain.vocabulary import Verdict
from compliance.domain.weights import artifacts_digest
from tests.stress_tests.conftest import Assay, write_model
from tests.stress_tests.scripted import ScriptedBackend
from workers.backends.files import model_files
from workers.backends.loading import open_backend, open_confined
from workers.contract import Backend, FilesBackend
from workers.execution import Execution, NullSink, execute
from workers.stress_tests.provenance.training_order import training_order
from workers.stress_tests.provenance.transcripts import NAME, parse_transcript, spread

TEST, NUMBER, OTHER = "provenance.training_order", 200, "ef" * 32
Likely = Callable[[int], float]


def line(at: int, **changes: Json) -> str:
    entry: dict[str, Json] = {
        "step": at,
        "prefix": f"Passage {at}",
        "text": f" goes on as {at}",
    }
    return json.dumps(entry | changes)


def transcript(steps: Sequence[int]) -> bytes:
    return ("\n".join(line(step) for step in steps) + "\n").encode()


class Claimant(ScriptedBackend):
    """Shows a folder that holds a transcript and is never asked."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.content = self.now = content

    def file_digests(self) -> Mapping[str, str]:
        return {NAME: hashlib.sha256(self.content).hexdigest()}

    def file(self, name: str, *, max_bytes: int) -> bytes:
        assert len(self.now) <= max_bytes
        return self.now

    @property
    def digest(self) -> str:
        return artifacts_digest(self.file_digests())


def by_step(likely: Likely) -> Callable[[str, str], float]:
    return lambda prefix, text: likely(int(prefix.removeprefix("Passage ")))


class Suspect(ScriptedBackend):
    """Log-likelihoods by step, beside a claimant and a model that trained in another order."""

    def __init__(self, likely: Likely, claimant: Claimant, other: Likely) -> None:
        super().__init__(loglikelihood=by_step(likely))
        self._others: dict[str, Backend] = {
            claimant.digest: claimant,
            OTHER: ScriptedBackend(loglikelihood=by_step(other)),
        }

    def reference(self, digest: str) -> Backend:
        if digest not in self._others:
            raise NotTestableError(f"no reference is registered under the digest {digest}")
        return self._others[digest]


NOISE = np.random.default_rng(0).normal(size=NUMBER)


def hard(step: int) -> float:
    """How likely a passage is to whoever read it, whenever that was."""
    return 9.0 * float(NOISE[step])


def remembers(strength: float) -> Likely:
    """Later passages are likelier by ``strength`` a step, beside noise of its own."""
    return lambda step: float(NOISE[step]) + strength * step


def asked(
    likely: Likely, content: bytes = b"", *, other: Likely = hard, **parameters: Json
) -> Execution:
    claimant = Claimant(content or transcript(range(NUMBER)))
    given: dict[str, Json] = {"claimant": claimant.digest, "passages": NUMBER} | parameters
    spec = ShardSpec(training_order.spec(**given), 1, Subject("suspect", ""))
    return execute(spec, Suspect(likely, claimant, other), NullSink())


def test_a_model_that_remembers_the_order_depends_on_it() -> None:
    found = asked(remembers(0.02))
    estimate = found.estimate
    assert estimate.log10_e_violating > 5.0
    assert estimate.caveats[0].startswith("Depends on this training run")
    assert 0.0 < estimate.lower < estimate.value < estimate.upper


@pytest.mark.parametrize("strength", [0.0, -0.02])
def test_one_that_does_not_or_the_other_way_round_is_not_called(strength: float) -> None:
    found = asked(remembers(strength))
    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.estimate.log10_e_violating < 2.0
    assert found.estimate.caveats[0].startswith("Not shown")


def test_a_reference_takes_off_how_hard_a_passage_is() -> None:
    def suspect(step: int) -> float:
        return hard(step) + 0.02 * step + 0.3 * float(NOISE[-step - 1])

    alone, beside = asked(suspect), asked(suspect, reference=OTHER)
    assert alone.estimate.log10_e_violating < 2.0 < beside.estimate.log10_e_violating
    assert any("reference" in one for one in beside.estimate.caveats)


def test_the_record_holds_no_words_of_the_transcript_and_can_tell_each_passage() -> None:
    found = asked(remembers(0.0))
    score = found.scores[0]
    step = score.detail["step"]
    told = hashlib.sha256(f"Passage {step}\x00 goes on as {step}".encode()).hexdigest()
    assert score.detail["passage"] == told
    claim = {"claimant": "ab" * 32, "passages": NUMBER}
    items = training_order.build(claim).items(np.random.default_rng(0))
    assert "goes on" not in json.dumps([one.to_json() for one in items] + [score.to_json()])
    early = [int(str(item.payload["place"])) for item in items[:60]]
    assert min(early) < 20
    assert max(early) > 180


def test_the_same_scores_give_the_same_evidence() -> None:
    first, second = (asked(remembers(0.01)).estimate for _ in range(2))
    assert first == second


def test_without_a_claimant_or_with_too_few_passages_it_is_not_testable() -> None:
    cases: list[tuple[bytes, dict[str, Json], str]] = [
        (b"", {"claimant": ""}, "no claimant"),
        (b"", {"claimant": "cd" * 32}, "no reference is registered"),
        (transcript(range(120)), {}, "holds 120 passages"),
        (transcript([7] * 1), {"passages": 50}, "holds 1 passages"),
    ]
    for content, parameters, problem in cases:
        with pytest.raises(NotTestableError, match=problem):
            asked(remembers(0.0), content, **parameters)
    one_step = b"\n".join(line(7, prefix=f"Passage {k}").encode() for k in range(NUMBER))
    with pytest.raises(NotTestableError, match="of 1 steps"):
        asked(remembers(0.0), one_step)


def test_files_other_than_those_registered_are_not_read() -> None:
    claimant = Claimant(transcript(range(NUMBER)))
    given: dict[str, Json] = {"claimant": claimant.digest, "passages": NUMBER}
    spec = ShardSpec(training_order.spec(**given), 1, Subject("suspect", ""))
    suspect = Suspect(remembers(0.02), claimant, hard)
    claimant.now = transcript(range(NUMBER))[::-1]
    with pytest.raises(NotTestableError, match="changed while it was read"):
        execute(spec, suspect, NullSink())
    claimant.content = claimant.now
    with pytest.raises(NotTestableError, match="not those that were registered"):
        execute(spec, suspect, NullSink())


def test_the_claimant_is_no_reference_of_its_own() -> None:
    with pytest.raises(InvalidInputError, match="reference"):
        training_order.build({"claimant": OTHER, "reference": OTHER})


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"{", "line 1 of transcript.jsonl cannot be read"),
        (b'["a"]', "is no object"),
        (line(3, more=1).encode(), "is no object"),
        (line(3, step=-1).encode(), "whole number"),
        (line(3, step=True).encode(), "whole number"),
        (line(3, prefix=" ").encode(), "empty prefix"),
        (line(3, text=7).encode(), "no text"),
        (transcript([3, 4, 3]), "line 3 of transcript.jsonl holds the passage of line 1"),
        (b'{"step": 1, "step": 2, "prefix": "a", "text": "b"}', "stands twice"),
    ],
)
def test_a_malformed_transcript_is_refused(content: bytes, problem: str) -> None:
    with pytest.raises(InvalidInputError, match=problem):
        parse_transcript(content)


def test_passages_of_one_step_are_chosen_by_lot() -> None:
    """Whoever sorts the passages of each step must not thereby choose which are asked."""
    lines = [line(k // 4, prefix=f"{k % 4}", text=f"{k}") for k in range(4_000)]
    chosen = spread(parse_transcript("\n".join(lines).encode()), 1_000)
    assert [one.step for one in chosen] == list(range(1_000))
    counts = np.bincount([int(one.prefix) for one in chosen], minlength=4)
    assert counts.min() > 190


def test_the_terminal_and_a_worker_read_the_transcript_beside_the_weights(
    tiny: Path, tmp_path: Path, assay: Assay
) -> None:
    claimant = write_model(tmp_path / "claimant", seed=4)
    (claimant / NAME).write_bytes(transcript(range(60)))
    arguments = (TEST, "--model", tiny, "--reference", claimant, "--reference", tiny)
    ended = assay("run", *arguments, "--set", "passages=60", "--json")
    assert ended.status == 3, ended.err
    told = json.loads(ended.out)
    assert (told["planned"], len(told["scores"])) == (60, 60)
    digest = artifacts_digest(model_files(str(claimant)).digests())
    assert told["test"]["parameters"]["claimant"] == digest

    subject, beside = Subject("s", str(tiny)), (Subject("c", str(claimant), digest),)
    spec = ShardSpec(training_order.spec(claimant=digest, passages=60), 0, subject, beside)
    for opened in (open_backend(subject, beside), open_confined(subject, beside)):
        scores = execute(spec, opened, NullSink()).scores
        own = [one["detail"]["log_likelihood"] for one in told["scores"]]
        assert [one.detail["log_likelihood"] for one in scores] == pytest.approx(own)


def test_only_plain_files_beside_the_weights_are_shown(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "model")
    (tmp_path / "secret").write_text("a secret")
    (folder / "link").symlink_to(tmp_path / "secret")
    opened = open_backend(Subject("s", str(folder)), remembers=False)
    assert isinstance(opened, FilesBackend)
    assert opened.file("config.json", max_bytes=1 << 20).startswith(b"{")
    for name in ("link", "../secret", str(tmp_path / "secret"), "", "absent"):
        with pytest.raises(NotTestableError, match="no file"):
            opened.file(name, max_bytes=1 << 20)
    with pytest.raises(NotTestableError, match="is over 3 bytes"):
        opened.file("config.json", max_bytes=3)
