from enum import StrEnum

class ErrorBudgetStreamListVerdict(StrEnum):
    COMPLIANT = "compliant"
    INCONCLUSIVE = "inconclusive"
    VIOLATING = "violating"

    def __str__(self) -> str:
        return str(self.value)
