"""What the API's guide shows is done as it stands there: its program, its CI jobs."""

from __future__ import annotations

import re
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.utils import timezone
from packaging.requirements import Requirement

from compliance.accounts.services import token_issue
from compliance.audits.models import Run
from compliance.registry.models import Version
from tests.browser.record import COMPLIANT, VIOLATING, Finding, announce, finish
from tests.cast import Cast
from tests.conftest import write_weights
from tests.flows.conftest import ROOT, Wait

GUIDE = (ROOT / "docs" / "api.md").read_text()
GITHUB = {
    "github.ref_name": "2.1",
    "github.repository": "northwind/assistant",
    "github.run_id": "7",
    "vars.ASSAY_REPOSITORY": "https://assay.example/assay.git",
}
GITLAB = {
    "CI_COMMIT_TAG": "2.1",
    "CI_PROJECT_PATH": "northwind/assistant",
    "CI_PIPELINE_ID": "7",
    "ASSAY_REPOSITORY": "https://assay.example/assay.git",
}


@dataclass(frozen=True)
class Job:
    """The shell steps of a CI job, with its environment, as its runner would fill them in."""

    steps: list[str]
    environment: dict[str, str]


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", GUIDE, re.M | re.S)


def github(known: Mapping[str, str]) -> Job:
    """By the contexts that GitHub replaces before a shell sees the step."""
    (workflow,) = [yaml.safe_load(one) for one in blocks("yaml") if "runs-on" in one]
    (job,) = workflow["jobs"].values()

    def filled(text: str) -> str:
        return re.sub(r"\$\{\{ *([\w.]+) *\}\}", lambda found: known[found[1]], text)

    assert workflow["permissions"] == {}  # the job asks GitHub for nothing
    steps = [one for one in job["steps"] if "run" in one]
    assert not [one for one in steps if "${{" in one["run"]]  # it would be a part of the script
    environment = {
        name: filled(value) for one in steps for name, value in one.get("env", {}).items()
    }
    return Job([one["run"] for one in steps], environment)


def gitlab(known: Mapping[str, str]) -> Job:
    """By variables, which the job's shell replaces; its own may name others."""
    (pipeline,) = [yaml.safe_load(one) for one in blocks("yaml") if "runs-on" not in one]
    (job,) = pipeline.values()
    own = {
        name: re.sub(r"\$(\w+)", lambda found: known[found[1]], value)
        for name, value in job["variables"].items()
    }
    return Job(job["script"], {**known, **own})


JOBS: dict[str, Callable[[Mapping[str, str]], Job]] = {"github": github, "gitlab": gitlab}


@pytest.fixture
def served(
    site_environment: dict[str, str],
    live_site: str,
    cast: Cast,
    version: Version,
    models_root: Path,
) -> dict[str, str]:
    """What the guide's reader has: a server, a token, and the weights of version 2.1."""
    announce()
    write_weights(models_root, "assistant-2.1", seed=2)
    until = timezone.now() + timedelta(hours=1)
    token = token_issue(user=cast.engineer, name="ci", expires_at=until)
    return site_environment | {"ASSAY_URL": live_site, "ASSAY_TOKEN": token}


@pytest.fixture
def command(tmp_path: Path) -> Path:
    """A folder with the command ``assay``, as an install with the guide's extra puts it there."""
    folder = tmp_path / "bin"
    folder.mkdir()
    assay = folder / "assay"
    assay.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m tests.flows.registering "$@"\n')
    assay.chmod(0o755)
    return folder


