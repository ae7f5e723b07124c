from enum import StrEnum

class ResultListVerdict(StrEnum):
    COMPLIANT = "compliant"
    INCONCLUSIVE = "inconclusive"
    VIOLATING = "violating"

    def __str__(self) -> str:
        return str(self.value)
