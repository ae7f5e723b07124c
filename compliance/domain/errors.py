"""Errors that a user can act on: each names the field and the fix."""


class AssayError(Exception):
    """Root of every error Assay raises on purpose."""


class InvalidInputError(AssayError):
    """A value that cannot be accepted.

    Args:
        field: the field as the caller named it (form field, JSON key, command-line option).
        problem: what is wrong with the value, in one sentence without a full stop.
        fix: what to do instead, in one sentence without a full stop.
    """

    def __init__(self, *, field: str, problem: str, fix: str) -> None:
        self.field = field
        self.problem = problem
        self.fix = fix
        super().__init__(f"{field}: {problem}. {fix}.")


class NotAllowedError(AssayError):
    """The viewer or actor has no right to this."""


class NotFoundError(AssayError):
    """Nothing by that name that the viewer may see."""


class ErasedError(AssayError):
    """What was there was erased; the message says when, on which basis, and under which entry."""


class TransitionError(AssayError):
    """A state machine was asked for a move that its table does not hold."""


class LeaseLostError(AssayError):
    """Another worker holds the shard now, or it was cancelled: write nothing more."""


class NotTestableError(AssayError):
    """The stress test cannot speak about this subject; the message says why.

    A state of the run, never a verdict.
    """


class UnavailableError(NotTestableError):
    """The subject cannot be asked now and may be later: an endpoint that is busy or broken.

    Args:
        retry_after: seconds that it asks to be left alone.
    """

    def __init__(self, message: str, *, retry_after: float = 0.0) -> None:
        self.retry_after = retry_after
        super().__init__(message)


class DamagedError(AssayError):
    """What the record names is not what is stored, or is not stored at all."""
