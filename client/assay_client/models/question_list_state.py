from enum import StrEnum

class QuestionListState(StrEnum):
    ANSWERED = "answered"
    WAITING = "waiting"

    def __str__(self) -> str:
        return str(self.value)
