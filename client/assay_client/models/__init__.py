""" Contains all the data models used in inputs/outputs """

from .access import Access
from .alert import Alert
from .alert_list_severity import AlertListSeverity
from .alert_list_state import AlertListState
from .alert_page import AlertPage
from .alert_state import AlertState
from .alert_transition import AlertTransition
from .artifact import Artifact
from .call_state import CallState
from .catch_up import CatchUp
from .chance import Chance
from .claim import Claim
from .cloud_event import CloudEvent
from .cloud_event_data import CloudEventData
from .consistency_proof import ConsistencyProof
from .delivery import Delivery
from .delivery_list_state import DeliveryListState
from .delivery_page import DeliveryPage
from .drawn_answer import DrawnAnswer
from .drawn_answer_payload import DrawnAnswerPayload
from .effect import Effect
from .endpoint_limit import EndpointLimit
from .endpoint_limit_page import EndpointLimitPage
from .endpoint_limit_setting import EndpointLimitSetting
from .error_budget import ErrorBudget
from .estimate import Estimate
from .event_list_type import EventListType
from .event_page import EventPage
from .event_type import EventType
from .expected import Expected
from .export_ndjson_kind import ExportNdjsonKind
from .export_ndjson_verdict import ExportNdjsonVerdict
from .export_parquet_kind import ExportParquetKind
from .export_parquet_verdict import ExportParquetVerdict
from .field_problem import FieldProblem
from .firings import Firings
from .forecast import Forecast
from .item import Item
from .item_detail import ItemDetail
from .item_page import ItemPage
from .item_payload import ItemPayload
from .kind import Kind
from .label_add import LabelAdd
from .label_sheet import LabelSheet
from .label_sheet_labels import LabelSheetLabels
from .label_sheet_words import LabelSheetWords
from .ledger import Ledger
from .ledger_entry import LedgerEntry
from .ledger_entry_list_type import LedgerEntryListType
from .ledger_entry_page import LedgerEntryPage
from .lineage_relation import LineageRelation
from .model import Model
from .model_page import ModelPage
from .model_registration import ModelRegistration
from .need import Need
from .opening import Opening
from .output import Output
from .pace import Pace
from .parent import Parent
from .parent_declaration import ParentDeclaration
from .part import Part
from .problem import Problem
from .proven_entry import ProvenEntry
from .reason import Reason
from .reference import Reference
from .replay import Replay
from .replayed import Replayed
from .result import Result
from .result_environment import ResultEnvironment
from .result_list_kind import ResultListKind
from .result_list_verdict import ResultListVerdict
from .result_page import ResultPage
from .rule import Rule
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
from .severity import Severity
from .shard import Shard
from .shard_state import ShardState
from .source_kind import SourceKind
from .spread import Spread
from .stream import Stream
from .stress_test import StressTest
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
from .subscription_list_event_type import SubscriptionListEventType
from .subscription_page import SubscriptionPage
from .tier import Tier
from .training_source import TrainingSource
from .training_source_declaration import TrainingSourceDeclaration
from .trigger import Trigger
from .verdict import Verdict
from .version import Version
from .version_list_access import VersionListAccess
from .version_page import VersionPage
from .version_registration import VersionRegistration
from .witness import Witness

__all__ = (
    "Access",
    "Alert",
    "AlertListSeverity",
    "AlertListState",
    "AlertPage",
    "AlertState",
    "AlertTransition",
    "Artifact",
    "CallState",
    "CatchUp",
    "Chance",
    "Claim",
    "CloudEvent",
    "CloudEventData",
    "ConsistencyProof",
    "Delivery",
    "DeliveryListState",
    "DeliveryPage",
    "DrawnAnswer",
    "DrawnAnswerPayload",
    "Effect",
    "EndpointLimit",
    "EndpointLimitPage",
    "EndpointLimitSetting",
    "ErrorBudget",
    "Estimate",
    "EventListType",
    "EventPage",
    "EventType",
    "Expected",
    "ExportNdjsonKind",
    "ExportNdjsonVerdict",
    "ExportParquetKind",
    "ExportParquetVerdict",
    "FieldProblem",
    "Firings",
    "Forecast",
    "Item",
    "ItemDetail",
    "ItemPage",
    "ItemPayload",
    "Kind",
    "LabelAdd",
    "LabelSheet",
    "LabelSheetLabels",
    "LabelSheetWords",
    "Ledger",
    "LedgerEntry",
    "LedgerEntryListType",
    "LedgerEntryPage",
    "LineageRelation",
    "Model",
    "ModelPage",
    "ModelRegistration",
    "Need",
    "Opening",
    "Output",
    "Pace",
    "Parent",
    "ParentDeclaration",
    "Part",
    "Problem",
    "ProvenEntry",
    "Reason",
    "Reference",
    "Replay",
    "Replayed",
    "Result",
    "ResultEnvironment",
    "ResultListKind",
    "ResultListVerdict",
    "ResultPage",
    "Rule",
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
    "Severity",
    "Shard",
    "ShardState",
    "SourceKind",
    "Spread",
    "Stream",
    "StressTest",
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
    "SubscriptionListEventType",
    "SubscriptionPage",
    "Tier",
    "TrainingSource",
    "TrainingSourceDeclaration",
    "Trigger",
    "Verdict",
    "Version",
    "VersionListAccess",
    "VersionPage",
    "VersionRegistration",
    "Witness",
)
