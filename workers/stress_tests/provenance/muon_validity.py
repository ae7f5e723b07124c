"""Muon for stacks of models: every matrix of the blocks is orthogonalised by itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor
from torch.optim import AdamW, Muon

WEIGHT_DECAY = 0.01


class StackedMuon:
    """``torch.optim.Muon`` on each model's matrices; AdamW on all else, as is usual.

    Muon's step is as large as AdamW's would be (``match_rms_adamw``), so both take one rate.
    """

    def __init__(self, held: Mapping[str, Tensor], rate: float) -> None:
        self._blocks = [one for name, one in held.items() if "proj" in name]
        # A view of a detached tensor is a parameter of its own, and shares the stack's memory.
        self._matrices = [list(one.detach().unbind()) for one in self._blocks]
        self._muon = Muon(
            [matrix for one in self._matrices for matrix in one],
            lr=rate,
            weight_decay=WEIGHT_DECAY,
            adjust_lr_fn="match_rms_adamw",
        )
        rest = [one for name, one in held.items() if "proj" not in name]
        self._rest = AdamW(rest, lr=rate, weight_decay=WEIGHT_DECAY)

    @property
    def param_groups(self) -> list[dict[str, Any]]:
        return [*self._muon.param_groups, *self._rest.param_groups]

    def step(self) -> None:
        """One step of both, by the gradients that the stacks hold."""
        for stack, matrices in zip(self._blocks, self._matrices, strict=True):
            gradients = stack.grad
            for k, matrix in enumerate(matrices):
                matrix.grad = None if gradients is None else gradients[k]
        self._muon.step()  # type: ignore[no-untyped-call]
        self._rest.step()
