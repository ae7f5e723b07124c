from enum import StrEnum

class CallState(StrEnum):
    ARRIVED = "arrived"
    GIVEN_UP = "given_up"
    WAITING = "waiting"

    def __str__(self) -> str:
        return str(self.value)
