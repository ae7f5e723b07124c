"""Open the backend that a subject calls for; loaded models outlive it in this process."""

from __future__ import annotations

from collections.abc import Sequence

from compliance.domain.specs import Subject
from workers.backends.answer_store import answer_store
from workers.backends.kept import KeptModels
from workers.contract import Backend

_KEPT = KeptModels()


def open_backend(
    subject: Subject,
    references: Sequence[Subject] = (),
    *,
    allow_internal: bool = False,
    remembers: bool = True,
) -> Backend:
    """The backend for a folder, a GGUF file or an endpoint's URL.

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
    store = answer_store() if remembers else None
    if store is None:
        return local
    from workers.backends.remembering import Remembering

    return Remembering(local, store)
