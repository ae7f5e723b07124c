"""``assay-verify`` as somebody runs it who has nothing of Assay but its base install."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from compliance.domain.timestamps import timestamp_query
from compliance.domain.verify.archive import read_archive, write_archive
from compliance.domain.verify.bundle import bundle_build
from compliance.domain.verify.summary_file import summary_build
from compliance.verifier.__main__ import Exit, main, shown
from tests.domain.verify.bundles import SmallLog, bundle
from tests.domain.verify.summaries import summary_in
from tests.oracles import lacks
from tests.outbound.authority import authority_answer, authority_make

ROOT = Path(__file__).parents[2]
LOG = SmallLog()
GOOD = bundle(LOG)


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """A good bundle, and the policy file of somebody who trusts its log."""
    file, policy = tmp_path / "result.assay.zip", tmp_path / "policy.txt"
    file.write_bytes(bundle_build(GOOD))
    policy.write_bytes(LOG.policy)
    return file, policy


def run(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, list[str]]:
    code = main([str(one) for one in arguments])
    return code, capsys.readouterr().out.splitlines()


def test_a_good_bundle_is_verified_line_by_line(
    files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    code, lines = run(capsys, files[0], "--policy", files[1])
    assert code == Exit.VERIFIED == 0
    assert [line.split()[0] for line in lines[:13]] == [
        *("archive", "signature", "statement", "entry", "inclusion", "checkpoint", "witnesses"),
        *("plan", "items", "scores", "answers", "page", "statistic"),
    ]
    assert all(line[12:14] == "ok" for line in lines[:13])
    assert lines[-1] == "VERIFIED."


def test_the_first_broken_link_is_named(
    files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    parts = read_archive(files[0].read_bytes())
    items = parts["items.jsonl"].replace(b"Write 3 ", b"Write 4 ")
    files[0].write_bytes(write_archive(parts | {"items.jsonl": items}))
    code, lines = run(capsys, files[0], "--policy", files[1])
    assert code == Exit.BROKEN == 1
    assert lines[-1] == "BROKEN at 'items'. What follows was not looked at."
    assert lines[-3].split()[:2] == ["items", "BROKEN"]


def test_proofs_without_a_statistic_end_with_their_own_code(
    files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    first, *rest = GOOD.answered
    hidden = replace(
        first, score=first.score_digest, score_json=b'"%s"' % first.score_digest.encode()
    )
    files[0].write_bytes(bundle_build(replace(GOOD, answered=(hidden, *rest))))
    code, lines = run(capsys, files[0], "--policy", files[1])
    assert code == Exit.NOT_WHOLE == 3
    assert lines[-1] == "Every proof holds; not checked: statistic."


def test_a_log_may_be_trusted_by_its_key_alone(
    files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    attested = f"attestor {LOG.attestor.key}\nquorum none\n"
    files[1].write_text(attested)
    log = str(LOG.keys[0].key)
    code, lines = run(capsys, files[0], "--policy", files[1], "--log", log)
    assert code == Exit.VERIFIED
    assert "no witness" in lines[6]
    assert run(capsys, files[0], "--log", log)[0] == Exit.BROKEN  # the log's key attested nothing


@pytest.mark.parametrize("arguments", [[], ["--log", "nonsense"], ["--policy", "/not/there"]])
def test_without_somebody_to_trust_it_is_used_wrongly(
    files: tuple[Path, Path], capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    code = main([str(files[0]), *arguments])
    assert code == Exit.USAGE == 2
    assert capsys.readouterr().err.startswith("assay-verify: ")


def test_a_bundle_that_is_not_there_is_a_wrong_use(files: tuple[Path, Path]) -> None:
    assert main(["/not/there", "--policy", str(files[1])]) == Exit.USAGE
    with pytest.raises(SystemExit) as ended:
        main([])
    assert ended.value.code == Exit.USAGE


def test_names_in_a_bundle_cannot_move_the_cursor() -> None:
    assert shown("a\x1b[2Kb\nc\u202ed é…") == "a\\u001b[2Kb\\u000ac\\u202ed é…"


BLOCK = (
    "import sys\n"
    "class Blocked:\n"
    "    def find_spec(self, name, path=None, target=None):\n"
    "        if name.partition('.')[0] not in allowed: raise ImportError(name)\n"
    "known = {'compliance', 'cryptography', 'rfc8785', '_cffi_backend'}\n"
    "allowed = {*sys.stdlib_module_names, *known}\n"
    "sys.meta_path.insert(0, Blocked())\n"
    "from compliance.verifier.__main__ import main\n"
    "sys.exit(main(sys.argv[1:]))\n"
)


def test_it_needs_two_packages_and_says_that_the_statistic_needs_more(
    files: tuple[Path, Path],
) -> None:
    command = [sys.executable, "-c", BLOCK, str(files[0]), "--policy", str(files[1])]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == Exit.NOT_WHOLE, done.stderr
    assert "assay[statistics]" in done.stdout


def test_the_base_install_verifies_in_a_fresh_environment(
    files: tuple[Path, Path], tmp_path: Path
) -> None:
    source, environment = tmp_path / "source", tmp_path / "environment"
    source.mkdir()
    shutil.copytree(ROOT / "compliance", source / "compliance")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source / name)
    uv = [sys.executable, "-m", "uv", "--quiet"]
    subprocess.run([*uv, "venv", "--python", sys.executable, environment], check=True)
    python = environment / "bin" / "python"
    subprocess.run([*uv, "pip", "install", "--python", python, source], check=True)
    listed = subprocess.run(
        [*uv, "pip", "freeze", "--python", python], check=True, capture_output=True, text=True
    )
    installed = {line.partition("==")[0].partition(" ")[0] for line in listed.stdout.splitlines()}
    assert installed <= {
        "assay",
        "cffi",
        "cryptography",
        "pycparser",
        "rfc8785",
        "typing-extensions",
    }
    command = [environment / "bin" / "assay-verify", files[0], "--policy", files[1]]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == Exit.NOT_WHOLE, done.stderr
    assert "Every proof holds" in done.stdout


@pytest.mark.skipif(lacks("openssl"), reason="there is no openssl here")
def test_a_time_stamp_beside_the_bundle_is_checked_where_its_root_is_named(
    files: tuple[Path, Path], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    home = tmp_path / "tsa"
    root, reply = authority_make(home), tmp_path / "reply.tsr"
    text = GOOD.proof.checkpoint.checkpoint.text.encode()
    reply.write_bytes(authority_answer(home, timestamp_query(text).body))
    given = (files[0], "--policy", files[1], "--timestamp", reply)
    code, lines = run(capsys, *given, "--timestamp-root", root)
    assert code == Exit.VERIFIED
    assert lines[-1].startswith("timestamp   ok          the checkpoint existed at 2")
    code, lines = run(capsys, *given)
    assert code == Exit.NOT_WHOLE
    assert "not checked" in lines[-1]
    reply.write_bytes(authority_answer(home, timestamp_query(text + b" ").body))
    code, lines = run(capsys, *given, "--timestamp-root", root)
    assert code == Exit.BROKEN
    assert lines[-1] == "BROKEN at 'timestamp'. The bundle itself holds, as said above."
    assert run(capsys, files[0], "--policy", files[1], "--timestamp-root", root)[0] == Exit.USAGE


def test_a_summary_is_told_from_the_proof_of_a_page_and_verified(
    files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    files[0].write_bytes(summary_build(summary_in(LOG)))
    code, lines = run(capsys, files[0], "--policy", files[1])
    assert (code, lines[-1]) == (Exit.VERIFIED, "VERIFIED.")
    assert [line.split()[0] for line in lines[:7]] == [
        *("archive", "signature", "statement", "entry", "inclusion", "checkpoint", "witnesses"),
    ]
    assert "PASSED: northwind/smol" in lines[2] and "house-baseline@1" in lines[2]
    bare = replace(summary_in(LOG), place=None)
    files[0].write_bytes(summary_build(bare))
    code, lines = run(capsys, files[0], "--policy", files[1])
    assert (code, lines[-1]) == (Exit.NOT_WHOLE, "Every proof holds; not checked: entry.")
    files[0].write_bytes(files[0].read_bytes().replace(b'"sig":"', b'"sig":"A', 1))
    code, lines = run(capsys, files[0], "--policy", files[1])
    assert (code, lines[-1].split("'")[1]) == (Exit.BROKEN, "archive")
