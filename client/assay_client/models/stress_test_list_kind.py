from enum import StrEnum

class StressTestListKind(StrEnum):
    BIAS = "bias"
    PROVENANCE = "provenance"
    SAFETY = "safety"

    def __str__(self) -> str:
        return str(self.value)
