from enum import StrEnum

class Scope(StrEnum):
    BANK = "bank"
    POPULATION = "population"

    def __str__(self) -> str:
        return str(self.value)
