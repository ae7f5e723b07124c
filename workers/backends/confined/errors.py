"""What may go wrong between a worker and the process of a model."""

from compliance.domain.errors import AssayError


class ModelProcessError(AssayError):
    """The process of a model ended, or answered nothing that can be read; it may do so again."""
