"""The terminal: what it prints, and how it ends."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import click
import pytest

from tests.stress_tests.conftest import Assay, Ended
from workers import cli
from workers.catalogue import catalogue

ROOT = Path(__file__).parents[2]
DIGEST = "provenance.weights_digest"


def from_a_shell(before: str, *arguments: object) -> Ended:
    """The command in a process of its own, after the statement ``before``, which may use sys."""
    program = (
        f"import sys, runpy; sys.argv[0] = 'workers'; {before};"
        "runpy.run_module('workers', run_name='__main__')"
    )
    argv = [sys.executable, "-c", program, *map(str, arguments)]
    done = subprocess.run(argv, capture_output=True, text=True, cwd=ROOT, check=False)
    return Ended(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def registered(own: Path, tmp_path: Path) -> Path:
    from workers.backends.files import model_files

    path = tmp_path / "registered.json"
    path.write_text(json.dumps(model_files(str(own)).digests()))
    return path


def test_the_tests_are_listed_with_their_cards(assay: Assay) -> None:
    ended = assay("tests")
    assert ended.status == 0
    for (name, version), test in catalogue().items():
        assert f"{name}@{version}" in ended.out
        assert test.identity.data_card.name in ended.out


def test_one_test_is_shown_with_its_claim_sources_and_limits(assay: Assay) -> None:
    ended = assay("tests", DIGEST)
    assert "The weights are those that were registered." in ended.out
    assert "FIPS 180-4" in ended.out
    assert "served endpoint" in ended.out


def test_unchanged_weights_end_with_0(assay: Assay, own: Path, registered: Path) -> None:
    ended = assay("run", DIGEST, "--model", own, "--registered", registered)
    assert ended.status == 0
    assert ended.out.startswith(f"{DIGEST} on {own}: compliant")


def test_altered_weights_end_with_1(assay: Assay, own: Path, registered: Path) -> None:
    (own / "config.json").write_text("{}")
    ended = assay("run", DIGEST, "--model", own, "--registered", registered)
    assert ended.status == 1
    assert "violating" in ended.out


def test_the_printed_verdict_says_what_it_rests_on(
    assay: Assay, own: Path, registered: Path
) -> None:
    out = assay("run", DIGEST, "--model", own, "--registered", registered, "--seed", 5).out
    for word in ("claim", "confidence sequence", "limit", "evidence", "seed", "torch", "planned"):
        assert word in out
    assert "a version is immutable" in out, "the limit's source"


def test_json_is_one_object_with_everything_to_recompute_the_verdict(
    assay: Assay, own: Path, registered: Path
) -> None:
    ended = assay("run", DIGEST, "--model", own, "--registered", registered, "--json")
    found = json.loads(ended.out)
    assert found["verdict"] == "compliant"
    assert found["test"]["parameters"]["registered"] == json.loads(registered.read_text())
    assert len(found["scores"]) == found["planned"] == found["estimate"]["n"]
    assert {"seed", "spec_digest", "code_digest", "order_digest", "environment"} <= set(found)
    assert ended.err == ""


def test_references_are_bound_with_their_digests(assay: Assay, own: Path, tiny: Path) -> None:
    arguments = ["--model", own, "--declared-parent", tiny, "--json"]
    found = json.loads(assay("run", "provenance.shared_initialisation", *arguments).out)
    (reference,) = found["test"]["parameters"]["references"]
    assert (reference["label"], reference["declared_parent"]) == (str(tiny), True)
    assert found["scores"][0]["item_id"] == reference["digest"]
    assert found["scores"][0]["label"] == "shares_initialisation"


def test_without_registered_digests_it_is_not_testable(assay: Assay, own: Path) -> None:
    ended = assay("run", DIGEST, "--model", own)
    assert ended.status == 4
    assert ended.err == "not testable: no digests are registered for this version's weights\n"


BAD = {
    "an unknown test": (["run", "safety.nothing", "--model", "x"], "no stress test"),
    "an absent model": (["run", DIGEST, "--model", "/nowhere"], "there is nothing at '/nowhere'"),
    "no model": (["run", DIGEST], "Missing option '--model'"),
    "a setting without a value": (
        ["run", DIGEST, "--model", "x", "--set", "alpha"], "sets no parameter"
    ),
    "an unknown setting": (
        ["run", DIGEST, "--model", "x", "--set", "beta=1"], "sets no parameter"
    ),
    "a setting of another type": (
        ["run", DIGEST, "--model", "x", "--set", "alpha=high"], "parameters.alpha: 'high'"
    ),
    "a setting that is no number": (
        ["run", DIGEST, "--model", "x", "--set", "alpha=NaN"], "parameters.alpha"
    ),
    "a setting out of range": (
        ["run", DIGEST, "--model", "x", "--set", "alpha=2"], "parameters.alpha: 2.0 is no error"
    ),
    "a reference that it has no use for": (
        ["run", DIGEST, "--model", "x", "--reference", "y"], "--reference"
    ),
    "digests that are not there": (
        ["run", DIGEST, "--model", "x", "--registered", "/nowhere"], "--registered"
    ),
    "a negative seed": (["run", DIGEST, "--model", "x", "--seed", "-1"], "--seed"),
    "an internal endpoint": (
        ["run", DIGEST, "--model", "http://127.0.0.1/v1"], "internal address"
    ),
    "a validity study of nothing": (["validate", "safety.nothing"], "no stress test"),
    "no name and not all": (["validate"], "one stress test or all"),
    "a name and the engines": (["validate", DIGEST, "--engines"], "one stress test or all"),
    "an unknown command": (["audit"], "No such command"),
}  # fmt: skip


@pytest.mark.parametrize(("arguments", "words"), BAD.values(), ids=BAD.keys())
def test_bad_input_ends_with_2_and_says_why(
    assay: Assay, own: Path, arguments: list[str], words: str
) -> None:
    arguments = [str(own) if one == "x" else one for one in arguments]
    ended = assay(*arguments)
    assert ended.status == 2
    assert words in " ".join(ended.err.replace("\u2502", " ").split())
    assert "Traceback" not in ended.err
    assert ended.out == ""


def test_a_bug_never_reads_as_a_verdict(assay: Assay, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*arguments: object, **options: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(cli, "_execute", broken)
    ended = assay("run", DIGEST, "--model", "x")
    assert ended.status == 70
    assert "RuntimeError: a bug" in ended.err


@pytest.mark.parametrize("stop", [KeyboardInterrupt, click.Abort])
def test_ctrl_c_ends_with_130(
    assay: Assay, monkeypatch: pytest.MonkeyPatch, stop: type[BaseException]
) -> None:
    def stopped(*arguments: object, **options: object) -> None:
        raise stop

    monkeypatch.setattr(cli, "_execute", stopped)
    ended = assay("run", DIGEST, "--model", "x")
    assert (ended.status, ended.err.strip()) == (130, "Stopped.")


def test_a_quick_study_is_printed_and_keeps_the_measured_report(assay: Assay) -> None:
    from workers.catalogue import find, validity_path

    path = validity_path(find(DIGEST))
    before = path.read_bytes()
    ended = assay("validate", DIGEST, "--quick")
    assert ended.status == 0
    assert json.loads(ended.out)["quick"] is True
    assert path.read_bytes() == before


def test_a_quick_study_of_the_engines_keeps_the_measured_report(assay: Assay) -> None:
    from workers.engine_study import REPORT

    before = REPORT.read_bytes()
    found = json.loads(assay("validate", "--engines", "--quick").out)
    assert (found["quick"], len(found["size"])) == (True, 15)
    assert REPORT.read_bytes() == before


def test_the_command_works_from_a_shell_without_django_or_celery(
    own: Path, registered: Path
) -> None:
    absent = "sys.modules['django'] = sys.modules['celery'] = None"
    arguments = ["run", DIGEST, "--model", own, "--registered", registered, "--json"]
    ended = from_a_shell(absent, *arguments)
    assert ended.status == 0, ended.err
    assert json.loads(ended.out)["verdict"] == "compliant"
    assert ended.err == ""
