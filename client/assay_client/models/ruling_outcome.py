from enum import StrEnum

class RulingOutcome(StrEnum):
    DISMISSED = "dismissed"
    NOT_UPHELD = "not_upheld"
    UPHELD = "upheld"

    def __str__(self) -> str:
        return str(self.value)
