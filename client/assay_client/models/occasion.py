from enum import StrEnum

class Occasion(StrEnum):
    ASSIGNED = "assigned"
    ESCALATED = "escalated"
    OPENED = "opened"
    RAISED = "raised"
    RELEASED = "released"
    TRIED = "tried"
    WOKEN = "woken"

    def __str__(self) -> str:
        return str(self.value)
