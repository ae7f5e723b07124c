"""A model in local files, run by transformers in float32 on this machine."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping, Sequence
from functools import cache, cached_property
from importlib.metadata import version
from typing import TYPE_CHECKING

from compliance.domain.canonical import Json
from compliance.domain.errors import NotTestableError
from compliance.domain.specs import Subject
from compliance.domain.vocabulary import Need
from workers.backends.files import ModelFiles, model_files, registered_files
from workers.backends.kept import KeptModels
from workers.contract import Backend
from workers.model_contents import Activations, NextTokens, WeightsReader

if TYPE_CHECKING:
    from workers.scoring.pretrained import Pretrained

_PACKAGES = ("gguf", "numpy", "safetensors", "tokenizers", "torch", "transformers")


class TransformersLocal:
    """Local weights; the model itself is loaded only when it is asked something.

    Args:
        references: other weights by the digests registered for them.
        kept: where loaded models outlive the backend.

    Raises:
        InvalidInputError: nothing there that may be opened.
    """

    def __init__(
        self, subject: Subject, references: Sequence[Subject], *, kept: KeptModels
    ) -> None:
        self.offers = frozenset(
            {Need.LOGLIKELIHOOD, Need.GENERATE, Need.WEIGHTS, Need.HIDDEN_STATES}
        )
        self._subject = subject
        self._references = {one.weights_digest: one for one in references}
        self._files = model_files(subject.location)
        self._kept = kept
        self._tally_before = 0
        self._asked_beside: dict[str, TransformersLocal] = {}

    @property
    def files(self) -> ModelFiles:
        """The model's files, checked."""
        return self._files

    @property
    def loaded(self) -> bool:
        """Whether the model itself was asked something."""
        return "_pretrained" in vars(self)

    @property
    def tokens(self) -> int:
        own = 0
        if self.loaded:
            own = self._pretrained.tally.tokens - self._tally_before
        return own + sum(other.tokens for other in self._asked_beside.values())

    def environment(self) -> Mapping[str, Json]:
        return {
            "files": {**self._digests},
            "weights_digest": self._subject.weights_digest,
            **libraries(),
            **(self.computed() if self.loaded else {}),
        }

    def computed(self) -> Mapping[str, Json]:
        """What the numbers depend on once the model itself was asked."""
        import torch

        from workers.backends.device import device_name

        template = str(self._pretrained.tokenizer.chat_template or "")
        return {
            "dtype": "float32",
            "device": device_name(self._pretrained.model.device),
            "threads": torch.get_num_threads(),
            "chat_template_sha256": hashlib.sha256(template.encode()).hexdigest(),
        }

    def numerics(self) -> Mapping[str, Json]:
        """What the bits of answers depend on: files, libraries, device, threads."""
        return {"files": {**self._digests}, **self.computing()}

    def computing(self) -> Mapping[str, Json]:
        """What the bits depend on beside the files."""
        import torch

        from workers.backends.device import device_chosen, device_name
        from workers.backends.pretrained import use_all_cores

        use_all_cores()
        return {
            "machine": platform.machine(),
            "processor": torch.backends.cpu.get_cpu_capability(),
            "dtype": "float32",
            "device": device_name(device_chosen()),
            "threads": torch.get_num_threads(),
            **_versions(),
        }

    def loglikelihood(self, requests: Sequence[tuple[str, str]]) -> list[float]:
        from workers.scoring.loglikelihood import loglikelihoods

        return loglikelihoods(self._pretrained, requests)

    def generate(self, prompts: Sequence[str], *, max_new_tokens: int) -> list[str]:
        from workers.scoring.generation import answers

        return answers(self._pretrained, prompts, max_new_tokens=max_new_tokens)

    def sample(self, prompts: Sequence[str], *, max_new_tokens: int, seed: int) -> list[str]:
        from workers.scoring.generation import answers

        return answers(self._pretrained, prompts, max_new_tokens=max_new_tokens, seed=seed)

    def mlp_activations(self, texts: Sequence[str], digest: str | None = None) -> Activations:
        from workers.scoring.activations import mlp_activations

        if digest is None:
            return mlp_activations(self._pretrained, texts)
        _, files = self._reference(digest)
        return mlp_activations(self._loaded(files, digest), texts)

    def next_tokens(self, texts: Sequence[str], *, wanted: int) -> NextTokens:
        from workers.scoring.next_tokens import next_tokens

        del wanted
        return next_tokens(self._pretrained, texts)

    def weights(self, digest: str | None = None) -> WeightsReader:
        from workers.backends.weights import open_weights

        if digest is None:
            return open_weights(self._files, label=self._subject.label)
        reference, files = self._reference(digest)
        return open_weights(files, label=reference.label)

    def reference(self, digest: str) -> Backend:
        if digest not in self._asked_beside:
            subject, _ = self._reference(digest)
            self._asked_beside[digest] = TransformersLocal(subject, (), kept=self._kept)
        return self._asked_beside[digest]

    def file_digests(self) -> Mapping[str, str]:
        return self._digests

    def file(self, name: str, *, max_bytes: int) -> bytes:
        return self._files.content(name, max_bytes=max_bytes)

    def _reference(self, digest: str) -> tuple[Subject, ModelFiles]:
        if digest not in self._references:
            raise NotTestableError(f"no reference is registered under the digest {digest}")
        reference = self._references[digest]
        return reference, registered_files(reference)

    @cached_property
    def _digests(self) -> Mapping[str, str]:
        return self._files.digests()

    @cached_property
    def _pretrained(self) -> Pretrained:
        found = self._loaded(self._files, self._subject.weights_digest)
        self._tally_before = found.tally.tokens
        return found

    def _loaded(self, files: ModelFiles, digest: str) -> Pretrained:
        # Imported here: a test that only reads weights never loads the library.
        from workers.backends.pretrained import load_pretrained

        key = (files.fingerprint, digest)
        return self._kept.get(key, parameters_of(files), lambda: load_pretrained(files))


def libraries() -> dict[str, Json]:
    """What the numbers of any local model depend on, whatever its files."""
    return {
        "backend": "transformers_local",
        "python": platform.python_version(),
        "machine": platform.machine(),
        **_versions(),
    }


@cache
def _versions() -> dict[str, Json]:
    """Of the libraries that the numbers depend on; what is installed stays while we run."""
    return {package: version(package) for package in _PACKAGES}


def parameters_of(files: ModelFiles) -> int:
    """How many weights the files hold."""
    if not files.is_gguf:
        return files.parameters
    from workers.backends.weights import read_gguf

    return sum(int(tensor.n_elements) for tensor in read_gguf(files).tensors)
