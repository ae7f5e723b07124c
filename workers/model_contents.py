"""What can be read of a model's inside: its weights, and what its hidden units do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

from compliance.domain.canonical import Json


class WeightsReader(Protocol):
    """Named tensors read lazily, one at a time."""

    label: str

    def config(self) -> Mapping[str, Json]:
        """The filtered ``config.json``."""

    def names(self) -> Sequence[str]:
        """Every tensor name, sorted."""

    def tensor(self, name: str) -> np.ndarray:
        """The tensor as float32, shape as stored."""

    def rows(self, name: str, count: int) -> np.ndarray:
        """The first ``count`` rows of a matrix; others are not read where that is possible."""

    def file_digests(self) -> Mapping[str, str]:
        """File name to lowercase hex SHA-256 of the bytes as they lie there now."""


@dataclass(frozen=True, slots=True)
class Activations:
    """What a model's hidden units do at every token of some texts.

    Attributes:
        ends: (number of the text, characters of it read so far) of each token; 0 characters for
            tokens that stand for no text.
        layers: (gate, up) of each gated MLP, float32 of shape (tokens, hidden units): both
            projections before the activation function.
    """

    ends: tuple[tuple[int, int], ...]
    layers: tuple[tuple[np.ndarray, np.ndarray], ...]


@runtime_checkable
class ActivationsSource(Protocol):
    """A backend that can look into a model while it reads."""

    def mlp_activations(self, texts: Sequence[str], digest: str | None = None) -> Activations:
        """Of the subject, or of the reference registered under ``digest``.

        Raises:
            NotTestableError, InvalidInputError: the model cannot be looked into.
        """


@dataclass(frozen=True, slots=True)
class NextTokens:
    """How likely each token of a model's vocabulary is to come next, after each of some texts.

    Attributes:
        vocabulary: the text of each token by its number, empty where a number stands for none;
            nothing at all where an endpoint tells numbers alone.
        log_probabilities: in nats, float32 of shape (texts, tokens).
    """

    vocabulary: tuple[str, ...]
    log_probabilities: np.ndarray


@runtime_checkable
class NextTokensSource(Protocol):
    """A backend that tells the log-probabilities of all tokens, not of the likeliest alone."""

    def next_tokens(self, texts: Sequence[str], *, wanted: int) -> NextTokens:
        """After each text as it is, without a chat template; of no texts, the vocabulary alone.

        Args:
            wanted: tokens whose log-probabilities an endpoint is asked for; weights tell all.

        Raises:
            NotTestableError: not all of them are told, or they are no finite numbers.
        """
