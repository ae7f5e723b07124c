from enum import StrEnum

class SubscriptionListEffect(StrEnum):
    ALERT = "alert"
    RUN = "run"
    WEBHOOK = "webhook"

    def __str__(self) -> str:
        return str(self.value)
