from enum import StrEnum

class ScopesEnum(StrEnum):
    ACCESSREAD = "access:read"
    ACCESSWRITE = "access:write"
    ALERTSREAD = "alerts:read"
    ALERTSWRITE = "alerts:write"
    DISPUTESREAD = "disputes:read"
    DISPUTESWRITE = "disputes:write"
    EVIDENCEREAD = "evidence:read"
    EVIDENCEWRITE = "evidence:write"
    LEDGERREAD = "ledger:read"
    MODELSREAD = "models:read"
    MODELSWRITE = "models:write"
    POLICIESREAD = "policies:read"
    POLICIESWRITE = "policies:write"
    QUESTIONSREAD = "questions:read"
    QUESTIONSWRITE = "questions:write"
    READ = "read"
    RUNSREAD = "runs:read"
    RUNSWRITE = "runs:write"
    SCHEDULESREAD = "schedules:read"
    SCHEDULESWRITE = "schedules:write"
    WRITE = "write"

    def __str__(self) -> str:
        return str(self.value)
