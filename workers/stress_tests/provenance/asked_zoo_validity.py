"""What models of the zoo say next after some prompts, and how close that is to an accused one's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import torch

from workers.scoring.images import Image
from workers.stress_tests.provenance.evasions_validity import Tensors
from workers.stress_tests.provenance.zoo_arms_validity import SHAPE
from workers.stress_tests.provenance.zoo_validity import library_text, logits

UNREAD = ("ctypes", "collections", "zoneinfo", "tomllib")
"""Library text that no model of the zoo was trained on."""
WHOLE = 32
"""Prompts, the first of all, after which all log-probabilities are kept: as many as the stress test
asks by default."""
Closeness: TypeAlias = "Callable[[Asked, Asked], np.ndarray]"
"""From suspects and accused to values in [0, 1], shape (suspects, accused)."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Answers of some models.

    Attributes:
        tokens: the likeliest next bytes, uint8 of shape (models, prompts).
        log_probabilities: float32 of shape (models, WHOLE, 256).
        heads: output layers, float32 of shape (models, 256, width).
    """

    tokens: np.ndarray
    log_probabilities: np.ndarray
    heads: np.ndarray


def ask(models: Sequence[Tensors], prompts: int) -> Asked:
    """Every model by itself, for the byte that follows each of so many windows."""
    answer, windows = logits(SHAPE), _windows(prompts)
    tokens, told = [], []
    with torch.inference_mode():
        for one in models:
            given = {name: torch.tensor(tensor) for name, tensor in one.items()}
            last = answer(given, windows)[:, -1]
            tokens.append(last.argmax(dim=-1).numpy().astype(np.uint8))
            told.append(last[:WHOLE].log_softmax(dim=-1).numpy())
    heads = np.stack([one["lm_head.weight"] for one in models])
    return Asked(np.stack(tokens), np.stack(told), heads)


def agreement(suspects: Asked, accused: Asked) -> np.ndarray:
    """As ``next_token_agreement`` measures it."""
    columns = [(suspects.tokens == one).mean(axis=1) for one in accused.tokens]
    return np.stack(columns, axis=1)


def nearness(suspects: Asked, accused: Asked) -> np.ndarray:
    """As ``output_image`` measures it."""
    models, prompts, tokens = suspects.log_probabilities.shape
    rows = suspects.log_probabilities.reshape(-1, tokens)
    columns = [
        1.0 - Image(head).residuals(rows).reshape(models, prompts).mean(axis=1)
        for head in accused.heads
    ]
    return np.stack(columns, axis=1)


def _windows(prompts: int) -> torch.Tensor:
    """Evenly over the unread text, shape (prompts, window)."""
    text = library_text(*UNREAD)
    starts = np.linspace(0, len(text) - SHAPE.window, prompts).astype(np.int64)
    return torch.stack([text[start : start + SHAPE.window] for start in starts.tolist()])
