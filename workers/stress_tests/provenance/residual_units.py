"""Units outside the MLPs: embedding columns, and the value rows inside attention heads.

Both are symmetries of the function, as the hidden units are: the dimensions of the residual stream
may be reordered and, as RMS norms see squares alone, flipped in sign, in all matrices that read or
write them at once; so may the dimensions inside a value head, in the value rows and the columns of
the output projection that read them. With rotary positions query and key rows have no such freedom
and are left alone.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from workers.model_contents import WeightsReader
from workers.scoring.matching import HiddenUnits, Matching, match_units, signed_units
from workers.stress_tests.provenance.gated_units import NotComparableError, Pairing, naming, read

MAX_TOKENS = 8192
"""Rows of the embedding that are read at most, evenly spread: columns of so many are told apart."""


def match_embedding_columns(subject: WeightsReader, reference: WeightsReader) -> Matching:
    """Match the dimensions of the residual stream by the tokens' embeddings.

    Only the tokens that both vocabularies have by number are read; with different tokenizers the
    level holds and there is nothing to find. Where either model ties its output matrix to the
    embedding, the output matrices are left out.

    Raises:
        NotComparableError: an embedding is missing or unsound, or the widths differ.
    """
    both = (subject, reference)
    untied = all(naming(one).head in one.names() for one in both)
    places = ("embedding", "head") if untied else ("embedding",)
    found = [[read(one, getattr(naming(one), place)) for place in places] for one in both]
    if found[0][0].shape[1] != found[1][0].shape[1]:
        raise NotComparableError(_widths(subject, reference, found[0][0], found[1][0]))
    tokens = min(len(one) for matrices in found for one in matrices)
    rows = np.unique(np.linspace(0, tokens - 1, min(tokens, MAX_TOKENS)).astype(int))
    first, second = (signed_units(*(one[rows].T for one in matrices)) for matrices in found)
    return match_units(first, second)


def match_value_rows(
    subject: WeightsReader, reference: WeightsReader, pairing: Pairing
) -> list[Matching]:
    """Match the value dimensions inside every value head, layers paired as given.

    A head of the subject is set against the head of the same number; with grouped queries the
    output columns of every query head that shares the value head count.

    Raises:
        NotComparableError: a tensor is missing or unsound, the config says nothing of heads, or
            width, heads or their size differ.
    """
    found = []
    for first, second in pairing.layers:
        own, others = value_heads(subject, first), value_heads(reference, second)
        if (len(own), own[0].signed.shape) != (len(others), others[0].signed.shape):
            raise NotComparableError(
                f"{subject.label} has {_heads(own)} and {reference.label} has {_heads(others)}"
            )
        found += [match_units(one, other) for one, other in zip(own, others, strict=True)]
    return found


def value_heads(reader: WeightsReader, layer: int) -> list[HiddenUnits]:
    """The value dimensions of one layer, one entry a value head.

    Raises:
        NotComparableError: as ``match_value_rows``.
    """
    names = naming(reader)
    value, output = (read(reader, names.layer.format(layer=layer) + one) for one in names.attention)
    queries = _declared(reader, "num_attention_heads")
    grouped = "num_key_value_heads" in reader.config()
    groups = _declared(reader, "num_key_value_heads") if grouped else queries
    size = output.shape[-1] // queries
    declared = ((groups * size, output.shape[0]), (output.shape[0], queries * size))
    if (value.shape, output.shape) != declared or queries % groups:
        raise NotComparableError(f"{reader.label} has attention of a shape its config does not say")
    rows = value.reshape(groups, size, -1)
    columns = output.reshape(len(output), groups, queries // groups, size)
    return [
        signed_units(rows[head], *(columns[:, head, query].T for query in range(queries // groups)))
        for head in range(groups)
    ]


def _declared(reader: WeightsReader, key: str) -> int:
    value = reader.config().get(key)
    if not isinstance(value, int) or value < 1:
        raise NotComparableError(f"the config of {reader.label} does not say {key}")
    return value


def _heads(heads: Sequence[HiddenUnits]) -> str:
    size, numbers = heads[0].signed.shape
    return f"{len(heads)} value heads of {size} dimensions with {numbers} weights each"


def _widths(
    subject: WeightsReader, reference: WeightsReader, own: np.ndarray, other: np.ndarray
) -> str:
    return (
        f"{subject.label} has width {own.shape[1]} and {reference.label} has width {other.shape[1]}"
    )
