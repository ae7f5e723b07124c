from enum import StrEnum

class Tier(StrEnum):
    ALARM = "alarm"
    DISCOVERED = "discovered"
    NONE = "none"
    SUSPECTED = "suspected"

    def __str__(self) -> str:
        return str(self.value)
