from enum import StrEnum

class BindingEnum(StrEnum):
    HOUSE = "house"
    LAW = "law"

    def __str__(self) -> str:
        return str(self.value)
