"""Sealed weights from end to end: a provider seals, shows one file, a regulator checks it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from compliance.verifier.__main__ import Exit, main
from workers.sealing import weights


def assay(*arguments: str | Path) -> str:
    done = CliRunner().invoke(weights, [str(one) for one in arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "weights"
    (found / "shards").mkdir(parents=True)
    (found / "config.json").write_text('{"hidden_size": 8}')
    for number in (1, 2):
        (found / "shards" / f"{number}.safetensors").write_bytes(bytes([number]) * 5_000)
    return found


def test_one_sealed_file_is_shown_and_checked(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept, opening = tmp_path / "kept.json", tmp_path / "1.opening"
    root = assay("seal", folder, "--keep", kept).strip()
    assert kept.stat().st_mode & 0o777 == 0o600
    opening.write_text(assay("open", kept, "shards/1.safetensors"))
    assert "config" not in opening.read_text()

    def verify(*arguments: str | Path) -> tuple[int, list[str]]:
        code = main([str(one) for one in (opening, *arguments)])
        return code, capsys.readouterr().out.splitlines()

    right, wrong = (folder / "shards" / f"{number}.safetensors" for number in (1, 2))
    code, lines = verify("--sealing", root, "--weights", right)
    assert code == Exit.VERIFIED
    assert lines[0].startswith("sealing     ok          'shards/1.safetensors' is one of the 3")
    code, lines = verify("--sealing", root, "--weights", wrong)
    assert code == Exit.BROKEN
    assert lines[-1].startswith("BROKEN at 'file'")
    assert verify("--sealing", root)[0] == Exit.NOT_WHOLE
    again = assay("seal", folder, "--keep", tmp_path / "again.json").strip()
    assert verify("--sealing", again, "--weights", right)[0] == Exit.BROKEN
    assert verify("--weights", right)[0] == verify("--sealing", "x")[0] == Exit.USAGE


def test_what_opens_an_earlier_sealing_is_not_overwritten(folder: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept.json"
    assay("seal", folder, "--keep", kept)
    content = kept.read_bytes()
    again = CliRunner().invoke(weights, ["seal", str(folder), "--keep", str(kept)])
    assert again.exit_code
    assert "would be lost" in str(again.exception)
    assert kept.read_bytes() == content
