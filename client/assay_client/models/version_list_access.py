from enum import StrEnum

class VersionListAccess(StrEnum):
    ENDPOINT = "endpoint"
    SEALED = "sealed"
    WEIGHTS = "weights"

    def __str__(self) -> str:
        return str(self.value)
