"""Targets for what comes with a model, and for what people recorded of one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from struct import pack
from tempfile import TemporaryDirectory

from compliance.domain.errors import InvalidInputError
from compliance.domain.gguf_header import GgufError, gguf_header
from tests.domain.test_gguf_header import SOUND
from tests.fuzz.target import Target

CONFIG = {
    "model_type": "gemma3",
    "auto_map": {"AutoModel": "other/code--m.M"},
    "text_config": {"model_type": "gemma3_text", "hidden_size": 8, "_attn": "x", "to_dict": 1},
    "rope_scaling": {"rope_type": "linear", "factor": 2.0},
    "own_key": [1],
}
REFUSED = {"auto_map", "quantization_config", "base_model_name_or_path", "adapters"}
PAD = 32


def memory() -> str | None:
    """A folder in memory, where there is one."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108


def _gguf_header(data: bytes) -> None:
    """What is walked is what the library reads, where it reads it."""
    import gguf

    found = gguf_header(data, file_size=len(data))
    with TemporaryDirectory(dir=memory()) as folder:
        path = Path(folder, "m.gguf")
        path.write_bytes(data)
        try:
            read = gguf.GGUFReader(path)
        except (ValueError, KeyError, IndexError, OverflowError, MemoryError):
            return  # it compares more: types of tensors, and their exact size
        keys = [name for name in read.fields if not name.startswith("GGUF.")]
        assert [*found.keys] == keys
        assert [*found.tensors] == [tensor.name for tensor in read.tensors]


def _in_folder(name: str, check: Callable[[Path], None]) -> Callable[[bytes], None]:
    """The bytes as a file of this name in a folder of their own."""

    def parse(data: bytes) -> None:
        with TemporaryDirectory(dir=memory()) as folder:
            Path(folder, name).write_bytes(data)
            check(Path(folder))

    return parse


def _config(folder: Path) -> None:
    """What is handed to the library names no code, at any depth, and nothing it does not know."""
    from transformers import CONFIG_MAPPING

    from workers.backends.files import ModelFiles
    from workers.backends.known_keys import known_config, known_keys

    raw = ModelFiles(folder, False, (), {}, 0).config()
    if raw.get("model_type") not in ("gemma3", "gemma3_text", "llama"):
        return
    found = known_config(raw)
    assert set(found) <= known_keys(CONFIG_MAPPING[str(raw["model_type"])])
    assert not set(_names(found)) & REFUSED
    assert known_config(found) == found


def _names(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            assert not name.startswith(("_", "custom_"))
            yield name
            yield from _names(inner)


def _tokenizer(folder: Path) -> None:
    """A tokenizer from strangers' bytes says no, in whatever words, or turns text to numbers."""
    from workers.backends.files import ModelFiles
    from workers.backends.pretrained import read_tokenizer

    tokenizer = read_tokenizer(ModelFiles(folder, False, (), {}, 0))
    assert isinstance(tokenizer("ab").input_ids, list)


def _labels(data: bytes) -> None:
    from workers.labelling import parse_labels

    found = parse_labels(data.decode("utf-8", "replace").splitlines())
    assert all(isinstance(one, str) for pair in found.items() for one in pair)


def _transcript(data: bytes) -> None:
    from workers.recorded import parse_answers

    found = parse_answers(data)
    assert parse_answers(b"".join(map(_line, found.items()))) == found


def _line(answered: tuple[str, str]) -> bytes:
    return json.dumps({"item": answered[0], "answer": answered[1]}).encode() + b"\n"


def tokenizer_seed() -> bytes:
    """A tokenizer of a few bytes' words."""
    from tokenizers import Tokenizer, models

    vocabulary = {"a": 0, "b": 1, "ab": 2, "[UNK]": 3}
    return Tokenizer(models.BPE(vocabulary, [("a", "b")], unk_token="[UNK]")).to_str().encode()


def model_targets() -> Iterator[tuple[str, Target]]:
    """Every target of this module by name."""
    refused = (InvalidInputError,)
    empty = pack("<4sIQQ", b"GGUF", 2, 0, 0)
    yield "gguf-header", Target(_gguf_header, (GgufError,), [SOUND + bytes(PAD), empty])
    config = json.dumps(CONFIG).encode()
    yield "config", Target(_in_folder("config.json", _config), refused, [config])
    tokenizer = _in_folder("tokenizer.json", _tokenizer)
    yield "tokenizer", Target(tokenizer, (Exception,), [tokenizer_seed()])
    labels = b'{"item": "a/1", "label": "refusal"}\n\n{"item": "a/2", "label": ""}\n'
    yield "labels", Target(_labels, refused, [labels])
    answers = '{"item": "a/1", "answer": "Nein – nie"}\n'.encode()
    yield "transcript", Target(_transcript, refused, [answers])
