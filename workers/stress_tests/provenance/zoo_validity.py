"""A zoo of tiny Llama models trained here on the CPU, to measure provenance tests on.

Real architectures (Llama and Mixtral of ``transformers``), byte vocabulary, text from Python's own
standard library. Models of one shape are trained side by side (``torch.func.vmap``): AdamW is
element-wise and nothing else couples them, so each is what it would have been alone.
"""

from __future__ import annotations

import math
import sysconfig
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.func import functional_call, grad, stack_module_state, vmap
from transformers import (
    LlamaConfig,
    LlamaForCausalLM,
    MixtralConfig,
    MixtralForCausalLM,
    PreTrainedModel,
)

from compliance.domain.canonical import Json
from compliance.domain.errors import NotTestableError
from compliance.domain.vocabulary import Need
from workers.model_contents import WeightsReader
from workers.stress_tests.provenance.muon_validity import StackedMuon

Stack = dict[str, Tensor]
"""Parameters of K models of one shape by tensor name, each of shape (K, ...)."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Architecture and batch of a zoo; ``rows`` windows of ``window`` bytes make one step."""

    width: int = 32
    hidden: int = 64
    layers: int = 2
    heads: int = 2
    key_value_heads: int = 0
    """Fewer than heads for grouped-query attention; 0 for as many."""
    tied: bool = False
    dropout: float = 0.0
    """Of attention, the one place where this architecture has it."""
    rows: int = 8
    window: int = 32

    experts: int = 0
    """MLPs of each layer, of which a token meets two (Mixtral); 0 for the one of Llama."""

    def network(self) -> PreTrainedModel:
        settings: dict[str, Any] = {
            "vocab_size": 256,
            "hidden_size": self.width,
            "intermediate_size": self.hidden,
            "num_hidden_layers": self.layers,
            "num_attention_heads": self.heads,
            "num_key_value_heads": self.key_value_heads or self.heads,
            "attention_dropout": self.dropout,
            "max_position_embeddings": self.window,
            "tie_word_embeddings": self.tied,
            "use_cache": False,
            "attn_implementation": "eager",
        }
        if not self.experts:
            return LlamaForCausalLM(LlamaConfig(**settings))
        # Without branches on data, which vmap cannot follow.
        settings |= {"num_local_experts": self.experts, "experts_implementation": "batched_mm"}
        return MixtralForCausalLM(MixtralConfig(num_experts_per_tok=2, **settings))


def library_text(*parts: str) -> Tensor:
    """Bytes of the standard library's Python files under ``parts``, sorted by path; int64."""
    root = Path(sysconfig.get_paths()["stdlib"])
    files = [one for part in parts for one in sorted((root / part).rglob("*.py"))]
    files += [root / part for part in parts if part.endswith(".py")]
    content = b"\n".join(file.read_bytes() for file in files)
    if len(content) < 10_000:
        raise NotTestableError(f"the standard library holds no text under {', '.join(parts)}")
    return torch.tensor(np.frombuffer(content, dtype=np.uint8).astype(np.int64))


def initial(seeds: Sequence[int], shape: Shape) -> Stack:
    """Freshly initialised models, one per seed; the global random state is left as it was."""
    models = []
    for seed in seeds:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            models.append(shape.network())
    parameters, _ = stack_module_state(models)
    return {name: tensor.detach().clone() for name, tensor in parameters.items()}


def batches(text: Tensor, orders: Sequence[int], shape: Shape) -> Callable[[], Tensor]:
    """Endless batches (K, rows, window); model k sees ``text`` in the order seeded ``orders[k]``.

    Equal seeds see equal batches.
    """
    generators = {seed: torch.Generator().manual_seed(seed) for seed in set(orders)}
    span = torch.arange(shape.window)

    def draw() -> Tensor:
        drawn = {
            seed: text[
                torch.randint(len(text) - shape.window, (shape.rows, 1), generator=one) + span
            ]
            for seed, one in generators.items()
        }
        return torch.stack([drawn[seed] for seed in orders])

    return draw


@dataclass(frozen=True, slots=True)
class Training:
    """How a stack is trained.

    Attributes:
        rate: peak learning rate; cosine decay to a tenth when ``decay``, else constant.
        optimizer: ``adamw`` (weight decay 0.01), ``sgd`` (momentum 0.9), or ``muon`` for the
            matrices of the blocks, with ``adamw`` for what is left.
        after: what is done to (parameters before, after) of every step, in place of nothing.
    """

    steps: int
    rate: float
    decay: bool = True
    optimizer: str = "adamw"
    after: Callable[[Stack, Stack], Stack] | None = None


Loss = Callable[[Stack, Stack, Tensor], Tensor]
"""Of one model: (trained parameters, fixed tensors of its own, tokens) to a scalar."""


