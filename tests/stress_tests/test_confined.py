"""A stranger's model is opened in a process that has nothing, reaches nothing and ends."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.domain.errors import InvalidInputError, NotTestableError
from compliance.domain.specs import ShardSpec, Subject
from tests.stress_tests.conftest import edit_json, write_model
from tests.stress_tests.held import held
from workers.backends.confined.backend import Confined
from workers.backends.confined.errors import ModelProcessError
from workers.backends.confined.messages import BrokenMessageError, receive, send
from workers.backends.confined.pool import ModelProcesses
from workers.backends.confined.process import readable
from workers.backends.files import model_files
from workers.backends.kept import KeptModels
from workers.backends.transformers_local import TransformersLocal
from workers.catalogue import find
from workers.contract import ComparingBackend
from workers.execution import NullSink, execute

ROOT = Path(__file__).parents[2]
REQUESTS = [("The capital of France is", " Paris"), ("How do I", " open a window?")]
SECRETS = {"ASSAY_SECRET_KEY": "secret", "ASSAY_DATABASE_URL": "secret", "AWS_SECRET": "secret"}
GIB = 1 << 30

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="the walls are Linux's")


@pytest.fixture
def processes() -> Iterator[ModelProcesses]:
    found = ModelProcesses(budget=4 * GIB)
    yield found
    found.close()


@pytest.fixture(scope="module")
def shared() -> Iterator[ModelProcesses]:
    """For tests that spoil nothing: starting a process takes seconds."""
    found = ModelProcesses(budget=4 * GIB)
    yield found
    found.close()


def confined(folder: Path, processes: ModelProcesses, *references: Subject) -> Confined:
    return Confined(Subject("tiny", str(folder), "d0"), references, processes=processes)


def test_it_answers_as_in_the_workers_own_process(tiny: Path, shared: ModelProcesses) -> None:
    own = TransformersLocal(Subject("tiny", str(tiny), "d0"), (), kept=KeptModels())
    other = confined(tiny, shared)
    assert other.environment() == own.environment()
    assert len(shared) == 0  # what only hashes files needs no process
    assert other.loglikelihood(REQUESTS) == own.loglikelihood(REQUESTS)
    assert other.generate(["Hello"], max_new_tokens=8) == own.generate(["Hello"], max_new_tokens=8)
    drawn = [one.sample(["Hello"], max_new_tokens=8, seed=3) for one in (own, other)]
    assert drawn[0] == drawn[1]
    here, there = own.mlp_activations(["un happy"]), other.mlp_activations(["un happy"])
    assert there.ends == here.ends
    for ours, theirs in zip(here.layers, there.layers, strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(ours, theirs, strict=True))
    told, expected_tokens = (one.next_tokens(["Hello"], wanted=400) for one in (other, own))
    assert told.vocabulary == expected_tokens.vocabulary
    assert np.array_equal(told.log_probabilities, expected_tokens.log_probabilities)
    assert other.next_tokens((), wanted=0).log_probabilities.shape == (0, 400)
    assert other.tokens == own.tokens
    assert (other.environment(), other.numerics()) == (own.environment(), own.numerics())
    reader, expected = other.weights(), own.weights()
    assert list(reader.names()) == list(expected.names())
    assert reader.config() == expected.config()
    for name in expected.names():
        assert np.array_equal(reader.tensor(name), expected.tensor(name))
        assert np.array_equal(reader.rows(name, 2), expected.rows(name, 2))


def test_a_run_has_the_same_result_to_the_bit(tiny: Path, shared: ModelProcesses) -> None:
    spec = ShardSpec(
        test=find("bias.counterfactual_pairs", 2).spec(),
        subject=Subject("tiny", str(tiny), "d0"),
        seed=7,
        token_budget=4_000,
    )
    own = TransformersLocal(spec.subject, (), kept=KeptModels())
    assert execute(spec, confined(tiny, shared), NullSink()) == execute(spec, own, NullSink())


def test_another_model_has_another_process(
    tiny: Path, own: Path, processes: ModelProcesses
) -> None:
    parent = held("parent", own)
    backend = confined(tiny, processes, parent)
    assert isinstance(backend, ComparingBackend)
    beside = backend.reference(parent.weights_digest)
    assert beside.loglikelihood(REQUESTS) == backend.loglikelihood(REQUESTS)
    assert len(processes) == 2
    assert backend.tokens == 2 * beside.tokens
    with pytest.raises(NotTestableError, match="no reference is registered"):
        backend.weights("d9")


def test_a_process_is_kept_until_others_need_the_room(tiny: Path, own: Path) -> None:
    processes = ModelProcesses(budget=1)  # byte: the one in use stays whatever it takes
    try:
        first = confined(tiny, processes)
        first.loglikelihood(REQUESTS)
        process = first._process
        assert confined(tiny, processes)._process is process
        confined(own, processes).loglikelihood(REQUESTS)
        assert len(processes) == 1
        assert not process.alive
        assert first.loglikelihood(REQUESTS)  # begun anew
    finally:
        processes.close()


@on_linux
def test_no_secret_is_passed_on(
    tiny: Path, processes: ModelProcesses, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    process = confined(tiny, processes)._process
    passed = Path(f"/proc/{process.pid}/environ").read_text()
    assert "HOME=" in passed
    assert not [name for name in SECRETS if name in passed]
    descriptors = [one.readlink() for one in _descriptors(process.pid)]
    assert sum("socket" in str(one) for one in descriptors) == 1  # the one to its worker


def _descriptors(pid: int) -> list[Path]:
    return [one for one in Path(f"/proc/{pid}/fd").iterdir() if one.is_symlink()]


PROBE = """
import ctypes, json, os, socket, subprocess, sys, threading
from pathlib import Path
from workers.backends.confined.walls import raise_walls

