from enum import StrEnum

class RunState(StrEnum):
    CANCELLED = "cancelled"
    COMPLETED = "completed"
    ERRORED = "errored"
    REQUESTED = "requested"
    RUNNING = "running"

    def __str__(self) -> str:
        return str(self.value)
