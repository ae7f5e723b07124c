"""The log's formats and the witness run where nothing but ``cryptography`` is installed."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.witness.conftest import ROOT

# Refuses every module that is neither Python's own nor among what the base install brings.
PROGRAM = """
import importlib, pkgutil, sys

class Blocker:
    allowed = {"compliance", "cryptography", "cffi", "_cffi_backend", "pycparser"}

    def find_spec(self, name, path=None, target=None):
        root = name.partition(".")[0]
        if root not in self.allowed and root not in sys.stdlib_module_names:
            raise ImportError(f"{name} is not part of the base install")

sys.meta_path.insert(0, Blocker())
for name in sys.argv[1:]:
    package = importlib.import_module(name)
    for module in pkgutil.iter_modules(package.__path__, f"{name}."):
        importlib.import_module(module.name)
print(len([name for name in sys.modules if name.startswith("compliance.")]))
"""


def imported(*packages: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, *packages],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_tlog_and_witness_need_cryptography_alone() -> None:
    found = imported("compliance.domain.tlog", "compliance.witness")
    assert found.returncode == 0, found.stderr
    assert int(found.stdout) > 15


@pytest.mark.parametrize("package", ["compliance.outbound", "compliance.api"])
def test_what_needs_more_is_noticed(package: str) -> None:
    found = imported(package)
    assert "is not part of the base install" in found.stderr
