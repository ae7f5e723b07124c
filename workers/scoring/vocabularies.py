"""Which tokens two models have in common, by their numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from compliance.domain.errors import NotTestableError

COMMON = 0.9
"""Of the accused's tokens; the rest may be added or renamed ones, as fine-tuning leaves them.
Unrelated vocabularies share at most the single bytes."""


def common_tokens(own: Sequence[str], other: Sequence[str]) -> np.ndarray:
    """Numbers that stand for the same token in both.

    Raises:
        NotTestableError: the vocabularies differ.
    """
    pairs = zip(own, other, strict=False)
    same = [number for number, (one, two) in enumerate(pairs) if one == two]
    if len(same) < COMMON * len(other):
        raise NotTestableError(
            f"the vocabularies differ: {len(same):,} of the accused model's {len(other):,} tokens "
            f"have the same number among the other's {len(own):,}"
        )
    return np.array(same, dtype=np.int64)
