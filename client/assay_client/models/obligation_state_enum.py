from enum import StrEnum

class ObligationStateEnum(StrEnum):
    DUE = "due"
    INCONCLUSIVE = "inconclusive"
    MET = "met"
    NOT_MET = "not_met"
    NOT_TESTABLE = "not_testable"
    OVERDUE = "overdue"

    def __str__(self) -> str:
        return str(self.value)
