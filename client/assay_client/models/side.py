from enum import StrEnum

class Side(StrEnum):
    CLAIMANT = "claimant"
    COURT = "court"
    RESPONDENT = "respondent"
    REVIEWER = "reviewer"

    def __str__(self) -> str:
        return str(self.value)
