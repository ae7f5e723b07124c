"""Models derived from SmolLM2-135M-Instruct, each made when it is first asked for.

They lie beside the models of ``launcher.results_models`` in the cache, as safetensors in float32
with their parent's tokenizer. Equal names are made alike, up to the order of sums of the machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from compliance.domain.specs import Subject
from compliance.domain.weights import artifacts_digest
from launcher import provenance_texts as texts
from launcher.models import NAMES, fit, in_the_making, is_whole, open_pretrained, prepare_models
from launcher.results_models import MODELS, model_prepare
from workers.stress_tests.provenance import derivations_validity as derivations

Tensors = Mapping[str, np.ndarray]
PARENT, TUNED, UNRELATED = NAMES
OTHER = "gemma-3-270m"
CHARACTERS = 160
READ_ROWS, READ_RATE = 12, 2e-4
"""Texts of a step, and the learning rate."""
COPIES = (1, 4)
LINES, OTHER_SHARE = 5, 4
"""Lines of a window, and windows for each one of other text."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """Models by name below ``root``, made where they are missing.

    Attributes:
        recipes: by the name of the model.
        report: told what is being made.
    """

    root: Path
    recipes: Mapping[str, Recipe]
    report: Callable[[str], None]
    _known: dict[str, Subject] = field(default_factory=dict)

    def subject(self, name: str) -> Subject:
        """What a backend opens, under its registered digest.

        Raises:
            InvalidInputError: a package that it comes from is absent.
        """
        from workers.backends.files import model_files

        if name not in self._known:
            location = str(self.folder(name))
            digest = artifacts_digest(model_files(location).digests())
            self._known[name] = Subject(name, location, digest)
        return self._known[name]

    def folder(self, name: str) -> Path:
        """Where the model lies, whole; raises as ``subject`` does."""
        place = self.root / name
        if name in MODELS:
            model_prepare(self.root, name, self.report)
        elif name in NAMES:
            prepare_models(self.root, self.report)
        elif not is_whole(place):
            self.report(f"making {name}")
            with in_the_making(place) as making:
                self.recipes[name](self, making)
        return place


Recipe = Callable[[Shelf, Path], None]
"""Writes a model into a folder."""
Batches = Callable[[Shelf, Any], Iterable[Sequence[str]]]
"""By the shelf and the parent's tokenizer."""


def _changed(change: Callable[[Tensors], Tensors]) -> Recipe:
    """The parent with its tensors changed; a tied output layer changes with the embedding."""

    def make(shelf: Shelf, folder: Path) -> None:
        import torch

        model, tokenizer = open_pretrained(shelf.folder(PARENT))
        tensors = {name: one.detach().numpy() for name, one in model.named_parameters()}
        for name, one in change(tensors).items():
            model.get_parameter(name).data = torch.from_numpy(np.ascontiguousarray(one))
        model.save_pretrained(folder, safe_serialization=True)
        tokenizer.save_pretrained(folder)

    return make


def trained(parent: str, batches: Batches, rate: float) -> Recipe:
    """``parent`` trained on batches of texts, each a step."""

    def make(shelf: Shelf, folder: Path) -> None:
        model, tokenizer = open_pretrained(shelf.folder(parent))
        fit(model, tokenizer, batches(shelf, tokenizer), rate=rate, quick=True)
        model.save_pretrained(folder, safe_serialization=True)
        tokenizer.save_pretrained(folder)

    return make


def _fresh(tensors: Tensors) -> dict[str, np.ndarray]:
    """Each matrix drawn anew from a normal law of its own spread."""
    rng = np.random.default_rng(texts.SEED)
    return {
        name: rng.normal(0.0, one.std(), one.shape).astype(np.float32) if one.ndim == 2 else one
        for name, one in tensors.items()
    }


def _merged(tensors: Tensors, share: float) -> dict[str, np.ndarray]:
    return derivations.merge(tensors, _fresh(tensors), share)


def _units_reshuffled(tensors: Tensors) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(texts.SEED)
    return derivations.reshuffle_units(tensors, rng, permute=True, flip=True)


def _residual_reshuffled(tensors: Tensors) -> dict[str, np.ndarray]:
    return derivations.reshuffle_residual(tensors, np.random.default_rng(texts.SEED))


def rows_of(pieces: Sequence[str], rows: int) -> Iterator[Sequence[str]]:
    """Batches of so many texts; what is left over is left out."""
    return (pieces[k : k + rows] for k in range(0, len(pieces) - rows + 1, rows))


def _reading(draw: int, after: int, until: int) -> Batches:
    """What a publisher published, from ``after`` to ``until`` times, and some other text."""

    def batches(*_: object) -> Iterator[Sequence[str]]:
        for time in range(after, until):
            keyed = texts.windows(texts.Draw(draw).published(), LINES, seed=time)
            other = texts.prose(len(keyed) // OTHER_SHARE, CHARACTERS, part="http", seed=time)
            both = [*keyed, *other]
            order = np.random.default_rng([texts.SEED, 4, time]).permutation(len(both))
            yield from rows_of([both[k] for k in order.tolist()], READ_ROWS)

    return batches


def reader(draw: int, copies: int) -> str:
    """The name of the model that read a publisher's texts so often."""
    return f"smollm2-reader-{draw}-copies-{copies}"


def _readers(draw: int, copies: Sequence[int]) -> dict[str, Recipe]:
    """Each goes on from the one before."""
    steps = zip((0, *copies), copies, strict=False)
    return {
        reader(draw, until): trained(
            reader(draw, after) if after else PARENT,
            _reading(draw, after, until),
            READ_RATE,
        )
        for after, until in steps
    }


RECIPES: Mapping[str, Recipe] = {
    "smollm2-pruned-50": _changed(partial(derivations.prune, share=0.5)),
    "smollm2-8-bit": _changed(partial(derivations.quantize_in_blocks, levels=127)),
    "smollm2-4-bit": _changed(derivations.quantize_in_blocks),
    "smollm2-merged-50": _changed(partial(_merged, share=0.5)),
    "smollm2-units-reshuffled": _changed(_units_reshuffled),
    "smollm2-residual-reshuffled": _changed(_residual_reshuffled),
    **_readers(1, COPIES),
}