secret, model, scratch, hidden = sys.argv[1:5]
if hidden == "without namespaces":  # as most containers have it
    import workers.backends.confined.walls as walls
    walls._NEW_USER = walls._NEW_NETWORK = 0
said = raise_walls([model], scratch, memory=2 << 30, device="cpu")

def barred(act):
    try:
        act()
    except (OSError, MemoryError) as error:
        return type(error).__name__
    return "possible"

def connect(family, address):
    with socket.socket(family) as one:
        one.settimeout(2)
        one.connect(address)

threads = []
thread = threading.Thread(target=lambda: threads.append(1)); thread.start(); thread.join()
print(json.dumps({"walls": said, "threads": threads, "acts": {
    "TCP to this machine": barred(lambda: connect(socket.AF_INET, ("127.0.0.1", int(sys.argv[5])))),
    "a Unix socket": barred(lambda: connect(socket.AF_UNIX, sys.argv[6])),
    "a secret": barred(lambda: Path(secret).read_text()),
    "/etc/passwd": barred(lambda: Path("/etc/passwd").read_text()),
    "the parent's environment": barred(lambda: Path(f"/proc/{os.getppid()}/environ").read_bytes()),
    "the parent's memory": barred(lambda: open(f"/proc/{os.getppid()}/mem", "rb")),
    "killing the parent": barred(lambda: os.kill(os.getppid(), 0)),
    "another program": barred(lambda: subprocess.run(["/bin/true"])),
    "another process": barred(os.fork),
    "writing beside the model": barred(lambda: Path(model, "x").write_text("x")),
    "memory": barred(lambda: bytearray(3 << 30)),
}, "model": Path(model, "config.json").exists(), "wrote": Path(scratch, "x").write_text("x")}))
"""


@on_linux
@pytest.mark.parametrize("hidden", ["", "without namespaces"])
@pytest.mark.parametrize("user", [0, 65534], ids=["root", "nobody"])
def test_behind_the_walls_nothing_is_reached(
    tiny: Path, tmp_path: Path, hidden: str, user: int
) -> None:
    """A process that does what an exploit would: everything it tries is refused."""
    if user and (os.getuid() or not _readable_by_all()):
        pytest.skip("only root can become nobody, and only if nobody may read Python and this")
    scratch, secret = tmp_path / "scratch", tmp_path / "key"
    scratch.mkdir()
    secret.write_text("secret")
    where = str(tmp_path / "unix")
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(socket.AF_UNIX) as unix:
        unix.bind(where)
        unix.listen()
        if user:
            opened = [one for one in (scratch, *scratch.parents) if one.is_relative_to("/tmp")]  # noqa: S108
            for one in (*opened, tiny.parent, secret, Path(where)):
                one.chmod(0o777)
        port = str(tcp.getsockname()[1])
        ended = subprocess.run(
            [sys.executable, "-c", PROBE, secret, tiny, scratch, hidden, port, where],
            env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(scratch)},
            cwd=scratch,
            capture_output=True,
            text=True,
            check=False,
            user=user or None,
        )
    assert ended.returncode == 0, ended.stderr
    found = json.loads(ended.stdout)
    assert found["walls"] == {"network": True, "files": True, "system_calls": True}
    possible = sorted(act for act, how in found["acts"].items() if how == "possible")
    assert not possible
    assert found["model"]
    assert found["threads"] == [1]


OPENS = """
import sys
from pathlib import Path
from compliance.domain.specs import Subject
from workers.backends.confined.errors import ModelProcessError
from workers.backends.confined.pool import ModelProcesses
from workers.backends.files import model_files

