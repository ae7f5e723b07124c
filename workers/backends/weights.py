"""Weights read lazily, tensor by tensor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np
from gguf import GGUFReader, ReaderTensor
from gguf.quants import dequantize
from safetensors import safe_open

from compliance.domain.canonical import Json
from compliance.domain.errors import InvalidInputError, NotTestableError
from workers.backends.files import FIELD, ModelFiles
from workers.model_contents import WeightsReader


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
        return sorted(self._files.tensors)

    def tensor(self, name: str) -> np.ndarray:
        """The tensor as float32.

        Raises:
            NotTestableError: the model has none of that name.
        """
        return self.rows(name, None)

    def rows(self, name: str, count: int | None) -> np.ndarray:
        """The first ``count`` rows, or all; as float32, and nothing else is read.

        Raises:
            NotTestableError: the model has no such tensor.
        """
        if name not in self._files.tensors:
            raise NotTestableError(f"{self.label} has no tensor '{name}'")
        # Through torch, as numpy has no bfloat16.
        with safe_open(self._files.tensors[name], framework="pt") as reader:
            whole = reader.get_tensor(name) if count is None else reader.get_slice(name)[:count]
            tensor: np.ndarray = whole.float().numpy()
        return tensor

    def file_digests(self) -> Mapping[str, str]:
        return self._files.digests()


class GgufWeights:
    """Tensors of a GGUF file, dequantised to float32; names and shapes as GGUF has them."""

    def __init__(self, files: ModelFiles, label: str) -> None:
        self._files = files
        self.label = label

    def config(self) -> Mapping[str, Json]:
        fields = self._reader.fields
        architecture = str(self._declared("general.architecture"))
        layers = self._declared(f"{architecture}.block_count")
        if not isinstance(layers, int):
            raise NotTestableError(f"{self.label} does not say how many layers it has")
        found: dict[str, Json] = {"model_type": architecture, "num_hidden_layers": layers}
        for key, name in (("head_count", "attention"), ("head_count_kv", "key_value")):
            heads = fields.get(f"{architecture}.attention.{key}")
            # Where layers differ in their heads, this is a list, and no single number is true.
            if heads is not None and isinstance(number := heads.contents(), int):
                found[f"num_{name}_heads"] = number
        return found

    def _declared(self, key: str) -> object:
        if key not in self._reader.fields:
            raise NotTestableError(f"the header of {self.label} has no '{key}'")
        return self._reader.fields[key].contents()

    def names(self) -> Sequence[str]:
        return sorted(self._tensors)

    def tensor(self, name: str) -> np.ndarray:
        """The tensor as float32.

        Raises:
            NotTestableError: the model has none of that name.
        """
        return self.rows(name, None)

    def rows(self, name: str, count: int | None) -> np.ndarray:
        """The first ``count`` rows, or all; as float32, and no other is dequantised.

        Raises:
            NotTestableError: the model has no such tensor.
        """
        if name not in self._tensors:
            raise NotTestableError(f"{self.label} has no tensor '{name}'")
        found = self._tensors[name]
        return np.asarray(dequantize(found.data[:count], found.tensor_type), dtype=np.float32)

    def file_digests(self) -> Mapping[str, str]:
        return self._files.digests()

    @cached_property
    def _reader(self) -> GGUFReader:
        return read_gguf(self._files)

    @cached_property
    def _tensors(self) -> Mapping[str, ReaderTensor]:
        return {tensor.name: tensor for tensor in self._reader.tensors}


def read_gguf(files: ModelFiles) -> GGUFReader:
    """The parsed file; its tensors stay on disk until they are read.

    Raises:
        InvalidInputError: it is damaged.
    """
    path = files.weights[0]
    try:
        return GGUFReader(path)
    except (ValueError, KeyError, IndexError, OverflowError, MemoryError) as error:
        raise InvalidInputError(
            field=FIELD,
            problem=f"'{path.name}' is not a sound GGUF file ({error})",
            fix="Download it again",
        ) from error
