"""Open the backend that a subject calls for; loaded models outlive it in this process."""

from __future__ import annotations

from collections.abc import Sequence

from compliance.domain.specs import Subject
from workers.backends.kept import KeptModels
from workers.contract import Backend

_KEPT = KeptModels()


def open_backend(
    subject: Subject, references: Sequence[Subject] = (), *, allow_internal: bool = False
) -> Backend:
    """The backend for a folder, a GGUF file or an endpoint's URL.

    Args:
        references: other weights that the test may read by their digests.
        allow_internal: let the URL lead to an internal address (the operator's decision).

    Raises:
        InvalidInputError: naming the field ``model``.
        NotTestableError: the endpoint does not answer as it should.
    """
    # Imported where used: a worker of endpoints alone never loads torch, nor the other httpx.
    if subject.is_endpoint:
        from workers.backends.openai_compatible import OpenAICompatible

        return OpenAICompatible(subject, allow_internal=allow_internal)
    from workers.backends.transformers_local import TransformersLocal

    return TransformersLocal(subject, references, kept=_KEPT)
