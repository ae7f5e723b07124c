"""When what must reach somebody outside is tried again, and when it is given up."""

MAX_ATTEMPTS = 12
"""The twelfth comes about 18 hours after the first."""
FIRST_PAUSE_SECONDS = 30
LONGEST_PAUSE_SECONDS = 4 * 3_600
RING_AGAIN_SECONDS = 20
"""An attempt that nobody made within this time was not heard of: its message is sent again."""


def pause_seconds(attempts: int) -> int:
    """How long to wait after so many attempts: 30 s, doubled each time, at most four hours."""
    return min(FIRST_PAUSE_SECONDS << max(attempts - 1, 0), LONGEST_PAUSE_SECONDS)
