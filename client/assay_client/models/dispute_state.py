from enum import StrEnum

class DisputeState(StrEnum):
    ANSWERED = "answered"
    HEARD = "heard"
    OPENED = "opened"
    ORDERED = "ordered"
    ORDERED_AGAIN = "ordered_again"
    RULED = "ruled"
    RUNNING = "running"
    WITHDRAWN = "withdrawn"

    def __str__(self) -> str:
        return str(self.value)
