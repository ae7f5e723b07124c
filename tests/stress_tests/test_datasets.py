"""Public files: listed, fetched whole or not at all, and read only with their digest."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from compliance.domain.errors import InvalidInputError, NotTestableError
from compliance.outbound.client import OutboundError
from tests.stress_tests.conftest import Assay
from workers import catalogue as catalogue_module
from workers.catalogue import lacking
from workers.contract import StressTest
from workers.datasets.fetching import FetchError, fetch
from workers.datasets.reading import folder, is_whole, read
from workers.datasets.registry import DATASETS, DataFile, Dataset, dataset
from workers.stress_tests.provenance.weights_digest import weights_digest

BODY = "the first line\nGrüße\n".encode()


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ASSAY_DATASETS", str(tmp_path / "datasets"))
    return tmp_path / "datasets"


@pytest.fixture
def origin() -> Iterator[tuple[str, dict[str, Any]]]:
    """A server's address, and what it says: change it to see another answer."""
    says: dict[str, Any] = {"status": 200, "body": BODY, "asked": 0}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            says["asked"] += 1
            self.send_response(says["status"])
            self.send_header("Content-Length", str(len(says["body"])))
            self.end_headers()
            self.wfile.write(says["body"])

        def log_message(self, *args: Any) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=http.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{http.server_port}", says
    http.shutdown()
    http.server_close()


@pytest.fixture
def words(origin: tuple[str, dict[str, Any]]) -> Dataset:
    file = DataFile("words.txt", f"{origin[0]}/words", len(BODY), hashlib.sha256(BODY).hexdigest())
    return Dataset("words", "Words", "https://example.org", "0" * 40, "MIT", (file,))


def test_every_address_is_https_and_pinned_to_the_commit() -> None:
    assert len(DATASETS) == 8
    for one in DATASETS.values():
        assert re.fullmatch("[0-9a-f]{40}", one.commit)
        for file in one.files:
            assert file.url.startswith("https://")
            assert f"/{one.commit}/" in file.url
            assert re.fullmatch("[0-9a-f]{64}", file.sha256)


def test_the_digest_of_a_set_is_that_of_its_files(words: Dataset) -> None:
    other = replace(words, files=(replace(words.files[0], sha256="0" * 64),))
    renamed = replace(words, title="Other words")
    assert words.digest == renamed.digest != other.digest


def test_a_file_is_fetched_once_and_read_as_text(
    words: Dataset, origin: tuple[str, dict[str, Any]]
) -> None:
    assert not is_whole(words)
    assert [fetched for _, fetched in fetch(words, allow_internal=True)] == [True]
    assert [fetched for _, fetched in fetch(words, allow_internal=True)] == [False]
    assert origin[1]["asked"] == 1
    assert read(words, "words.txt") == BODY.decode()
    assert is_whole(words)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"body": b"x" * len(BODY)}, FetchError),
        ({"body": BODY + b"more"}, OutboundError),
        ({"status": 404}, FetchError),
    ],
    ids=["other bytes", "more bytes", "no such file"],
)
def test_nothing_is_kept_of_what_is_not_the_file(
    words: Dataset,
    origin: tuple[str, dict[str, Any]],
    own_folder: Path,
    answer: dict[str, Any],
    error: type[Exception],
) -> None:
    origin[1].update(answer)
    with pytest.raises(error):
        list(fetch(words, allow_internal=True))
    assert not [path for path in own_folder.rglob("*") if path.is_file()]


def test_a_folder_that_takes_nothing_is_named(words: Dataset, own_folder: Path) -> None:
    own_folder.write_text("a file where the folder should be")
    with pytest.raises(FetchError, match=str(own_folder)):
        list(fetch(words, allow_internal=True))


def test_an_altered_file_is_not_read_and_is_fetched_again(words: Dataset, own_folder: Path) -> None:
    list(fetch(words, allow_internal=True))
    (own_folder / "words" / "words.txt").write_bytes(b"altered")
    with pytest.raises(NotTestableError, match=f"does not have the digest {words.files[0].sha256}"):
        read(words, "words.txt")
    assert not is_whole(words)
    assert [fetched for _, fetched in fetch(words, allow_internal=True)] == [True]


def test_a_missing_file_is_named_with_the_command_that_gets_it(own_folder: Path) -> None:
    wanted = rf"{own_folder}/bbq/Age\.jsonl .*python -m workers datasets fetch bbq$"
    with pytest.raises(NotTestableError, match=wanted):
        read(dataset("bbq"), "Age.jsonl")


def test_an_unknown_set_is_refused_with_those_there_are() -> None:
    with pytest.raises(InvalidInputError, match="Choose from: bbq, bbq_unifiedqa, bold"):
        dataset("words")


def test_the_folder_is_the_operators_cache_unless_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ASSAY_DATASETS")
    monkeypatch.delenv("ASSAY_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", "/home/ada/cache")
    assert folder() == Path("/home/ada/cache/assay/datasets")
    monkeypatch.setenv("ASSAY_CACHE", "/srv/assay")
    assert folder() == Path("/srv/assay/datasets")


@pytest.fixture
def reads_words(words: Dataset) -> StressTest:
    identity = weights_digest.identity
    card = replace(identity.data_card, datasets=(words,))
    return replace(weights_digest, identity=replace(identity, data_card=card))


def test_the_terminal_says_which_tests_lack_data(
    assay: Assay, reads_words: StressTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue_module, "_modules", lambda: iter([]))
    monkeypatch.setattr(catalogue_module, "_all", lambda: iter([reads_words]))
    catalogue_module.catalogue.cache_clear()
    try:
        assert "python -m workers datasets fetch words" in assay("tests").out
        assert lacking(reads_words) == ("words",)
        list(fetch(reads_words.identity.data_card.datasets[0], allow_internal=True))
        assert "datasets fetch" not in assay("tests").out
        assert lacking(reads_words) == ()
    finally:
        catalogue_module.catalogue.cache_clear()


def test_the_terminal_lists_every_set_with_its_licence(assay: Assay) -> None:
    ended = assay("datasets")
    assert ended.status == 0
    for one in DATASETS.values():
        assert f"{one.name}: not here" in ended.out
        assert one.licence in ended.out


def test_fetching_an_unknown_set_is_bad_input(assay: Assay) -> None:
    ended = assay("datasets", "fetch", "words")
    assert (ended.status, ended.out) == (2, "")
    assert "there is no data set 'words'" in ended.err
