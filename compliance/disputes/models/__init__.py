"""Disputes: filings, batteries and their seeds, what was ruled."""

from compliance.disputes.models.batteries import (
    Battery,
    Commitment,
    Draw,
    Objection,
    Proposal,
    Reveal,
)
from compliance.disputes.models.disputes import (
    Appointment,
    Dispute,
    DisputeTransition,
    Filing,
    FilingFile,
)
from compliance.disputes.models.rulings import Dissent, Ruling

__all__ = [
    "Appointment",
    "Battery",
    "Commitment",
    "Dispute",
    "DisputeTransition",
    "Dissent",
    "Draw",
    "Filing",
    "FilingFile",
    "Objection",
    "Proposal",
    "Reveal",
    "Ruling",
]
