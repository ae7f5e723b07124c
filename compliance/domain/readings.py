"""What of a record can be read, and how reading it is told of."""

from enum import StrEnum


class Seen(StrEnum):
    """What of a record somebody read; of lists, what they hold."""

    MODEL = "model"
    VERSION = "version"
    RUN = "run"
    RESULT = "result"
    RESULTS = "results"
    EXPORT = "export of results"
    ITEMS = "items"
    LABELS = "labels"
    BUNDLE = "bundle"
    DOSSIER = "dossier"
    DOSSIER_FILE = "dossier file"
    FORECAST = "forecast"
    QUESTION = "question"
    OBLIGATIONS = "obligations"
    SUMMARY = "verification summary"
    SCHEDULE = "schedule"
    SUBSCRIPTION = "subscription"
    ALERT = "alert"
    ENTRY = "entry"
    FILING = "filing"
    CONFIDENTIAL_FILING = "confidential filing"
    DOCKET = "docket"
    DISPUTE = "dispute"
    TODAY = "today"
    PORTFOLIO = "portfolio"
    MATRIX = "compliance matrix"
    MODELS = "models"
    VERSIONS = "versions"
    SOURCES = "training-data sources"
    RUNS = "runs"
    SCHEDULES = "schedules"
    SUBSCRIPTIONS = "subscriptions"
    ALERTS = "alerts"
    WINDOWS = "maintenance windows"
    QUESTIONS = "questions"
    DISPUTES = "disputes"
    EVENTS = "events"
    ENTRIES = "entries"
    ADOPTIONS = "adoptions"
    BUDGET = "error budget"
    ENDPOINT_LIMITS = "endpoint limits"


CONFIDENTIAL = frozenset(
    {Seen.ITEMS, Seen.LABELS, Seen.BUNDLE, Seen.CONFIDENTIAL_FILING, Seen.DOCKET}
)
"""What is told of whoever reads it: a model's answers, what a party files in confidence. All else
is told of readers from outside."""
DOWNLOADS = frozenset(
    {
        Seen.BUNDLE,
        Seen.DOSSIER_FILE,
        Seen.EXPORT,
        Seen.SUMMARY,
        Seen.CONFIDENTIAL_FILING,
        Seen.DOCKET,
    }
)
