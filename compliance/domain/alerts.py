"""The lifecycle of an alert as a table."""

from collections.abc import Mapping

from compliance.domain.errors import TransitionError
from compliance.domain.vocabulary import AlertState

ALERT_MOVES: Mapping[AlertState, frozenset[AlertState]] = {
    AlertState.OPEN: frozenset({AlertState.ACKNOWLEDGED, AlertState.RESOLVED}),
    AlertState.ACKNOWLEDGED: frozenset({AlertState.RESOLVED}),
    AlertState.RESOLVED: frozenset(),
}


def alert_move_check(old: AlertState, new: AlertState) -> None:
    """Refuse a move that the table does not hold.

    Raises:
        TransitionError: naming both states.
    """
    if new not in ALERT_MOVES[old]:
        raise TransitionError(f"an alert that is {old.value} cannot become {new.value}")
