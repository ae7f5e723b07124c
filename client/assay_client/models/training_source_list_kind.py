from enum import StrEnum

class TrainingSourceListKind(StrEnum):
    CRAWLED = "crawled"
    LICENSED = "licensed"
    OTHER = "other"
    PUBLIC_DATASET = "public_dataset"
    SYNTHETIC = "synthetic"
    USER_DATA = "user_data"

    def __str__(self) -> str:
        return str(self.value)
