from enum import StrEnum

class Need(StrEnum):
    GENERATE = "generate"
    HIDDEN_STATES = "hidden_states"
    LOGLIKELIHOOD = "loglikelihood"
    WEIGHTS = "weights"

    def __str__(self) -> str:
        return str(self.value)
