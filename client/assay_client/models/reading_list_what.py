from enum import StrEnum

class ReadingListWhat(StrEnum):
    ALERT = "alert"
    BUNDLE = "bundle"
    CONFIDENTIAL_FILING = "confidential filing"
    DOCKET = "docket"
    DOSSIER = "dossier"
    DOSSIER_FILE = "dossier file"
    ENTRY = "entry"
    FILING = "filing"
    ITEMS = "items"
    LABELS = "labels"
    MODEL = "model"
    OBLIGATIONS = "obligations"
    QUESTION = "question"
    RESULT = "result"
    RESULTS = "results"
    RUN = "run"
    SCHEDULE = "schedule"
    SUBSCRIPTION = "subscription"
    VERIFICATION_SUMMARY = "verification summary"
    VERSION = "version"

    def __str__(self) -> str:
        return str(self.value)
