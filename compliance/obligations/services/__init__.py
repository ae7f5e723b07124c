"""Writes on obligations: making and following them, scheduling packs, verification summaries."""

from compliance.obligations.services.following import obligations_follow, obligations_tend
from compliance.obligations.services.scheduling import pack_schedule
from compliance.obligations.services.summaries import summary_issue, summary_take

__all__ = [
    "obligations_follow",
    "obligations_tend",
    "pack_schedule",
    "summary_issue",
    "summary_take",
]