@pytest.mark.parametrize(
    ("where", "finding", "status"), [("github", VIOLATING, 1), ("gitlab", COMPLIANT, 0)]
)
def test_a_job_of_the_guide_ends_as_its_verdict_says(
    served: dict[str, str], command: Path, wait: Wait, where: str, finding: Finding, status: int
) -> None:
    given = {"ASSAY_URL": served["ASSAY_URL"], "ASSAY_TOKEN": served["ASSAY_TOKEN"]}
    known = {f"vars.{name}": value for name, value in given.items()}
    known |= {f"secrets.{name}": value for name, value in given.items()}
    job = JOBS[where](GITHUB | known if where == "github" else GITLAB)
    (install, step) = job.steps
    _check_install(install, job.environment)
    running = subprocess.Popen(
        ["/bin/bash", "-e", "-o", "pipefail", "-c", step],
        cwd=ROOT,
        env={**served, **job.environment, "PATH": f"{command}:{served['PATH']}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    wait(Run.objects.exists, what="the run")
    for shard in Run.objects.get().shards.all():
        finish(shard, finding)
    said, _ = running.communicate(timeout=60)
    assert running.returncode == status, said
    assert Version.objects.filter(name="2.1").count() == 1
    assert ("violating" in said) is (status == 1), said


@pytest.mark.parametrize(
    ("where", "tag"), [("github", "github.ref_name"), ("gitlab", "CI_COMMIT_TAG")]
)
def test_the_name_of_a_tag_is_data_for_the_shell(where: str, tag: str, tmp_path: Path) -> None:
    hostile = '2.1";touch${IFS}pwned;$(touch${IFS}pwned)`touch${IFS}pwned`"'
    given = {"vars.ASSAY_URL": "", "secrets.ASSAY_TOKEN": ""}
    known = {**GITHUB, **given} if where == "github" else GITLAB
    job = JOBS[where]({**known, tag: hostile})
    assay = tmp_path / "assay"
    assay.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    assay.chmod(0o755)
    said = subprocess.run(
        ["/bin/bash", "-e", "-o", "pipefail", "-c", job.steps[-1]],
        cwd=tmp_path,
        env={**job.environment, "PATH": f"{tmp_path}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    assert said[2:5] == [hostile, "--location", f"assistant-{hostile}"]
    assert [one.name for one in tmp_path.iterdir()] == ["assay"]


def test_the_program_of_the_guide_reads_its_verdict_from_a_fresh_install(
    served: dict[str, str], wait: Wait, tmp_path: Path
) -> None:
    (program,) = [one for one in blocks("python") if "version_register" in one]
    python = _client_installed(tmp_path)
    running = subprocess.Popen(
        [str(python), "-c", program],
        cwd=tmp_path,
        env=served,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    wait(Run.objects.exists, what="the run")
    finish(Run.objects.get().shards.get(), VIOLATING)
    said, trouble = running.communicate(timeout=60)
    assert running.returncode == 0, trouble
    name, verdict, *figures = said.split()
    assert (name, verdict) == ("safety.refusal", "violating")
    assert [float(one) for one in figures] == pytest.approx([0.21, 0.15, 0.27])


def _client_installed(folder: Path) -> Path:
    """The interpreter of a new environment with the client's wheel; what it needs is lent."""
    uv = Path(sys.executable).with_name("uv")

    def run(*arguments: str, cwd: Path = folder) -> None:
        subprocess.run([str(uv), *arguments], cwd=cwd, check=True, capture_output=True)

    run("build-backend", "build-wheel", str(folder), cwd=ROOT / "client")
    (wheel,) = folder.glob("*.whl")
    run("venv", "--offline", "--python", sys.executable, "fresh")
    python = folder / "fresh" / "bin" / "python"
    run("pip", "install", "--offline", "--no-deps", "--python", str(python), str(wheel))
    (packages,) = (folder / "fresh" / "lib").glob("python*/site-packages")
    (packages / "lent.pth").write_text(sysconfig.get_path("purelib"))
    return python


def _check_install(step: str, environment: Mapping[str, str]) -> None:
    """That what the job installs is a requirement, with an extra that this project has."""
    said = re.fullmatch(r'pip install "(.+)"', step)
    assert said, step
    text = re.sub(r"\$(\w+)", lambda found: environment[found[1]], said[1])
    wanted = Requirement(text)
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert wanted.name == project["name"]
    assert wanted.extras <= set(project["optional-dependencies"])