def train(
    stack: Stack,
    draw: Callable[[], Tensor],
    shape: Shape,
    how: Training,
    *,
    loss: Loss | None = None,
    fixed: Stack | None = None,
) -> Stack:
    """The stack after training; ``stack`` itself is left as it was.

    Args:
        loss: next-byte loss unless given.
        fixed: tensors of shape (K, ...) that the loss reads and training leaves alone.
    """
    held = {name: tensor.clone().requires_grad_() for name, tensor in stack.items()}
    optimizer = _optimizer(held, how)
    # Dropout, where there is any, is drawn for each model by itself.
    gradient = vmap(grad(loss or next_byte(shape)), in_dims=(0, 0, 0), randomness="different")
    for step in range(how.steps):
        cosine = 0.55 + 0.45 * math.cos(math.pi * step / how.steps)
        for group in optimizer.param_groups:
            group["lr"] = how.rate * (cosine if how.decay else 1.0)
        before = {name: one.detach().clone() for name, one in held.items()}
        gradients = gradient(before, fixed or {}, draw())
        for name, parameter in held.items():
            parameter.grad = gradients[name]
        optimizer.step()
        if how.after is not None:
            with torch.no_grad():
                for name, tensor in how.after(before, held).items():
                    held[name].copy_(tensor)
    return {name: tensor.detach() for name, tensor in held.items()}


def _optimizer(held: Stack, how: Training) -> torch.optim.Optimizer | StackedMuon:
    if how.optimizer == "muon":
        return StackedMuon(held, how.rate)
    if how.optimizer == "sgd":
        return torch.optim.SGD(held.values(), lr=how.rate, momentum=0.9)
    return torch.optim.AdamW(held.values(), lr=how.rate, weight_decay=0.01)


def losses(stack: Stack, draw: Callable[[], Tensor], shape: Shape, *, steps: int = 8) -> Tensor:
    """Mean loss of each model in nats per byte over ``steps`` batches; shape (K,)."""
    loss = vmap(next_byte(shape), in_dims=(0, 0, 0), randomness="different")
    with torch.no_grad():
        return torch.stack([loss(stack, {}, draw()) for _ in range(steps)]).mean(dim=0)


def next_byte(shape: Shape) -> Loss:
    """Cross-entropy of the next byte, in nats."""
    answer = logits(shape)

    def loss(parameters: Stack, _: Stack, tokens: Tensor) -> Tensor:
        scores = answer(parameters, tokens)[:, :-1].flatten(0, 1)
        return torch.nn.functional.cross_entropy(scores, tokens[:, 1:].flatten())

    return loss


def logits(shape: Shape) -> Callable[[Stack, Tensor], Tensor]:
    """From (parameters, tokens (rows, window)) to logits (rows, window, 256) of one model."""
    model = shape.network()
    buffers = dict(model.named_buffers())

    def answer(parameters: Stack, tokens: Tensor) -> Tensor:
        out: Tensor = functional_call(
            model, (parameters, buffers), kwargs={"input_ids": tokens}
        ).logits
        return out

    return answer


def member(stack: Stack, index: int) -> dict[str, np.ndarray]:
    """One model's tensors by name, float32."""
    return {name: tensor[index].numpy() for name, tensor in stack.items()}


@dataclass(slots=True)
class HeldWeights:
    """Tensors in memory behind the ``WeightsReader`` contract."""

    label: str
    tensors: Mapping[str, np.ndarray]
    settings: Mapping[str, Json]

    def config(self) -> Mapping[str, Json]:
        return self.settings

    def names(self) -> Sequence[str]:
        return sorted(self.tensors)

    def tensor(self, name: str) -> np.ndarray:
        return np.asarray(self.tensors[name], dtype=np.float32)

    def rows(self, name: str, count: int) -> np.ndarray:
        return self.tensor(name)[:count]

    def file_digests(self) -> Mapping[str, str]:
        return {}


@dataclass(slots=True)
class HeldBackend:
    """A backend that offers weights in memory and nothing else."""

    subject: HeldWeights
    references: Mapping[str, HeldWeights]
    offers: frozenset[Need] = frozenset((Need.WEIGHTS,))

    def environment(self) -> Mapping[str, Json]:
        return {"torch": torch.__version__, "numpy": np.__version__}

    def loglikelihood(self, requests: Sequence[tuple[str, str]]) -> list[float]:
        raise NotTestableError("weights in memory answer no requests")

    def generate(self, prompts: Sequence[str], *, max_new_tokens: int) -> list[str]:
        raise NotTestableError("weights in memory answer no requests")

    def weights(self, digest: str | None = None) -> WeightsReader:
        if digest is not None and digest not in self.references:
            raise NotTestableError(f"no weights are held under {digest}")
        return self.subject if digest is None else self.references[digest]
