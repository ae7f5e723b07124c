"""The words of Assay: every enumeration, one meaning each.

Code, API, admin and docs use these values and no synonyms for them.
"""

from enum import StrEnum


class OrganizationKind(StrEnum):
    """What an organization is to the record."""

    PROVIDER = "provider"
    DEPLOYER = "deployer"
    REGULATOR = "regulator"
    ACADEMIC = "academic"
    AUDITOR = "auditor"


class Role(StrEnum):
    """What a person does for an organization."""

    COMPLIANCE_OFFICER = "compliance_officer"
    ENGINEER = "engineer"
    READER = "reader"
    REGULATOR = "regulator"
    REVIEWER = "reviewer"
    ADMINISTRATOR = "administrator"


class UserKind(StrEnum):
    """Who a user is."""

    PERSON = "person"
    SERVICE = "service"
    """A machine of one organization: it calls the API with tokens, and never signs in."""


class GrantKind(StrEnum):
    """How much of a provider's record a grant opens."""

    RECORD = "record"
    """All of it, its error budget and limits of endpoints included."""
    JURISDICTION = "jurisdiction"
    """What is about models on offer in one jurisdiction."""
    MODELS = "models"
    """What is about the models that it names."""
    DISPUTE = "dispute"
    """What one dispute is about, until the dispute ends; nobody gives it by hand."""


class Access(StrEnum):
    """How a version can be examined."""

    WEIGHTS = "weights"
    ENDPOINT = "endpoint"
    SEALED = "sealed"


class LineageRelation(StrEnum):
    """How a version is declared to descend from its parent."""

    FINE_TUNE = "fine_tune"
    QUANTIZATION = "quantization"
    PRUNING = "pruning"
    MERGE = "merge"
    DISTILLATION = "distillation"
    CONVERSION = "conversion"


class LineageFinding(StrEnum):
    """What the tests say of two versions' common descent."""

    SHOWN = "shown"
    NOT_SHOWN = "not_shown"
    """Compared, and nothing found: what is not found may be there."""
    NOT_COMPARED = "not_compared"
    """The test cannot speak of these two."""
    UNTESTED = "untested"


class SourceKind(StrEnum):
    """Where training data came from (the classes of notice C(2025) 8311, section 2)."""

    PUBLIC_DATASET = "public_dataset"
    LICENSED = "licensed"
    CRAWLED = "crawled"
    USER_DATA = "user_data"
    SYNTHETIC = "synthetic"
    OTHER = "other"


class Kind(StrEnum):
    """The three kinds of stress test."""

    BIAS = "bias"
    SAFETY = "safety"
    PROVENANCE = "provenance"


class Need(StrEnum):
    """What a stress test asks of a backend, and what a backend offers."""

    LOGLIKELIHOOD = "loglikelihood"
    GENERATE = "generate"
    HIDDEN_STATES = "hidden_states"
    WEIGHTS = "weights"


class Scope(StrEnum):
    """What an estimate speaks of."""

    BANK = "bank"
    """The mean over this finite item bank, sampled without replacement."""
    POPULATION = "population"
    """A wider family that the items are drawn from; never exact."""


class Verdict(StrEnum):
    """What a claim's evidence amounts to. There is no bare pass."""

    COMPLIANT = "compliant"
    VIOLATING = "violating"
    INCONCLUSIVE = "inconclusive"


class Stop(StrEnum):
    """Why an execution asked no further item."""

    VERDICT = "verdict"
    BANK = "bank"
    """Every planned item was asked."""
    BUDGET = "budget"
    """The tokens that a stress test may take were spent."""


class RunState(StrEnum):
    """Where one execution of a battery on a version stands."""

    REQUESTED = "requested"
    RUNNING = "running"
    COMPLETED = "completed"
    ERRORED = "errored"
    CANCELLED = "cancelled"


class ShardState(StrEnum):
    """Where one leased, resumable part of a run stands."""

    QUEUED = "queued"
    LEASED = "leased"
    COMPLETED = "completed"
    ERRORED = "errored"
    NOT_TESTABLE = "not_testable"
    CANCELLED = "cancelled"


class RepairKind(StrEnum):
    """What the reconciler can find amiss."""

    LEASE_EXPIRED = "lease_expired"
    """A worker fell silent; its shard was queued again."""
    WORKER_RESTARTED = "worker_restarted"
    """A worker started anew; what it had held when it died was queued again."""
    MESSAGE_LOST = "message_lost"
    """The broker forgot a queued shard; its bell was rung again."""
    RUN_UNSETTLED = "run_unsettled"
    """Every shard had ended and the run had not."""


class Trigger(StrEnum):
    """What made a run."""

    SCHEDULE = "schedule"
    SUBSCRIPTION = "subscription"
    PERSON = "person"
    SCREENING = "screening"
    """The registry screened a new version against all others, or its parents are to be shown."""
    LABELS = "labels"
    """People labelled items of an earlier run, whose answers are judged anew by their labels."""
    DISPUTE = "dispute"
    """A court ordered it, and the parties drew its seed."""


class Effect(StrEnum):
    """What a subscription does about an event."""

    RUN = "run"
    ALERT = "alert"
    WEBHOOK = "webhook"


class Tier(StrEnum):
    """What a violating side amounts to among everything that an organization has had tested."""

    ALARM = "alarm"
    """Beyond chance over all streams and the organization's whole life (e-Bonferroni)."""
    DISCOVERED = "discovered"
    """Decided once, by the first result, and never taken back; of all such in the organization's
    life at most the stated share is false, on average (e-LOND)."""
    SUSPECTED = "suspected"
    """In a list of which at most the stated share is false, on average (e-BH)."""
    NONE = "none"


class CatchUp(StrEnum):
    """What a schedule does with firings missed while nothing was running."""

    RUN_ONCE = "run_once"
    SKIP = "skip"
    RUN_ALL = "run_all"


class CallState(StrEnum):
    """Where a call of a webhook stands."""

    WAITING = "waiting"
    ARRIVED = "arrived"
    GIVEN_UP = "given_up"


class Severity(StrEnum):
    """How soon somebody must act."""

    CRITICAL = "critical"
    WARNING = "warning"


class AlertState(StrEnum):
    """Where an alert stands."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    """Put off until a moment, at which it is open again."""
    RESOLVED = "resolved"


class QuestionState(StrEnum):
    """Where a question to a provider stands."""

    WAITING = "waiting"
    ANSWERED = "answered"


class Channel(StrEnum):
    """How a route reaches people."""

    MEMBERS = "members"
    """Mail to everybody whose role answers for the organization's alerts, whoever that is then."""
    MAIL = "mail"
    SERVICE = "service"
    """Slack, Teams, PagerDuty and the like, by an Apprise URL."""


class Occasion(StrEnum):
    """Why a message about alerts leaves the house."""

    OPENED = "opened"
    RAISED = "raised"
    """The same finding came again, and is more severe now."""
    WOKEN = "woken"
    ESCALATED = "escalated"
    RELEASED = "released"
    """The maintenance window that kept it back is over, and nobody has answered the alert."""
    ASSIGNED = "assigned"
    TRIED = "tried"
    """Somebody tries whether a route arrives; it tells of no alert."""
