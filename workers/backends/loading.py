"""Open the backend a subject calls for, and keep the last models of this process loaded."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from compliance.domain.specs import Subject
from workers.contract import Backend

KEPT_MODELS = 1
"""Models that stay in memory: the shards of one run follow each other on one version."""

_kept: OrderedDict[tuple[object, ...], Backend] = OrderedDict()


def open_backend(
    subject: Subject, references: Sequence[Subject] = (), *, allow_internal: bool = False
) -> Backend:
    """The backend for a folder, a GGUF file or an endpoint's URL.

    Args:
        allow_internal: let the URL lead to an internal address (the operator's decision).

    Raises:
        InvalidInputError: naming the field ``model``.
    """
    key = (subject, tuple(references), allow_internal)
    if key not in _kept:
        _kept[key] = _open(subject, references, allow_internal=allow_internal)
        while len(_kept) > KEPT_MODELS:
            _kept.popitem(last=False)
    _kept.move_to_end(key)
    return _kept[key]


def _open(subject: Subject, references: Sequence[Subject], *, allow_internal: bool) -> Backend:
    # Imported where used: a worker of endpoints alone never loads torch.
    if subject.is_endpoint:
        from workers.backends.openai_compatible import OpenAICompatible

        return OpenAICompatible(subject, allow_internal=allow_internal)
    from workers.backends.transformers_local import TransformersLocal

    return TransformersLocal(subject, references)
