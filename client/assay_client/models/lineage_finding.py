from enum import StrEnum

class LineageFinding(StrEnum):
    NOT_COMPARED = "not_compared"
    NOT_SHOWN = "not_shown"
    SHOWN = "shown"
    UNTESTED = "untested"

    def __str__(self) -> str:
        return str(self.value)
