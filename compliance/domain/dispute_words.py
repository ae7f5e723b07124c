"""The court's words: every enumeration of disputes, one meaning each (as ``vocabulary.py``)."""

from enum import StrEnum


class Side(StrEnum):
    """Where an organization sits in a dispute."""

    CLAIMANT = "claimant"
    RESPONDENT = "respondent"
    COURT = "court"
    REVIEWER = "reviewer"


class DisputeState(StrEnum):
    """Where a dispute stands."""

    OPENED = "opened"
    ANSWERED = "answered"
    ORDERED = "ordered"
    """A battery is ordered, or agreed on; the parties draw its seed."""
    RUNNING = "running"
    HEARD = "heard"
    """The battery has ended; what it found is before the court."""
    ORDERED_AGAIN = "ordered_again"
    """Tests stand in for some that gave no answer; a seed was drawn once, so nobody withdraws."""
    RULED = "ruled"
    WITHDRAWN = "withdrawn"


class RulingOutcome(StrEnum):
    """What a court decides of the claim."""

    UPHELD = "upheld"
    """Only where the battery showed something."""
    NOT_UPHELD = "not_upheld"
    DISMISSED = "dismissed"
    """Without a test: nothing was found, either way."""
