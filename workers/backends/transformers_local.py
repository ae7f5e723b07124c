"""A model in local files, run by transformers in float32 on this machine."""

from __future__ import annotations

import hashlib
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

os.environ.setdefault("HF_HUB_OFFLINE", "1")  # nothing is ever fetched while loading
os.environ.setdefault("TRANSFORMERS_OFFLINE", "1")

import tokenizers
import torch
import transformers
from transformers import (
    CONFIG_MAPPING,
    AutoModelForCausalLM,
    AutoTokenizer,
    PretrainedConfig,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from compliance.domain.canonical import Json
from compliance.domain.errors import InvalidInputError, NotTestableError
from compliance.domain.specs import Subject
from compliance.domain.vocabulary import Need
from workers.backends.files import ModelFiles, memory_check, model_files
from workers.backends.weights import open_weights
from workers.contract import WeightsReader
from workers.scoring.generation import MAX_TEMPLATE_CHARACTERS, answers
from workers.scoring.loglikelihood import loglikelihoods


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model in memory."""

    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase


class TransformersLocal:
    """Local weights; the model itself is loaded only when it is asked something."""

    offers = frozenset({Need.LOGLIKELIHOOD, Need.GENERATE, Need.WEIGHTS})

    def __init__(self, subject: Subject, references: Sequence[Subject]) -> None:
        self._subject = subject
        self._references = {one.weights_digest: one for one in references}
        self._files = model_files(subject.location)

    def environment(self) -> Mapping[str, Json]:
        template = (self._loaded.tokenizer.chat_template if "_loaded" in vars(self) else "") or ""
        return {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "transformers": transformers.__version__,
            "tokenizers": tokenizers.__version__,
            "dtype": "float32",
            "device": "cpu",
            "threads": torch.get_num_threads(),
            "machine": platform.machine(),
            "weights_digest": self._subject.weights_digest,
            "chat_template_sha256": hashlib.sha256(str(template).encode()).hexdigest(),
        }

    def loglikelihood(self, requests: Sequence[tuple[str, str]]) -> list[float]:
        return loglikelihoods(self._loaded.model, self._loaded.tokenizer, requests)

    def generate(self, prompts: Sequence[str], *, max_new_tokens: int) -> list[str]:
        return answers(
            self._loaded.model, self._loaded.tokenizer, prompts, max_new_tokens=max_new_tokens
        )

    def weights(self, digest: str | None = None) -> WeightsReader:
        if digest is None:
            return open_weights(self._files, label=self._subject.label)
        if digest not in self._references:
            raise NotTestableError(f"no reference is registered under the digest {digest}")
        reference = self._references[digest]
        return open_weights(model_files(reference.location), label=reference.label)

    @cached_property
    def _loaded(self) -> Loaded:
        memory_check(self._files)
        torch.set_num_threads(os.cpu_count() or 1)
        if self._files.is_gguf:
            return _load_gguf(self._files)
        return _load_safetensors(self._files)


def _load_safetensors(files: ModelFiles) -> Loaded:
    config = _config(files)
    folder = str(files.folder)
    model = AutoModelForCausalLM.from_pretrained(
        folder,
        config=config,
        dtype=torch.float32,
        use_safetensors=True,
        local_files_only=True,
        trust_remote_code=False,
    )
    tokenizer = AutoTokenizer.from_pretrained(
        folder, config=config, local_files_only=True, trust_remote_code=False
    )
    return _checked(model, tokenizer)


def _load_gguf(files: ModelFiles) -> Loaded:
    folder, name = str(files.folder), files.weights[0].name
    model = AutoModelForCausalLM.from_pretrained(
        folder, gguf_file=name, dtype=torch.float32, local_files_only=True, trust_remote_code=False
    )
    tokenizer = AutoTokenizer.from_pretrained(
        folder, gguf_file=name, local_files_only=True, trust_remote_code=False
    )
    return _checked(model, tokenizer)


def _config(files: ModelFiles) -> PretrainedConfig:
    raw = files.config()
    model_type = raw.get("model_type")
    if not isinstance(model_type, str) or model_type not in CONFIG_MAPPING:
        raise InvalidInputError(
            field="model",
            problem=f"transformers itself has no architecture '{model_type}'",
            fix="Assay runs no code of a repository's own; use a built-in architecture",
        )
    config: PretrainedConfig = CONFIG_MAPPING[model_type].from_dict(raw)
    return config


def _checked(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> Loaded:
    if len(str(tokenizer.chat_template or "")) > MAX_TEMPLATE_CHARACTERS:
        raise InvalidInputError(
            field="model",
            problem=f"its chat template is over {MAX_TEMPLATE_CHARACTERS} characters",
            fix="Use the model's own template",
        )
    return Loaded(model=model.eval(), tokenizer=tokenizer)
