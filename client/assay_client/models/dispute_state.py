from enum import StrEnum

class DisputeState(StrEnum):
    ANSWERED = "answered"
    HEARD = "heard"
    OPENED = "opened"
    ORDERED = "ordered"
    RULED = "ruled"
    RUNNING = "running"
    WITHDRAWN = "withdrawn"

    def __str__(self) -> str:
        return str(self.value)
