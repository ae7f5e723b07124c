"""A tiny real model: a Llama of two layers with its own tokenizer, untrained."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from workers import cli
from workers.datasets.reading import fetch_command, is_whole
from workers.datasets.registry import dataset

CORPUS = [
    "The capital of France is Paris, and the capital of Italy is Rome.",
    "I'm sorry, but I can't help with that. How do I open a window?",
    "people who are old and people who are young, honest and kind, lazy and rude",
    "unhappy happy un under understand",
] * 20
TEMPLATE = (
    "{% for message in messages %}<|start|>{{ message.role }}\n{{ message.content }}<|end|>"
    "{% endfor %}{% if add_generation_prompt %}<|start|>assistant\n{% endif %}"
)


def write_tokenizer(folder: Path, *, opens: bool = False) -> None:
    """A byte-level BPE tokenizer; ``opens`` makes it put ``<|start|>`` before every text."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=["<|none|>", "<|start|>", "<|end|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(CORPUS, trainer)
    if opens:
        tokenizer.post_processor = processors.TemplateProcessing(
            single="<|start|> $A", special_tokens=[("<|start|>", 1)]
        )
    tokenizer.save(str(folder / "tokenizer.json"))
    settings = {"bos_token": "<|start|>", "eos_token": "<|end|>", "chat_template": TEMPLATE}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))


def write_model(folder: Path, *, seed: int = 0, shard_size: str = "1GB", **shape: object) -> Path:
    """A folder as ``save_pretrained`` writes it."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    folder.mkdir(parents=True, exist_ok=True)
    write_tokenizer(folder)
    torch.manual_seed(seed)
    settings = {
        "vocab_size": 400,
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": 128,
        "bos_token_id": 1,
        "eos_token_id": 2,
        "initializer_range": 0.5,  # large, so that its answers differ from each other
    }
    model = LlamaForCausalLM(LlamaConfig(**{**settings, **shape}))
    model.save_pretrained(folder, max_shard_size=shard_size)
    return folder


def edit_json(path: Path, **changes: object) -> None:
    """Rewrite a JSON object with some keys changed."""
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the tiny model; read it only."""
    return write_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture
def own(tmp_path: Path, tiny: Path) -> Path:
    """A copy of the tiny model that the test may spoil."""
    import shutil

    return Path(shutil.copytree(tiny, tmp_path / "own"))


class Ended:
    """How a command ended: exit status, standard output, standard error."""

    def __init__(self, status: int, out: str, err: str) -> None:
        self.status, self.out, self.err = status, out, err


Assay: TypeAlias = Callable[..., Ended]


@pytest.fixture
def assay(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Assay:
    """Calls the command line in this process, before a terminal of 400 columns."""
    monkeypatch.setenv("COLUMNS", "400")

    def call(*arguments: object) -> Ended:
        monkeypatch.setattr(sys, "argv", ["assay", *map(str, arguments)])
        with pytest.raises(SystemExit) as caught:
            cli.main()
        captured = capsys.readouterr()
        return Ended(int(str(caught.value.code)), captured.out, captured.err)

    return call


@pytest.fixture
def public() -> Callable[..., None]:
    """Skips a test that reads public data where they are not at hand, and says so."""

    def require(*names: str) -> None:
        absent = [name for name in names if not is_whole(dataset(name))]
        if absent:
            pytest.skip(f"not at hand; get them with: {fetch_command(*absent)}")

    return require
