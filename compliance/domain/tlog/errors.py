"""What can be wrong with what a log, a witness or an operator hands over."""

from compliance.domain.errors import AssayError


class TlogError(AssayError):
    """Root of the errors below."""


class FormatError(TlogError):
    """Bytes that are not what their specification says; the message names the first fault."""


class ProofError(TlogError):
    """A proof that does not show what it claims; the message names the first fault."""


class SignatureError(TlogError):
    """A signature of a trusted key that does not verify, or none of a trusted key at all."""
