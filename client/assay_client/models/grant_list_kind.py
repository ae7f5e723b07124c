from enum import StrEnum

class GrantListKind(StrEnum):
    DISPUTE = "dispute"
    JURISDICTION = "jurisdiction"
    MODELS = "models"
    RECORD = "record"

    def __str__(self) -> str:
        return str(self.value)
