"""How a shard ends that has no result."""

from __future__ import annotations

import traceback

import structlog

from compliance.audits.services import Lease, shard_fail, shard_refuse
from compliance.domain.errors import (
    InvalidInputError,
    LeaseLostError,
    NotTestableError,
    UnavailableError,
)
from compliance.tracing import trace_failed


def failure_record(lease: Lease, error: Exception, log: structlog.stdlib.BoundLogger) -> None:
    """Record why there is no result: the shard is to be tried again, or never.

    Raises:
        LeaseLostError: the lease is gone.
    """
    if isinstance(error, LeaseLostError):
        raise error
    if isinstance(error, UnavailableError):
        shard_fail(lease=lease, trouble=str(error), retry_after=error.retry_after)
        log.warning("not to be asked now", reason=str(error))
    elif isinstance(error, NotTestableError | InvalidInputError):
        shard_refuse(lease=lease, reason=str(error))
        log.info("not testable", reason=str(error))
    else:  # whatever broke is shown to the officer, not swallowed
        log.error("shard failed", exc_info=error)
        trace_failed(error)
        lines = str(error).strip().splitlines() or ["no message"]
        trouble = f"{type(error).__name__}: {lines[0]}"
        told = "".join(traceback.format_exception(error))
        shard_fail(lease=lease, trouble=trouble, traceback=told)
