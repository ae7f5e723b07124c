from enum import StrEnum

class AlertRouteListChannel(StrEnum):
    MAIL = "mail"
    MEMBERS = "members"
    SERVICE = "service"

    def __str__(self) -> str:
        return str(self.value)
