"""Load a checked model with transformers, in float32, from nothing but checked files.

The library is shown a folder of links to the weights alone, and a configuration and a tokenizer
made from filtered JSON: code files, adapters, and keys that name code or repositories are
out of its sight, whatever its own flags would allow.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

os.environ.setdefault("HF_HUB_OFFLINE", "1")  # nothing is ever fetched while loading
# Waiting threads sleep: a spinning one starves whatever else runs on a small machine (16 answers
# of 32 tokens beside one busy process on 2 cores: 27 s spinning with two threads, 5 s with one).
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("TRANSFORMERS_OFFLINE", "1")

import torch
from transformers import (
    CONFIG_MAPPING,
    AutoModelForCausalLM,
    AutoTokenizer,
    GenerationConfig,
    PretrainedConfig,
    PreTrainedModel,
    PreTrainedTokenizerBase,
    PreTrainedTokenizerFast,
)
from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING_NAMES
from transformers.utils.logging import disable_progress_bar

from compliance.domain.canonical import Json
from compliance.domain.errors import InvalidInputError
from workers.backends.device import device_chosen
from workers.backends.files import FIELD, ModelFiles
from workers.backends.known_keys import known_config
from workers.scoring.pretrained import Pretrained

MAX_TEMPLATE_CHARACTERS = 64_000
SPECIAL_TOKENS = ("bos_token", "eos_token", "pad_token", "unk_token")


def load_pretrained(files: ModelFiles) -> Pretrained:
    """The model in float32, ready to be asked.

    Raises:
        InvalidInputError: an architecture transformers lacks, quantised or incomplete weights,
            or files that do not fit each other.
    """
    use_all_cores()
    disable_progress_bar()
    try:
        return _load(files)
    except (InvalidInputError, MemoryError):
        raise
    except Exception as error:  # the library raises some twenty kinds of its own
        lines = str(error).strip().splitlines() or [""]
        raise _bad(
            f"transformers cannot open it ({type(error).__name__}: {lines[0][:200]})",
            "Check that the weights, config.json and tokenizer.json belong together",
        ) from error


def _load(files: ModelFiles) -> Pretrained:
    config = None if files.is_gguf else _config(files)
    with _links(files) as folder:
        asked: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
        asked |= {"gguf_file": files.weights[0].name} if files.is_gguf else {}
        own = {} if config is None else {"config": config, "use_safetensors": True}
        loaded: Any = AutoModelForCausalLM.from_pretrained(
            folder,
            **asked,
            **own,
            dtype=torch.float32,
            generation_config=_no_settings(),
            output_loading_info=True,
        )
        tokenizer: PreTrainedTokenizerBase
        if files.is_gguf:
            tokenizer = AutoTokenizer.from_pretrained(folder, **asked)
        else:
            tokenizer = read_tokenizer(files)
    model, found = loaded
    _require_complete(found)
    _require_template_size(tokenizer)
    _own_memory(model)
    return Pretrained(model.eval().to(device_chosen()), tokenizer, _ends(files, model, tokenizer))


def _config(files: ModelFiles) -> PretrainedConfig:
    if method := files.quantization():
        raise _bad(
            f"its weights are quantised ({method})",
            "Give the unquantised safetensors, or a GGUF file",
        )
    raw = files.config()
    model_type = raw.get("model_type")
    if model_type not in CONFIG_MAPPING or model_type not in MODEL_FOR_CAUSAL_LM_MAPPING_NAMES:
        raise _bad(
            f"transformers itself has no language model of type '{model_type}'",
            "Assay runs no code of a repository's own; use a built-in architecture",
        )
    config: PretrainedConfig = CONFIG_MAPPING[str(model_type)].from_dict(known_config(raw))
    return config


def _no_settings() -> GenerationConfig:
    """In place of the repository's own: its penalties and samplers would be merged into ours."""
    return GenerationConfig()


