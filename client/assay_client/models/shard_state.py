from enum import StrEnum

class ShardState(StrEnum):
    CANCELLED = "cancelled"
    COMPLETED = "completed"
    ERRORED = "errored"
    LEASED = "leased"
    NOT_TESTABLE = "not_testable"
    QUEUED = "queued"

    def __str__(self) -> str:
        return str(self.value)
