"""Open the backend that a subject calls for; loaded models outlive it in this process."""

from __future__ import annotations

import atexit
from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING

from compliance.domain.errors import NotTestableError
from compliance.domain.specs import Subject
from workers.backends.answer_store import answer_store
from workers.backends.files import registered_files
from workers.backends.kept import KeptModels
from workers.contract import Backend

if TYPE_CHECKING:
    from workers.backends.confined.backend import Confined
    from workers.backends.confined.pool import ModelProcesses
    from workers.backends.remembering import Rememberable
    from workers.backends.transformers_local import TransformersLocal

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
    if subject.is_endpoint:
        return _endpoint(subject, references, _here, allow_internal)
    local = _here(subject, references)
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
        return _endpoint(subject, references, _confined, allow_internal)
    return _remembering(_confined(subject, references))


# Imported where used: a worker of endpoints alone never loads torch, nor the other httpx.
def _here(subject: Subject, references: Sequence[Subject] = ()) -> TransformersLocal:
    from workers.backends.transformers_local import TransformersLocal

    return TransformersLocal(subject, references, kept=_KEPT)


def _confined(subject: Subject, references: Sequence[Subject] = ()) -> Confined:
    from workers.backends.confined.backend import Confined

    return Confined(subject, references, processes=_processes())


def _endpoint(
    subject: Subject,
    references: Sequence[Subject],
    weights: Callable[[Subject], Backend],
    allow_internal: bool,
) -> Backend:
    """Args: weights: opens a reference, where a test compares the endpoint with one."""
    from workers.backends.openai_compatible import OpenAICompatible

    def beside(digest: str) -> Backend:
        for one in references:
            if one.weights_digest == digest:
                registered_files(one)
                return weights(one)
        raise NotTestableError(f"no reference is registered under the digest {digest}")

    return OpenAICompatible(subject, allow_internal=allow_internal, beside=beside)


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