def read_tokenizer(files: ModelFiles) -> PreTrainedTokenizerBase:
    """The tokenizer of ``tokenizer.json``, with nothing of its settings but texts.

    Raises:
        InvalidInputError: there is none, or the template is too long; the library's own errors.
    """
    path = files.folder / "tokenizer.json"
    if not path.is_file():
        raise _bad(
            "the folder holds no tokenizer.json", "Save it with tokenizer.save_pretrained(folder)"
        )
    settings = files.settings("tokenizer_config.json")
    special = {name: text for name in SPECIAL_TOKENS if (text := _text(settings.get(name)))}
    return PreTrainedTokenizerFast(
        tokenizer_file=str(path), chat_template=_template(files, settings), **special
    )


def _template(files: ModelFiles, settings: dict[str, Json]) -> str | None:
    path = files.folder / "chat_template.jinja"
    if path.is_file():
        if path.stat().st_size > 4 * MAX_TEMPLATE_CHARACTERS:
            raise _long_template()
        return path.read_text(encoding="utf-8")
    declared = settings.get("chat_template")
    if isinstance(declared, list):  # several named templates
        named = {one["name"]: one["template"] for one in declared if isinstance(one, dict)}
        declared = named.get("default")
    return declared if isinstance(declared, str) else None


def _text(declared: Json) -> str | None:
    """A special token, written as text or as an object with its text in ``content``."""
    content = declared.get("content") if isinstance(declared, dict) else declared
    return content if isinstance(content, str) else None


def _ends(
    files: ModelFiles, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase
) -> tuple[int, ...]:
    found: set[int] = set()
    declared = files.settings("generation_config.json").get("eos_token_id")
    for one in (declared, getattr(model.config, "eos_token_id", None), tokenizer.eos_token_id):
        ids = one if isinstance(one, list) else [one]
        found |= {token for token in ids if isinstance(token, int)}
    return tuple(sorted(found))


def _require_complete(found: dict[str, Any]) -> None:
    missing = sorted(found["missing_keys"]) + sorted(str(k) for k in found["mismatched_keys"])
    if missing:  # the library would fill them with random numbers
        raise _bad(
            f"its weights lack {len(missing)} tensors that its config promises, e.g. {missing[0]}",
            "Give the complete weights that belong to this config.json",
        )


def _require_template_size(tokenizer: PreTrainedTokenizerBase) -> None:
    if len(str(tokenizer.chat_template or "")) > MAX_TEMPLATE_CHARACTERS:
        raise _long_template()


def _own_memory(model: PreTrainedModel) -> None:
    """Copy weights that are mapped from their files.

    Where they lie in the file sets their alignment, and with it the last bits of sums; and a file
    that is written to must not change a model in use.
    """
    for parameter in model.parameters():
        parameter.data = parameter.data.clone()


@contextmanager
def _links(files: ModelFiles) -> Iterator[str]:
    """A passing folder in which the library finds the weights and nothing else."""
    with TemporaryDirectory(prefix="assay-") as name:
        folder = Path(name)
        numbered = {path: f"{n}-{path.name}" for n, path in enumerate(files.weights)}
        if len(numbered) == 1 and not files.is_gguf:
            numbered = {files.weights[0]: "model.safetensors"}
        elif files.is_gguf:
            numbered = {files.weights[0]: files.weights[0].name}
        for path, link in numbered.items():
            (folder / link).symlink_to(path)
        if len(numbered) > 1:  # our own index: the repository's could name any file
            index = {"weight_map": {k: numbered[path] for k, path in files.tensors.items()}}
            (folder / "model.safetensors.index.json").write_text(
                json.dumps({"metadata": {}, **index})
            )
        yield name


def use_all_cores() -> None:
    """The cores this process may use, unless the operator set a number."""
    if "OMP_NUM_THREADS" not in os.environ:
        affinity = getattr(os, "sched_getaffinity", None)
        torch.set_num_threads(len(affinity(0)) if affinity else os.cpu_count() or 1)


def _long_template() -> InvalidInputError:
    return _bad(
        f"its chat template is over {MAX_TEMPLATE_CHARACTERS} characters",
        "Use the model's own template",
    )


def _bad(problem: str, fix: str) -> InvalidInputError:
    return InvalidInputError(field=FIELD, problem=problem, fix=fix)
