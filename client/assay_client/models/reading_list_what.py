from enum import StrEnum

class ReadingListWhat(StrEnum):
    ALERT = "alert"
    BUNDLE = "bundle"
    DOSSIER = "dossier"
    DOSSIER_FILE = "dossier file"
    ENTRY = "entry"
    ITEMS = "items"
    LABELS = "labels"
    MODEL = "model"
    QUESTION = "question"
    RESULT = "result"
    RESULTS = "results"
    RUN = "run"
    SCHEDULE = "schedule"
    SUBSCRIPTION = "subscription"
    VERSION = "version"

    def __str__(self) -> str:
        return str(self.value)
