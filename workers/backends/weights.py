"""Weights read lazily, tensor by tensor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from gguf import GGUFReader, ReaderTensor
from gguf.quants import dequantize
from safetensors import safe_open

from compliance.domain.canonical import Json
from compliance.domain.errors import InvalidInputError
from workers.backends.files import ModelFiles
from workers.contract import WeightsReader


def open_weights(files: ModelFiles, *, label: str) -> WeightsReader:
    """A reader over a model's weights files."""
    return GgufWeights(files, label) if files.is_gguf else SafetensorsWeights(files, label)


class SafetensorsWeights:
    """Tensors of one or more safetensors files."""

    def __init__(self, files: ModelFiles, label: str) -> None:
        self._files = files
        self.label = label

    def config(self) -> Mapping[str, Json]:
        return self._files.config()

    def names(self) -> Sequence[str]:
        return sorted(self._where)

    def tensor(self, name: str) -> np.ndarray:
        with safe_open(self._where[name], framework="pt") as reader:
            tensor: np.ndarray = reader.get_tensor(name).float().numpy()
        return tensor

    def file_digests(self) -> Mapping[str, str]:
        return self._files.digests()

    @cached_property
    def _where(self) -> Mapping[str, Path]:
        where: dict[str, Path] = {}
        for path in self._files.weights:
            with safe_open(path, framework="pt") as reader:
                for name in reader.keys():  # noqa: SIM118  (safe_open is no mapping)
                    if name in where:
                        raise InvalidInputError(
                            field="model",
                            problem=f"the tensor '{name}' stands in two files",
                            fix="Keep one set of weights in the folder",
                        )
                    where[name] = path
        return where


class GgufWeights:
    """Tensors of a GGUF file, dequantised to float32."""

    def __init__(self, files: ModelFiles, label: str) -> None:
        self._files = files
        self.label = label

    def config(self) -> Mapping[str, Json]:
        fields = self._reader.fields
        architecture = fields["general.architecture"].contents()
        layers = fields[f"{architecture}.block_count"].contents()
        return {"model_type": str(architecture), "num_hidden_layers": int(layers)}

    def names(self) -> Sequence[str]:
        return sorted(self._tensors)

    def tensor(self, name: str) -> np.ndarray:
        found = self._tensors[name]
        return np.asarray(dequantize(found.data, found.tensor_type), dtype=np.float32)

    def file_digests(self) -> Mapping[str, str]:
        return self._files.digests()

    @cached_property
    def _reader(self) -> GGUFReader:
        try:
            return GGUFReader(self._files.weights[0])
        except (ValueError, KeyError, IndexError, UnicodeDecodeError) as error:
            raise InvalidInputError(
                field="model",
                problem=f"'{self._files.weights[0].name}' is not a sound GGUF file ({error})",
                fix="Download it again",
            ) from error

    @cached_property
    def _tensors(self) -> Mapping[str, ReaderTensor]:
        return {tensor.name: tensor for tensor in self._reader.tensors}
