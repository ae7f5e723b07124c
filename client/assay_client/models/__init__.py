""" Contains all the data models used in inputs/outputs """

from .access import Access
from .adoption import Adoption
from .alert import Alert
from .alert_answer import AlertAnswer
from .alert_answering import AlertAnswering
from .alert_assignment import AlertAssignment
from .alert_claim import AlertClaim
from .alert_delivery import AlertDelivery
from .alert_delivery_attempt import AlertDeliveryAttempt
from .alert_list_severity import AlertListSeverity
from .alert_list_state import AlertListState
from .alert_occurrence import AlertOccurrence
from .alert_page import AlertPage
from .alert_route import AlertRoute
from .alert_route_change import AlertRouteChange
from .alert_route_creation import AlertRouteCreation
from .alert_route_list_channel import AlertRouteListChannel
from .alert_route_page import AlertRoutePage
from .alert_silence import AlertSilence
from .alert_snooze import AlertSnooze
from .alert_state import AlertState
from .alert_transition import AlertTransition
from .answers_erase import AnswersErase
from .answers_erased import AnswersErased
from .artifact import Artifact
from .binding_enum import BindingEnum
from .call_state import CallState
from .catch_up import CatchUp
from .chance import Chance
from .channel import Channel
from .claim import Claim
from .cloud_event import CloudEvent
from .cloud_event_data import CloudEventData
from .consistency_proof import ConsistencyProof
from .delivery import Delivery
from .delivery_list_state import DeliveryListState
from .delivery_page import DeliveryPage
from .demand import Demand
from .demand_limit import DemandLimit
from .demand_period import DemandPeriod
from .dispute import Dispute
from .dispute_appoint import DisputeAppoint
from .dispute_battery import DisputeBattery
from .dispute_commit import DisputeCommit
from .dispute_commitment import DisputeCommitment
from .dispute_dissent import DisputeDissent
from .dispute_dissent_request import DisputeDissentRequest
from .dispute_file import DisputeFile
from .dispute_file_form import DisputeFileForm
from .dispute_file_request import DisputeFileRequest
from .dispute_filing import DisputeFiling
from .dispute_filing_text import DisputeFilingText
from .dispute_finding import DisputeFinding
from .dispute_list_state import DisputeListState
from .dispute_object import DisputeObject
from .dispute_open import DisputeOpen
from .dispute_order import DisputeOrder
from .dispute_order_battery_item_type_1 import DisputeOrderBatteryItemType1
from .dispute_order_battery_item_type_1_parameters import DisputeOrderBatteryItemType1Parameters
from .dispute_page import DisputePage
from .dispute_proposal import DisputeProposal
from .dispute_propose import DisputePropose
from .dispute_propose_battery_item_type_1 import DisputeProposeBatteryItemType1
from .dispute_propose_battery_item_type_1_parameters import DisputeProposeBatteryItemType1Parameters
from .dispute_reveal import DisputeReveal
from .dispute_rule import DisputeRule
from .dispute_ruling import DisputeRuling
from .dispute_state import DisputeState
from .dispute_summary import DisputeSummary
from .drawn_answer import DrawnAnswer
from .drawn_answer_payload import DrawnAnswerPayload
from .effect import Effect
from .endpoint_limit import EndpointLimit
from .endpoint_limit_page import EndpointLimitPage
from .endpoint_limit_setting import EndpointLimitSetting
from .error_budget import ErrorBudget
from .error_budget_page import ErrorBudgetPage
from .error_budget_stream_list_tier import ErrorBudgetStreamListTier
from .error_budget_stream_list_verdict import ErrorBudgetStreamListVerdict
from .estimate import Estimate
from .event_list_type import EventListType
from .event_page import EventPage
from .event_type import EventType
from .event_types_enum import EventTypesEnum
from .evidence_erase import EvidenceErase
from .evidence_erased import EvidenceErased
from .expected import Expected
from .export_ndjson_kind import ExportNdjsonKind
from .export_ndjson_verdict import ExportNdjsonVerdict
from .export_parquet_kind import ExportParquetKind
from .export_parquet_verdict import ExportParquetVerdict
from .field_problem import FieldProblem
from .firings import Firings
from .forecast import Forecast
from .grant import Grant
from .grant_kind import GrantKind
from .grant_list_kind import GrantListKind
from .grant_page import GrantPage
from .item import Item
from .item_detail import ItemDetail
from .item_page import ItemPage
from .item_payload import ItemPayload
from .kind import Kind
from .label_add import LabelAdd
from .label_sheet import LabelSheet
from .label_sheet_labels import LabelSheetLabels
from .label_sheet_words import LabelSheetWords
from .later_training_source_declaration import LaterTrainingSourceDeclaration
from .ledger import Ledger
from .ledger_entry import LedgerEntry
from .ledger_entry_list_type import LedgerEntryListType
from .ledger_entry_page import LedgerEntryPage
from .left_out_demand import LeftOutDemand
from .legal_clock import LegalClock
from .lineage_finding import LineageFinding
from .lineage_relation import LineageRelation
from .maintenance_window import MaintenanceWindow
from .maintenance_window_opening import MaintenanceWindowOpening
from .maintenance_window_page import MaintenanceWindowPage
from .model import Model
from .model_offer import ModelOffer
from .model_page import ModelPage
from .model_registration import ModelRegistration
from .need import Need
from .obligation import Obligation
from .obligation_answer import ObligationAnswer
from .obligation_page import ObligationPage
from .obligation_state_enum import ObligationStateEnum
from .occasion import Occasion
from .opening import Opening
from .pace import Pace
from .parent import Parent
from .parent_declaration import ParentDeclaration
from .part import Part
from .policy_pack import PolicyPack
from .policy_pack_adoption import PolicyPackAdoption
from .policy_pack_dropping import PolicyPackDropping
from .policy_pack_page import PolicyPackPage
from .policy_pack_scheduling import PolicyPackScheduling
from .problem import Problem
from .proposed_schedule import ProposedSchedule
from .proposed_schedules import ProposedSchedules
from .proven_entry import ProvenEntry
from .question import Question
from .question_answer import QuestionAnswer
from .question_answering import QuestionAnswering
from .question_asking import QuestionAsking
from .question_list_state import QuestionListState
from .question_page import QuestionPage
from .reading import Reading
from .reading_list_what import ReadingListWhat
from .reading_page import ReadingPage
from .reason import Reason
from .reference import Reference
from .replay import Replay
from .replayed import Replayed
from .result import Result
from .result_environment import ResultEnvironment
from .result_list_kind import ResultListKind
from .result_list_verdict import ResultListVerdict
from .result_page import ResultPage
from .role import Role
from .rule import Rule
from .ruling_outcome import RulingOutcome
from .run import Run
from .run_forecast import RunForecast
from .run_forecast_request import RunForecastRequest
from .run_forecast_request_battery_item_type_1 import RunForecastRequestBatteryItemType1
from .run_forecast_request_battery_item_type_1_parameters import RunForecastRequestBatteryItemType1Parameters
from .run_list_state import RunListState
from .run_list_trigger import RunListTrigger
from .run_page import RunPage
from .run_request import RunRequest
from .run_request_battery_item_type_1 import RunRequestBatteryItemType1
from .run_request_battery_item_type_1_parameters import RunRequestBatteryItemType1Parameters
from .run_state import RunState
from .run_summary import RunSummary
from .schedule import Schedule
from .schedule_creation import ScheduleCreation
from .schedule_creation_battery_item_type_1 import ScheduleCreationBatteryItemType1
from .schedule_creation_battery_item_type_1_parameters import ScheduleCreationBatteryItemType1Parameters
from .schedule_page import SchedulePage
from .scope import Scope
from .scopes_enum import ScopesEnum
from .severity import Severity
from .shard import Shard
from .shard_state import ShardState
from .side import Side
from .signed_manifest import SignedManifest
from .simulated_runs import SimulatedRuns
from .source_kind import SourceKind
from .spread import Spread
from .stream import Stream
from .stream_page import StreamPage
from .stress_test import StressTest
from .stress_test_choices import StressTestChoices
from .stress_test_data_card import StressTestDataCard
from .stress_test_list_kind import StressTestListKind
from .stress_test_page import StressTestPage
from .stress_test_parameters import StressTestParameters
from .stress_test_plan_type_0 import StressTestPlanType0
from .stress_test_spec import StressTestSpec
from .stress_test_spec_parameters import StressTestSpecParameters
from .stress_test_validity_type_0 import StressTestValidityType0
from .subscription import Subscription
from .subscription_created import SubscriptionCreated
from .subscription_created_filter import SubscriptionCreatedFilter
from .subscription_creation import SubscriptionCreation
from .subscription_creation_battery_item_type_1 import SubscriptionCreationBatteryItemType1
from .subscription_creation_battery_item_type_1_parameters import SubscriptionCreationBatteryItemType1Parameters
from .subscription_creation_filter import SubscriptionCreationFilter
from .subscription_filter import SubscriptionFilter
from .subscription_list_effect import SubscriptionListEffect
from .subscription_list_event_type import SubscriptionListEventType
from .subscription_page import SubscriptionPage
from .tier import Tier
from .token import Token
from .token_page import TokenPage
from .training_data_source import TrainingDataSource
from .training_data_source_page import TrainingDataSourcePage
from .training_source import TrainingSource
from .training_source_declaration import TrainingSourceDeclaration
from .training_source_list_kind import TrainingSourceListKind
from .trigger import Trigger
from .verdict import Verdict
from .verification_summary import VerificationSummary
from .verification_summary_issue import VerificationSummaryIssue
from .verification_summary_page import VerificationSummaryPage
from .version import Version
from .version_list_access import VersionListAccess
from .version_page import VersionPage
from .version_registration import VersionRegistration
from .witness import Witness

