"""Tiny Llamas that went on with chosen texts mixed into library text, and are asked or answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import torch
from torch import Tensor

from compliance.domain.canonical import Json, digest
from compliance.domain.statistics.binomial import wilson
from compliance.domain.verdicts import Estimate, decision_bound
from compliance.domain.vocabulary import Need
from workers.stress_tests.provenance.read_zoo_validity import (
    ALPHA,
    RATE,
    SEED,
    SHAPE,
    TEXT,
    Plan,
    size_row,
    untouched,
)
from workers.stress_tests.provenance.zoo_kept_validity import kept
from workers.stress_tests.provenance.zoo_validity import (
    HeldBackend,
    HeldWeights,
    Stack,
    Training,
    library_text,
    logits,
    train,
)

MORE_STEPS = 300
"""Of 8 windows of 64 bytes, after those on library text alone."""


def went_on(
    plan: Plan, texts: Sequence[str], shares: Sequence[float], steps: int = MORE_STEPS
) -> Iterator[tuple[float, Stack]]:
    """(share, models) that went on with a text each, in so many of their windows, by share."""
    start, library = untouched(plan), library_text(*TEXT)
    for share in shares:
        recipe: dict[str, Json] = {
            "mixed in": digest([*texts]),
            "share": share,
            "steps": steps,
            "before": plan.steps,
        }

        def make(share: float = share) -> Stack:
            rng = np.random.default_rng([SEED, 2])
            sources = [_bytes(one) for one in texts]

            def draw() -> Tensor:
                return torch.stack([_batch(one, library, share, rng) for one in sources])

            return train(start, draw, SHAPE, Training(steps, RATE, decay=False))

        yield share, kept(recipe, make)


def copies(text: str, share: float, steps: int = MORE_STEPS) -> float:
    """How often the text was read."""
    return share * steps * SHAPE.rows * SHAPE.window / len(text)


def _batch(text: Tensor, library: Tensor, share: float, rng: np.random.Generator) -> Tensor:
    """Windows of the text with chance ``share`` each, else of the library; (rows, window)."""
    chosen = [text if rng.random() < share else library for _ in range(SHAPE.rows)]
    starts = [int(rng.integers(len(one) - SHAPE.window)) for one in chosen]
    return torch.stack(
        [one[at : at + SHAPE.window] for one, at in zip(chosen, starts, strict=True)]
    )


def _bytes(text: str) -> Tensor:
    return torch.tensor(np.frombuffer(text.encode(), dtype=np.uint8).astype(np.int64))


class Answering(HeldBackend):
    """One model of a stack: log-likelihoods of texts of any length, and drawn answers.

    What was asked before is answered from memory.

    Args:
        others: models that may be asked beside it, by what stands for their digests.
    """

    offers = frozenset((Need.LOGLIKELIHOOD, Need.GENERATE))
    tokens = 0

    def __init__(
        self, stack: Stack, index: int, others: Mapping[str, Answering] | None = None
    ) -> None:
        super().__init__(HeldWeights("zoo", {}, {}), {}, self.offers)
        self._own = {name: tensor[index] for name, tensor in stack.items()}
        self._others = others or {}
        self._likely: dict[tuple[str, str], float] = {}
        self._answers: dict[str, str] = {}

    def reference(self, digest: str) -> Answering:
        return self._others[digest]

    def loglikelihood(self, requests: Sequence[tuple[str, str]]) -> list[float]:
        new = [one for one in dict.fromkeys(requests) if one not in self._likely]
        self._likely |= dict(zip(new, self._read(new), strict=True)) if new else {}
        return [self._likely[one] for one in requests]

    def sample(self, prompts: Sequence[str], *, max_new_tokens: int, seed: int) -> list[str]:
        """Answers to prompts of bytes, all of one length; a prompt keeps its first answer."""
        new = [one for one in dict.fromkeys(prompts) if one not in self._answers]
        written = self._written(new, max_new_tokens, seed) if new else []
        self._answers |= dict(zip(new, written, strict=True))
        return [self._answers[one] for one in prompts]

    def _read(self, requests: Sequence[tuple[str, str]]) -> list[float]:
        whole = [(context + more).encode() for context, more in requests]
        width = max(map(len, whole))
        # What stands behind a text does not reach it: attention looks back only.
        rows = [np.frombuffer(one.ljust(width, b"\0"), dtype=np.uint8) for one in whole]
        tokens = torch.tensor(np.stack(rows).astype(np.int64))
        with torch.no_grad():
            known = _ANSWER(self._own, tokens)[:, :-1].log_softmax(dim=-1)
        each = known.gather(2, tokens[:, 1:, None])[:, :, 0].double().numpy()
        return [
            float(row[len(context.encode()) - 1 : len(text) - 1].sum())
            for row, text, (context, _) in zip(each, whole, requests, strict=True)
        ]

    def _written(self, prompts: Sequence[str], most: int, seed: int) -> list[str]:
        rows = np.stack([np.frombuffer(one.encode(), dtype=np.uint8) for one in prompts])
        tokens = torch.tensor(rows.astype(np.int64))
        given, rng = tokens.shape[1], torch.Generator().manual_seed(seed)
        with torch.no_grad():
            for _ in range(min(most, SHAPE.window - given)):
                likely = _ANSWER(self._own, tokens)[:, -1].softmax(dim=-1)
                tokens = torch.cat([tokens, likely.multinomial(1, generator=rng)], dim=1)
        return [bytes(row).decode("ascii", "replace").strip() for row in tokens[:, given:].tolist()]


_ANSWER = logits(SHAPE)


def claims_row(case: str, found: Sequence[Estimate]) -> dict[str, Json]:
    """False accusations, as ``size_row`` counts them, and the mean of what was estimated."""
    row = size_row(case, found)
    row["mean"] = row.pop("mean_rank")
    return row


def share_row(share: float, times: float, found: Sequence[Estimate]) -> dict[str, Json]:
    """What was found of models that learnt from so large a share."""
    hits = sum(one.log10_e_violating >= decision_bound(ALPHA) for one in found)
    lower, upper = wilson(hits, len(found))
    return {
        "case": f"{share:.0%} of what was read",
        "share": share,
        "copies_read": round(times, 1),
        "models": len(found),
        "found": hits,
        "lower": round(lower, 4),
        "upper": round(upper, 4),
        "mean": round(float(np.mean([one.value for one in found])), 4),
        "median_log10_e": round(float(np.median([one.log10_e_violating for one in found])), 2),
    }
