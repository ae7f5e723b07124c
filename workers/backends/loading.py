"""Open the backend that a subject calls for; loaded models outlive it in this process."""

from __future__ import annotations

import atexit
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from compliance.domain.specs import Subject
from workers.backends.answer_store import answer_store
from workers.backends.kept import KeptModels
from workers.contract import Backend

if TYPE_CHECKING:
    from workers.backends.confined.pool import ModelProcesses
    from workers.backends.remembering import Rememberable

_KEPT = KeptModels()


def open_backend(
    subject: Subject,
    references: Sequence[Subject] = (),
    *,
    allow_internal: bool = False,
    remembers: bool = True,
) -> Backend:
    """The backend for a folder, a GGUF file or an endpoint's URL, opened in this process.

    For whoever opens files of their own, at a terminal; a worker opens those of strangers.

    Args:
        references: other weights that the test may read by their digests.
        allow_internal: let the URL lead to an internal address (the operator's decision).
        remembers: take answers of local weights from the store that the operator named, if any.

    Raises:
        InvalidInputError: naming the field ``model``.
        NotTestableError: the endpoint does not answer as it should.
    """
    # Imported where used: a worker of endpoints alone never loads torch, nor the other httpx.
    if subject.is_endpoint:
        from workers.backends.openai_compatible import OpenAICompatible

        return OpenAICompatible(subject, allow_internal=allow_internal)
    from workers.backends.transformers_local import TransformersLocal

    local = TransformersLocal(subject, references, kept=_KEPT)
    return _remembering(local) if remembers else local


def open_confined(
    subject: Subject, references: Sequence[Subject] = (), *, allow_internal: bool = False
) -> Backend:
    """The same, with each model's files opened in a process of their own (docs/adr/0019).

    Raises:
        InvalidInputError, NotTestableError: see ``open_backend``.
        ModelProcessError: a model's process ended.
    """
    if subject.is_endpoint:
        return open_backend(subject, references, allow_internal=allow_internal)
    from workers.backends.confined.backend import Confined

    return _remembering(Confined(subject, references, processes=_processes()))


def _remembering(local: Rememberable) -> Backend:
    store = answer_store()
    if store is None:
        return local
    from workers.backends.remembering import Remembering

    return Remembering(local, store)


@cache
def _processes() -> ModelProcesses:
    from workers.backends.confined.pool import ModelProcesses

    found = ModelProcesses()
    atexit.register(found.close)
    return found