__all__ = (
    "Access",
    "Adoption",
    "Alert",
    "AlertAnswer",
    "AlertAnswering",
    "AlertAssignment",
    "AlertClaim",
    "AlertDelivery",
    "AlertDeliveryAttempt",
    "AlertListSeverity",
    "AlertListState",
    "AlertOccurrence",
    "AlertPage",
    "AlertRoute",
    "AlertRouteChange",
    "AlertRouteCreation",
    "AlertRouteListChannel",
    "AlertRoutePage",
    "AlertSilence",
    "AlertSnooze",
    "AlertState",
    "AlertTransition",
    "AnswersErase",
    "AnswersErased",
    "Artifact",
    "BindingEnum",
    "CallState",
    "CatchUp",
    "Chance",
    "Channel",
    "Claim",
    "CloudEvent",
    "CloudEventData",
    "ConsistencyProof",
    "Delivery",
    "DeliveryListState",
    "DeliveryPage",
    "Demand",
    "DemandLimit",
    "DemandPeriod",
    "Dispute",
    "DisputeAppoint",
    "DisputeBattery",
    "DisputeCommit",
    "DisputeCommitment",
    "DisputeDissent",
    "DisputeDissentRequest",
    "DisputeFile",
    "DisputeFileForm",
    "DisputeFileRequest",
    "DisputeFiling",
    "DisputeFilingText",
    "DisputeFinding",
    "DisputeListState",
    "DisputeObject",
    "DisputeOpen",
    "DisputeOrder",
    "DisputeOrderBatteryItemType1",
    "DisputeOrderBatteryItemType1Parameters",
    "DisputePage",
    "DisputeProposal",
    "DisputePropose",
    "DisputeProposeBatteryItemType1",
    "DisputeProposeBatteryItemType1Parameters",
    "DisputeReveal",
    "DisputeRule",
    "DisputeRuling",
    "DisputeState",
    "DisputeSummary",
    "DrawnAnswer",
    "DrawnAnswerPayload",
    "Effect",
    "EndpointLimit",
    "EndpointLimitPage",
    "EndpointLimitSetting",
    "ErrorBudget",
    "ErrorBudgetPage",
    "ErrorBudgetStreamListTier",
    "ErrorBudgetStreamListVerdict",
    "Estimate",
    "EventListType",
    "EventPage",
    "EventType",
    "EventTypesEnum",
    "EvidenceErase",
    "EvidenceErased",
    "Expected",
    "ExportNdjsonKind",
    "ExportNdjsonVerdict",
    "ExportParquetKind",
    "ExportParquetVerdict",
    "FieldProblem",
    "Firings",
    "Forecast",
    "Grant",
    "GrantKind",
    "GrantListKind",
    "GrantPage",
    "Item",
    "ItemDetail",
    "ItemPage",
    "ItemPayload",
    "Kind",
    "LabelAdd",
    "LabelSheet",
    "LabelSheetLabels",
    "LabelSheetWords",
    "LaterTrainingSourceDeclaration",
    "Ledger",
    "LedgerEntry",
    "LedgerEntryListType",
    "LedgerEntryPage",
    "LeftOutDemand",
    "LegalClock",
    "LineageFinding",
    "LineageRelation",
    "MaintenanceWindow",
    "MaintenanceWindowOpening",
    "MaintenanceWindowPage",
    "Model",
    "ModelOffer",
    "ModelPage",
    "ModelRegistration",
    "Need",
    "Obligation",
    "ObligationAnswer",
    "ObligationPage",
    "ObligationStateEnum",
    "Occasion",
    "Opening",
    "Pace",
    "Parent",
    "ParentDeclaration",
    "Part",
    "PolicyPack",
    "PolicyPackAdoption",
    "PolicyPackDropping",
    "PolicyPackPage",
    "PolicyPackScheduling",
    "Problem",
    "ProposedSchedule",
    "ProposedSchedules",
    "ProvenEntry",
    "Question",
    "QuestionAnswer",
    "QuestionAnswering",
    "QuestionAsking",
    "QuestionListState",
    "QuestionPage",
    "Reading",
    "ReadingListWhat",
    "ReadingPage",
    "Reason",
    "Reference",
    "Replay",
    "Replayed",
    "Result",
    "ResultEnvironment",
    "ResultListKind",
    "ResultListVerdict",
    "ResultPage",
    "Role",
    "Rule",
    "RulingOutcome",
    "Run",
    "RunForecast",
    "RunForecastRequest",
    "RunForecastRequestBatteryItemType1",
    "RunForecastRequestBatteryItemType1Parameters",
    "RunListState",
    "RunListTrigger",
    "RunPage",
    "RunRequest",
    "RunRequestBatteryItemType1",
    "RunRequestBatteryItemType1Parameters",
    "RunState",
    "RunSummary",
    "Schedule",
    "ScheduleCreation",
    "ScheduleCreationBatteryItemType1",
    "ScheduleCreationBatteryItemType1Parameters",
    "SchedulePage",
    "Scope",
    "ScopesEnum",
    "Severity",
    "Shard",
    "ShardState",
    "Side",
    "SignedManifest",
    "SimulatedRuns",
    "SourceKind",
    "Spread",
    "Stream",
    "StreamPage",
    "StressTest",
    "StressTestChoices",
    "StressTestDataCard",
    "StressTestListKind",
    "StressTestPage",
    "StressTestParameters",
    "StressTestPlanType0",
    "StressTestSpec",
    "StressTestSpecParameters",
    "StressTestValidityType0",
    "Subscription",
    "SubscriptionCreated",
    "SubscriptionCreatedFilter",
    "SubscriptionCreation",
    "SubscriptionCreationBatteryItemType1",
    "SubscriptionCreationBatteryItemType1Parameters",
    "SubscriptionCreationFilter",
    "SubscriptionFilter",
    "SubscriptionListEffect",
    "SubscriptionListEventType",
    "SubscriptionPage",
    "Tier",
    "Token",
    "TokenPage",
    "TrainingDataSource",
    "TrainingDataSourcePage",
    "TrainingSource",
    "TrainingSourceDeclaration",
    "TrainingSourceListKind",
    "Trigger",
    "Verdict",
    "VerificationSummary",
    "VerificationSummaryIssue",
    "VerificationSummaryPage",
    "Version",
    "VersionListAccess",
    "VersionPage",
    "VersionRegistration",
    "Witness",
)
