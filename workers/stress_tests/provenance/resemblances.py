"""Measures by which two models' weights look alike. None has a null: they rank, and accuse nobody.

Independent models of one shape, or of one corpus, look alike too, by amounts that nobody can state
beforehand: of each measure only the order among many models means something.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import cast

import numpy as np
from scipy.stats import rankdata

from compliance.domain.canonical import Json
from compliance.domain.errors import NotTestableError
from workers.contract import Backend, FilesBackend
from workers.model_contents import WeightsReader
from workers.scoring.assignment import assigned
from workers.stress_tests.provenance.gated_units import (
    LayerTensors,
    NotComparableError,
    gated_layers,
    naming,
    pairings,
    read,
)

MOST_TOKENIZER_BYTES = 64 << 20
TOKENS = 4_096
"""Shared tokens that embedding columns are aligned by."""
UNITS = 512
"""Rows of a matrix that its resemblance is taken from."""
SHAPE_KEYS = ("model_type", "num_hidden_layers", "num_attention_heads", "num_key_value_heads")


def vocabulary(backend: Backend | None) -> Mapping[str, int]:
    """Token to number, of a ``tokenizer.json`` beside the weights; empty where there is none."""
    if not isinstance(backend, FilesBackend):
        return {}
    try:
        found = json.loads(backend.file("tokenizer.json", max_bytes=MOST_TOKENIZER_BYTES))
    except (NotTestableError, ValueError, RecursionError):
        return {}
    model = found.get("model") if isinstance(found, dict) else None
    held = model.get("vocab") if isinstance(model, dict) else None
    if not isinstance(held, dict):
        return {}
    return {token: number for token, number in held.items() if isinstance(number, int)}


def shared_tokens(
    own: tuple[WeightsReader, Mapping[str, int]], other: tuple[WeightsReader, Mapping[str, int]]
) -> list[tuple[int, int]]:
    """Numbers of the tokens that both know; of equal numbers where a vocabulary is unknown."""
    if own[1] and other[1]:
        both = own[1].keys() & other[1].keys()
        return sorted((own[1][token], other[1][token]) for token in both)
    rows = [read(reader, naming(reader).embedding).shape[0] for reader, _ in (own, other)]
    return [(n, n) for n in range(rows[0])] if rows[0] == rows[1] else []


def same_tokens(own: Mapping[str, int], other: Mapping[str, int]) -> float | None:
    """Share of all (token, number) pairs that both vocabularies hold; None if one is unknown."""
    if not own or not other:
        return None
    shared = len(own.items() & other.items())
    return shared / (len(own) + len(other) - shared)


def same_shape(own: WeightsReader, other: WeightsReader) -> float:
    """Share of what both say of their architecture, and of their widths, that is equal."""
    first, second = _shape(own), _shape(other)
    keys = first.keys() & second.keys()
    return sum(first[key] == second[key] for key in keys) / max(len(keys), 1)


def norm_profile(own: WeightsReader, other: WeightsReader) -> float | None:
    """Pearson correlation of the layers' root mean squares, each matrix kind less its mean.

    As the "intrinsic fingerprint" of arXiv 2507.03014, whose 0.9 was met between unrelated models.
    None where the depths differ, or a profile is flat.
    """
    first, second = (_profile(one) for one in (own, other))
    if first.shape != second.shape or not first.any() or not second.any():
        return None
    return float((first * second).sum() / np.sqrt((first**2).sum() * (second**2).sum()))


def spectra(own: WeightsReader, other: WeightsReader) -> float | None:
    """Spearman's correlation of log singular values less what any random matrix of them has.

    Of the first rows of every up matrix; the mean over layers is taken off, so that what is
    compared is how a layer differs from its model's others. None where shapes differ.
    """
    first, second = (_spectrum(one) for one in (own, other))
    if first.shape != second.shape or len(first) < 2:
        return None
    ranks = [rankdata(one - one.mean(axis=0)) for one in (first, second)]
    return float(np.corrcoef(ranks[0].ravel(), ranks[1].ravel())[0, 1])


def aligned_weights(
    own: WeightsReader, other: WeightsReader, tokens: Sequence[tuple[int, int]]
) -> tuple[list[float], str]:
    """Unbiased linear CKA of each layer's up matrix over residual dimensions, and the pairing.

    Dimensions are aligned by linear assignment on shared tokens' embeddings, sign-blind, as AWM
    does (ICLR 2026, arXiv 2510.06738, which takes queries and keys): relabelled residual
    dimensions are undone, rotated ones are not.

    Args:
        tokens: numbers of shared tokens in both.

    Raises:
        NotComparableError: no gated MLP, or no shared tokens.
    """
    if len(tokens) < 2:
        raise NotComparableError(f"{own.label} and {other.label} share no tokens")
    sides = list(zip(*tokens[:TOKENS], strict=True))
    first, second = (
        read(reader, naming(reader).embedding)[list(side)]
        for reader, side in zip((own, other), sides, strict=True)
    )
    rows, columns = assigned(_standard(first), _standard(second), signless=True)
    layers, others = gated_layers(own), gated_layers(other)
    best: tuple[list[float], str] = ([], "")
    for pairing in pairings(len(layers), len(others)):
        found = [
            cka(_up(own, layers[a])[rows], _up(other, others[b])[columns])
            for a, b in pairing.layers
        ]
        if not best[0] or np.mean(found) > np.mean(best[0]):
            best = (found, pairing.name)
    return best


def cka(first: np.ndarray, second: np.ndarray) -> float:
    """Unbiased linear CKA of two representations, shape (samples, features); 0 at chance.

    Source: Nguyen, Raghu, Kornblith, ICLR 2021, arXiv 2010.15327, equation 3. Signs of samples
    would change it, and sign-blind alignment leaves them open: squares of the Gram matrices are
    used, which signs do not reach.
    """
    one, two = (_gram(side) for side in (first, second))
    cross, own, other = _hsic(one, two), _hsic(one, one), _hsic(two, two)
    return cross / np.sqrt(own * other) if own > 0 and other > 0 else 0.0


def _gram(side: np.ndarray) -> np.ndarray:
    whole = np.asarray(side, dtype=np.float32)
    gram = (whole @ whole.T).astype(np.float64) ** 2
    np.fill_diagonal(gram, 0.0)
    return gram / max(float(gram.max()), np.finfo(float).tiny)


def _hsic(one: np.ndarray, two: np.ndarray) -> float:
    """Song and others, JMLR 2012: unbiased, of Gram matrices without their diagonals."""
    n = len(one)
    sums = one.sum() * two.sum() / ((n - 1) * (n - 2))
    rows = 2.0 * float(one.sum(axis=0) @ two.sum(axis=0)) / (n - 2)
    return float(((one * two).sum() + sums - rows) / (n * (n - 3)))


def _shape(reader: WeightsReader) -> dict[str, Json]:
    config = reader.config()
    found = {key: config[key] for key in SHAPE_KEYS if config.get(key) is not None}
    units, width = read(reader, gated_layers(reader)[0].up).shape
    return {**found, "units": units, "width": width}


def _profile(reader: WeightsReader) -> np.ndarray:
    """(layers, 3), log root mean square of gate, up and down, each column less its mean."""
    found = np.array(
        [
            [np.log(np.sqrt(np.mean(np.square(read(reader, name)))) + 1e-12) for name in names]
            for names in ((one.gate, one.up, one.down) for one in gated_layers(reader))
        ]
    )
    return cast(np.ndarray, found - found.mean(axis=0))


def _spectrum(reader: WeightsReader) -> np.ndarray:
    """(layers, values), log singular values of the first rows of each up matrix."""
    found = [
        np.log(np.linalg.svd(_first(reader, one.up), compute_uv=False) + 1e-12)
        for one in gated_layers(reader)
    ]
    return np.array(found)


def _first(reader: WeightsReader, name: str) -> np.ndarray:
    return np.asarray(reader.rows(name, UNITS), dtype=np.float64)


def _up(reader: WeightsReader, layer: LayerTensors) -> np.ndarray:
    """(width, units), so that residual dimensions are the samples."""
    return read(reader, layer.up).T


def _standard(columns: np.ndarray) -> np.ndarray:
    """(width, tokens), each less its mean."""
    return np.asarray((columns - columns.mean(axis=0)).T)
