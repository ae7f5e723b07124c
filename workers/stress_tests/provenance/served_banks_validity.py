"""What tiny models of the zoo answer, kept as banks that simulated looks draw from.

Every model answers every prompt with the same random numbers, so that two banks differ where the
models do and not by the luck of the draw.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from workers.stress_tests.provenance import children_validity as trained
from workers.stress_tests.provenance import derivations_validity as derivations
from workers.stress_tests.provenance import zoo_arms_validity as zoo
from workers.stress_tests.provenance.zoo_arms_validity import SHAPE, part
from workers.stress_tests.provenance.zoo_validity import Stack, library_text, logits, member

PROMPTS, PROMPT_BYTES, ANSWER_BYTES = 24, 12, 12
PREFIX_BYTES = 6
"""Of a system prompt; with it, prompt and answer fill the models' window."""
NOISE = 2.0**-6
"""Relative noise of every weight at one standard deviation: four times bfloat16's rounding."""
NOISES = (-2, -1, 0, 1, 2)


@dataclass(frozen=True, slots=True)
class Bank:
    """What one model answers.

    Attributes:
        answers: bytes, shape (prompts, draws, ANSWER_BYTES).
        log_probabilities: of each prompt's next byte in the text it is from, shape (prompts,).
        likelihoods: of each answer under the registered model, nats a byte, shape (prompts, draws).
    """

    answers: np.ndarray
    log_probabilities: np.ndarray
    likelihoods: np.ndarray


@dataclass(frozen=True, slots=True)
class Banks:
    """The registered model under noise of every size, and what may be served in its place."""

    noisy: dict[int, Bank]
    changed: dict[str, Bank]


def banks(steps: int, draws: int, seeds: int) -> Banks:
    """Banks of ``draws`` answers a prompt, from a zoo of ``seeds`` models of ``steps`` steps."""
    stack = zoo.seeds(zoo.arms(steps)[0], seeds)
    own, other = part(stack, slice(0, 1)), part(stack, slice(1, 2))
    asker = _Asker(own, draws)
    noisy = {level: asker.bank(_noisy(own, level)) for level in NOISES}
    return Banks(noisy, asker.changes(own, other))


@dataclass(frozen=True, slots=True)
class _Asker:
    """Asks models the prompts with the same random numbers."""

    registered: Stack
    draws: int

    def changes(self, own: Stack, other: Stack) -> dict[str, Bank]:
        tuned = dict(trained.fine_tuned(own, (10, 100), 1e-3))
        mixed = self.bank(other)
        return {
            "another seed of the same recipe": mixed,
            "fine-tune, 10 steps": self.bank(tuned[10]),
            "fine-tune, 100 steps": self.bank(tuned[100]),
            "8-bit blocks": self.bank(_quantized(own, 127)),
            "4-bit blocks": self.bank(_quantized(own, 7)),
            "2-bit blocks": self.bank(_quantized(own, 1)),
            "temperature 0.7": self.bank(own, temperature=0.7),
            "a system prompt": self.bank(own, prefix=True),
            "another seed for one answer in five": _blended(self.bank(own), mixed, 0.2),
        }

    def bank(self, stack: Stack, *, temperature: float = 1.0, prefix: bool = False) -> Bank:
        contexts, following = _contexts(prefix=prefix)
        chances = _reader(stack)
        coins = np.random.default_rng(0).random((PROMPTS * self.draws, ANSWER_BYTES))
        tokens = contexts.repeat_interleave(self.draws, dim=0)
        for place in range(ANSWER_BYTES):
            sharpened = (chances(tokens)[:, -1] / temperature).softmax(dim=-1).cumsum(dim=-1)
            coin = torch.tensor(coins[:, place, None], dtype=sharpened.dtype)
            drawn = (sharpened < coin).sum(dim=-1, keepdim=True).clamp(max=255)
            tokens = torch.cat([tokens, drawn], dim=1)
        answers = tokens[:, -ANSWER_BYTES:]
        known = chances(contexts)[:, -1].log_softmax(dim=-1)
        return Bank(
            answers.reshape(PROMPTS, self.draws, ANSWER_BYTES).numpy().astype(np.int32),
            known.gather(1, following[:, None])[:, 0].double().numpy(),
            self._likelihoods(answers),
        )

    def _likelihoods(self, answers: Tensor) -> np.ndarray:
        """Of answers to the prompts without a prefix, under the registered model."""
        contexts, _ = _contexts(prefix=False)
        tokens = torch.cat([contexts.repeat_interleave(self.draws, dim=0), answers], dim=1)
        known = _reader(self.registered)(tokens)[:, PROMPT_BYTES - 1 : -1].log_softmax(dim=-1)
        each = known.gather(2, answers[:, :, None])[:, :, 0].mean(dim=1)
        return each.reshape(PROMPTS, self.draws).double().numpy()


def _contexts(*, prefix: bool) -> tuple[Tensor, Tensor]:
    """Prompts from a text that no model was trained on, and the byte after each."""
    text = library_text("ctypes", "dbm")
    starts = torch.linspace(1000, len(text) - 1000, PROMPTS).long()
    span = torch.arange(-PREFIX_BYTES if prefix else 0, PROMPT_BYTES)
    contexts = text[starts[:, None] + span]
    if prefix:
        contexts[:, :PREFIX_BYTES] = torch.tensor(list(b"# Be: "))
    return contexts, text[starts + PROMPT_BYTES]


def _reader(stack: Stack) -> Callable[[Tensor], Tensor]:
    """From tokens (rows, length) to logits (rows, length, 256), a thousand rows at a time."""
    answer = logits(SHAPE)
    parameters = {name: tensor[0] for name, tensor in stack.items()}

    def read(tokens: Tensor) -> Tensor:
        with torch.no_grad():
            return torch.cat([answer(parameters, rows) for rows in torch.split(tokens, 1024)])

    return read


def _noisy(stack: Stack, level: int) -> Stack:
    """Every weight off by ``level`` standard deviations of its own fixed noise."""
    generator = torch.Generator().manual_seed(0)
    return {
        name: tensor * (1.0 + NOISE * level * torch.randn(tensor.shape, generator=generator))
        for name, tensor in stack.items()
    }


def _quantized(stack: Stack, levels: int) -> Stack:
    found = derivations.quantize_in_blocks(member(stack, 0), levels=levels)
    return {name: torch.tensor(one)[None] for name, one in found.items()}


def _blended(own: Bank, other: Bank, share: float) -> Bank:
    """One answer in so many from the other model; log-probabilities are the first one's."""
    replaced = np.arange(own.answers.shape[1]) < share * own.answers.shape[1]
    return Bank(
        np.where(replaced[None, :, None], other.answers, own.answers),
        own.log_probabilities,
        np.where(replaced[None], other.likelihoods, own.likelihoods),
    )
