"""``provenance.weights_digest`` on real files."""

import json
from pathlib import Path

import numpy as np
import pytest

from compliance.domain.errors import InvalidInputError, NotTestableError
from compliance.domain.verdicts import Estimate, judge
from compliance.domain.vocabulary import Verdict
from workers.contract import Score
from workers.stress_tests.provenance.weights_digest import LOG10_E_DIGEST, weights_digest
from workers.stress_tests.provenance.weights_digest_validity import FolderDigests


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rng = np.random.default_rng(7)
    (tmp_path / "model-00001.safetensors").write_bytes(rng.bytes(4096))
    (tmp_path / "model-00002.safetensors").write_bytes(rng.bytes(4096))
    (tmp_path / "config.json").write_text("{}")
    return tmp_path


def _registered(folder: Path) -> dict[str, str]:
    return dict(FolderDigests(folder).file_digests())


def _scores(folder: Path, registered: dict[str, str]) -> list[Score]:
    procedure = weights_digest.build({"registered": registered})
    return procedure.score(FolderDigests(folder), procedure.items(np.random.default_rng(0)))


def _estimate(folder: Path, registered: dict[str, str]) -> Estimate:
    procedure = weights_digest.build({"registered": registered})
    return procedure.conclude(_scores(folder, registered))


def test_unchanged_files_are_compliant_by_census(folder: Path) -> None:
    estimate = _estimate(folder, _registered(folder))
    assert judge(estimate) is Verdict.COMPLIANT
    assert (estimate.value, estimate.lower, estimate.upper) == (0.0, 0.0, 0.0)
    assert (estimate.n, estimate.planned) == (4, 4)
    assert estimate.log10_e_compliant == LOG10_E_DIGEST == pytest.approx(77.06, abs=0.01)
    assert estimate.log10_e_violating == 0.0


def test_one_flipped_bit_is_violating(folder: Path) -> None:
    registered = _registered(folder)
    file = folder / "model-00002.safetensors"
    content = bytearray(file.read_bytes())
    content[4095] ^= 1
    file.write_bytes(content)
    estimate = _estimate(folder, registered)
    assert judge(estimate) is Verdict.VIOLATING
    assert estimate.value == estimate.lower == estimate.upper == 0.25
    assert estimate.parts[0].note == "model-00002.safetensors: differs"


def test_absent_file_is_violating(folder: Path) -> None:
    registered = _registered(folder)
    (folder / "config.json").unlink()
    estimate = _estimate(folder, registered)
    assert judge(estimate) is Verdict.VIOLATING
    assert estimate.parts[0].note == "config.json: absent"


def test_unregistered_weight_file_is_violating_and_named(folder: Path) -> None:
    registered = _registered(folder)
    (folder / "adapter.GGUF").write_bytes(b"x")
    scores = _scores(folder, registered)
    assert scores[-1].label == "unregistered"
    assert scores[-1].detail == {"files": ["adapter.GGUF"]}
    assert judge(_estimate(folder, registered)) is Verdict.VIOLATING


def test_unregistered_readme_does_not_count(folder: Path) -> None:
    registered = _registered(folder)
    (folder / "README.md").write_text("notes")
    assert judge(_estimate(folder, registered)) is Verdict.COMPLIANT


def test_unread_files_leave_the_claim_open(folder: Path) -> None:
    registered = _registered(folder)
    procedure = weights_digest.build({"registered": registered})
    estimate = procedure.conclude(_scores(folder, registered)[:3])
    assert judge(estimate) is Verdict.INCONCLUSIVE
    assert (estimate.lower, estimate.upper) == (0.0, 0.25)


def test_without_registered_digests_it_is_not_testable(folder: Path) -> None:
    procedure = weights_digest.build({})
    with pytest.raises(NotTestableError, match="no digests are registered"):
        procedure.items(np.random.default_rng(0))
    with pytest.raises(NotTestableError, match="no digests are registered"):
        procedure.conclude([])


@pytest.mark.parametrize("wrong", ["", "AB" * 32, "ab" * 31, None, 5])
def test_malformed_digest_names_the_file(wrong: object) -> None:
    with pytest.raises(InvalidInputError) as error:
        weights_digest.build({"registered": {"model.safetensors": wrong}})  # type: ignore[dict-item]
    assert error.value.field == "parameters.registered[model.safetensors]"


def test_estimate_is_recomputed_from_stored_scores(folder: Path) -> None:
    registered = _registered(folder)
    stored = json.loads(json.dumps([score.to_json() for score in _scores(folder, registered)]))
    procedure = weights_digest.build({"registered": registered})
    again = procedure.conclude([Score.from_json(one) for one in stored])
    assert again == _estimate(folder, registered)
    assert Estimate.from_json(json.loads(json.dumps(again.to_json()))) == again
