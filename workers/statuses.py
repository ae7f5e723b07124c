"""What the terminal's commands end with: a crash must never read as a verdict."""

from __future__ import annotations

from collections.abc import Mapping

from compliance.domain.vocabulary import Verdict

EXIT_STATUS: Mapping[Verdict, int] = {
    Verdict.COMPLIANT: 0,
    Verdict.VIOLATING: 1,
    Verdict.INCONCLUSIVE: 3,
}
BAD_INPUT, NOT_TESTABLE, STOPPED = 2, 4, 130
UNREACHABLE, BUG, UNFINISHED = 69, 70, 75
"""As sysexits.h calls them: unavailable, software, temporary failure."""
