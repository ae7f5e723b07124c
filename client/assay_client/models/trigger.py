from enum import StrEnum

class Trigger(StrEnum):
    DISPUTE = "dispute"
    LABELS = "labels"
    PERSON = "person"
    SCHEDULE = "schedule"
    SCREENING = "screening"
    SUBSCRIPTION = "subscription"

    def __str__(self) -> str:
        return str(self.value)