if __name__ == "__main__":
    processes = ModelProcesses(budget=4 << 30)
    try:
        print(processes.of(Subject("tiny", sys.argv[1], "d0"), model_files(sys.argv[1])).missing)
    except ModelProcessError as error:
        print(error)
    processes.close()
"""


@on_linux
@pytest.mark.parametrize("required", ["true", "false"])
def test_with_a_wall_missing_nothing_is_opened_where_walls_are_required(
    tiny: Path, required: str
) -> None:
    """On a kernel without Landlock, which strace makes of this one."""
    strace = shutil.which("strace")
    probe = [strace or "false", "-qq", "-o", "/dev/null", "true"]
    if strace is None or subprocess.run(probe, check=False).returncode:
        pytest.skip("no strace on this machine, or nothing may be traced")
    without = ["-e", "inject=landlock_create_ruleset:error=ENOSYS", "--seccomp-bpf"]
    ended = subprocess.run(
        [strace, "-f", "-qq", "-o", "/dev/null", *without, sys.executable, "-c", OPENS, tiny],
        env={**os.environ, "PYTHONPATH": str(ROOT), "ASSAY_CONFINE_REQUIRED": required},
        capture_output=True,
        text=True,
        check=True,
    )
    said = ended.stdout.strip()
    if required == "false":
        assert said == "files"
    else:
        assert said == (
            "the process of the model 'tiny': not opened: nothing bars files, and"
            " ASSAY_CONFINE_REQUIRED is set"
        )


def test_walls_are_required_or_not_and_nothing_between(
    tiny: Path, monkeypatch: pytest.MonkeyPatch, processes: ModelProcesses
) -> None:
    monkeypatch.setenv("ASSAY_CONFINE_REQUIRED", "perhaps")
    with pytest.raises(InvalidInputError, match="says neither"):
        confined(tiny, processes).loglikelihood(REQUESTS)


def _readable_by_all() -> bool:
    paths = [Path(sys.executable).resolve(), Path(sys.prefix).resolve(), ROOT]
    return all(one.stat().st_mode & 0o005 for path in paths for one in (path, *path.parents))


def test_only_the_model_is_readable_and_what_its_links_lead_to(tmp_path: Path, own: Path) -> None:
    blob = tmp_path / "cache" / "blob"
    blob.parent.mkdir()
    (own / "model.safetensors").rename(blob)
    (own / "model.safetensors").symlink_to(blob)
    assert set(readable(model_files(str(own)))) == {str(own), str(blob)}
    alone = tmp_path / "root" / "one.gguf"
    alone.parent.mkdir()
    alone.write_bytes(b"GGUF\x03" + bytes(19))
    assert list(readable(model_files(str(alone)))) == [str(alone)]


def loop(own: Path, template: str) -> Path:
    edit_json(own / "tokenizer_config.json", chat_template=template)
    return own


def test_an_answer_that_takes_too_long_ends_the_process(
    own: Path, processes: ModelProcesses, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSAY_MODEL_SECONDS", "20")
    for_ever = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
    backend = confined(loop(own, for_ever), processes)
    backend.loglikelihood(REQUESTS)
    backend._process._limits = type(backend._process._limits)(None, 1.0)
    with pytest.raises(ModelProcessError, match="'tiny': it took over 1 s"):
        backend.generate(["Hello"], max_new_tokens=2)
    assert backend.loglikelihood(REQUESTS)


@on_linux
def test_memory_over_the_limit_is_said_with_both_names(
    own: Path, processes: ModelProcesses, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSAY_MODEL_MEMORY_MIB", "2048")
    backend = confined(loop(own, "{{ 'a' * 4000000000 }}"), processes)
    with pytest.raises(NotTestableError, match=r"'tiny' takes more memory than the 2\.00 GiB"):
        backend.generate(["Hello"], max_new_tokens=2)


@pytest.mark.parametrize("name", ["ASSAY_MODEL_SECONDS", "ASSAY_MODEL_MEMORY_MIB"])
def test_a_limit_that_is_none_is_named(
    name: str, tiny: Path, processes: ModelProcesses, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "much")
    with pytest.raises(InvalidInputError) as caught:
        confined(tiny, processes).numerics()
    assert caught.value.field == name


def test_what_a_library_refuses_is_refused_with_its_field(
    own: Path, processes: ModelProcesses
) -> None:
    edit_json(own / "config.json", model_type="their_own")
    with pytest.raises(InvalidInputError, match="no language model of type 'their_own'") as caught:
        confined(own, processes).loglikelihood(REQUESTS)
    assert caught.value.field == "model"


def test_a_process_that_dies_says_how(tiny: Path, processes: ModelProcesses) -> None:
    backend = confined(tiny, processes)
    process = backend._process
    os.kill(process.pid, signal.SIGSEGV)
    while process.alive:
        time.sleep(0.01)
    assert backend.loglikelihood(REQUESTS)  # a dead one is not asked, a new one is
    process = backend._process
    os.kill(process.pid, signal.SIGSEGV)
    with pytest.raises(ModelProcessError, match="'tiny': it ended with SIGSEGV"):
        process.ask("names")


class Interrupt(BaseException):
    """As a lost lease interrupts a worker."""


def test_an_interrupted_worker_ends_the_process_at_once(
    tmp_path: Path, processes: ModelProcesses
) -> None:
    slow = write_model(
        tmp_path / "slow", hidden_size=512, num_hidden_layers=8, max_position_embeddings=4_096
    )
    backend = confined(slow, processes)
    process = backend._process

    def interrupt(*_: object) -> None:
        raise Interrupt

    before = signal.signal(signal.SIGUSR2, interrupt)
    main = threading.main_thread().ident or 0
    timer = threading.Timer(8.0, signal.pthread_kill, (main, signal.SIGUSR2))
    timer.start()
    try:
        with pytest.raises(Interrupt):
            for _ in range(1_000):
                backend.generate(["Hello"] * 8, max_new_tokens=2_000)
        ended = time.monotonic()
    finally:
        signal.signal(signal.SIGUSR2, before)
        timer.cancel()
    assert not process.alive
    assert time.monotonic() - ended < 1


@on_linux
def test_a_killed_worker_leaves_no_process_behind(tiny: Path) -> None:
    program = (
        "from workers.backends.loading import open_confined;"
        "from compliance.domain.specs import Subject;"
        f"backend = open_confined(Subject('t', {str(tiny)!r}));"
        "print(backend._process.pid, flush=True);"
        "backend.generate(['Hello'] * 64, max_new_tokens=100)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as worker:
        assert worker.stdout is not None
        pid = int(worker.stdout.readline())
        worker.kill()
    deadline = time.monotonic() + 10
    while _runs(pid):
        assert time.monotonic() < deadline, "it computes on for nobody"
        time.sleep(0.1)


def _runs(pid: int) -> bool:
    try:
        return ") Z" not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False


@pytest.fixture
def channels() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def test_arrays_arrive_as_they_were_sent(channels: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = channels
    arrays = [np.arange(6.0, dtype=np.float32).reshape(2, 3), np.float32([]), np.float32(7.0)]
    send(theirs, {"a": 0.1 + 0.2}, [np.asarray(one) for one in arrays])
    message, found = receive(ours, seconds=5, array_bytes=1_000)
    assert message == {"a": 0.1 + 0.2}
    assert all(np.array_equal(a, b) for a, b in zip(arrays, found, strict=True))


@pytest.mark.parametrize(
    "body",
    [
        b'{"message": 1, "shapes": [[1000, 1000]]}',
        b'{"message": 1, "shapes": [[-1]]}',
        b'{"message": 1, "shapes": [[true]]}',
        b'{"message": 1, "shapes": [1]}',
        b'{"shapes": []}',
        b"[]",
        b"[" * 100_000,
        b"\xff",
    ],
)
def test_what_is_no_message_is_refused(
    channels: tuple[socket.socket, socket.socket], body: bytes
) -> None:
    ours, theirs = channels
    theirs.sendall(len(body).to_bytes(4, "big") + body)
    with pytest.raises(BrokenMessageError):
        receive(ours, seconds=5, array_bytes=1_000)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_a_message_or_refused(body: bytes) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(body)
        theirs.close()
        try:
            receive(ours, seconds=5, array_bytes=1_000)
        except (BrokenMessageError, EOFError):
            return


def test_a_process_that_feeds_slowly_is_not_waited_for(
    channels: tuple[socket.socket, socket.socket],
) -> None:
    ours, theirs = channels
    theirs.sendall(b"\x00\x00")
    with pytest.raises(TimeoutError):
        receive(ours, seconds=0.2, array_bytes=0)
