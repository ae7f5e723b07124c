from enum import StrEnum

class Role(StrEnum):
    ADMINISTRATOR = "administrator"
    COMPLIANCE_OFFICER = "compliance_officer"
    ENGINEER = "engineer"
    READER = "reader"
    REGULATOR = "regulator"
    REVIEWER = "reviewer"

    def __str__(self) -> str:
        return str(self.value)
