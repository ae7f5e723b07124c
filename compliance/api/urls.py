"""The API's addresses; operations on one address differ by HTTP method."""

from __future__ import annotations

from allauth.idp.oidc.views import revoke, token
from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from compliance.accounts.rate_limits import costly
from compliance.api.operations import by_method
from compliance.api.problems import UnknownPathApi
from compliance.api.v1.alert_routes import (
    AlertRouteChangeApi,
    AlertRouteCreateApi,
    AlertRouteGetApi,
    AlertRouteListApi,
    AlertRouteTryApi,
)
from compliance.api.v1.alerts import (
    AlertAcknowledgeApi,
    AlertAnswerApi,
    AlertAssignApi,
    AlertGetApi,
    AlertListApi,
    AlertResolveApi,
    AlertSnoozeApi,
)
from compliance.api.v1.deliveries import DeliveriesReplayApi, DeliveryListApi, SecretRotateApi
from compliance.api.v1.dispute_filings import (
    DisputeFileApi,
    DisputeFileGetApi,
    DisputeFilingGetApi,
)
from compliance.api.v1.dispute_steps import DISPUTE_STEPS
from compliance.api.v1.disputes import (
    DisputeGetApi,
    DisputeListApi,
    DisputeOpenApi,
    DocketGetApi,
)
from compliance.api.v1.endpoint_limits import (
    EndpointLimitGetApi,
    EndpointLimitListApi,
    EndpointLimitSetApi,
)
from compliance.api.v1.error_budgets import ErrorBudgetGetApi, ErrorBudgetListApi, StreamListApi
from compliance.api.v1.events import EventListApi
from compliance.api.v1.evidence import EvidenceEraseApi
from compliance.api.v1.exports import ExportNdjsonApi, ExportParquetApi
from compliance.api.v1.forecasts import RunForecastApi
from compliance.api.v1.grants import GrantListApi, ReadingListApi
from compliance.api.v1.items import AnswersEraseApi, ItemListApi
from compliance.api.v1.labels import LabelAddApi, LabelsConcludeApi, LabelSheetGetApi
from compliance.api.v1.ledger import (
    EntryGetApi,
    EntryListApi,
    LedgerConsistencyApi,
    LedgerGetApi,
)
from compliance.api.v1.maintenance_windows import (
    WindowEndApi,
    WindowGetApi,
    WindowListApi,
    WindowOpenApi,
)
from compliance.api.v1.models import ModelGetApi, ModelListApi, ModelOfferApi, ModelRegisterApi
from compliance.api.v1.obligations import (
    ObligationListApi,
    SummaryIssueApi,
    SummaryListApi,
    SummaryTakeApi,
)
from compliance.api.v1.policy_packs import (
    PolicyPackAdoptApi,
    PolicyPackDropApi,
    PolicyPackGetApi,
    PolicyPackListApi,
    PolicyPackScheduleApi,
)
from compliance.api.v1.questions import (
    QuestionAnswerApi,
    QuestionAskApi,
    QuestionGetApi,
    QuestionListApi,
)
from compliance.api.v1.reports import ReportGetApi
from compliance.api.v1.results import BundleGetApi, ResultGetApi, ResultListApi
from compliance.api.v1.runs import RunCancelApi, RunGetApi, RunListApi, RunRequestApi
from compliance.api.v1.schedules import (
    ScheduleCreateApi,
    ScheduleEndApi,
    ScheduleGetApi,
    ScheduleListApi,
    SchedulePauseApi,
    SchedulePreviewApi,
    ScheduleResumeApi,
)
from compliance.api.v1.stress_tests import StressTestListApi
from compliance.api.v1.subscriptions import (
    SubscriptionCreateApi,
    SubscriptionGetApi,
    SubscriptionListApi,
    SubscriptionPauseApi,
    SubscriptionResumeApi,
)
from compliance.api.v1.tokens import TokenListApi, TokenRevokeApi
from compliance.api.v1.training_data_sources import (
    TrainingSourceDeclareApi,
    TrainingSourceGetApi,
    TrainingSourceListApi,
)
from compliance.api.v1.versions import VersionGetApi, VersionListApi, VersionRegisterApi

app_name = "api"

_v1 = [
    path("models", by_method(ModelListApi, ModelRegisterApi), name="models"),
    path("models/<uuid:model_id>", ModelGetApi.as_view(), name="model"),
    path("models/<uuid:model_id>/offer", ModelOfferApi.as_view(), name="model-offer"),
    path("models/<uuid:model_id>/reports/<str:period>", ReportGetApi.as_view(), name="report"),
    path("versions", by_method(VersionListApi, VersionRegisterApi), name="versions"),
    path("versions/<uuid:version_id>", VersionGetApi.as_view(), name="version"),
    path(
        "endpoint-limits",
        by_method(EndpointLimitListApi, EndpointLimitSetApi),
        name="endpoint-limits",
    ),
    path("endpoint-limits/<int:limit_id>", EndpointLimitGetApi.as_view(), name="endpoint-limit"),
    path(
        "training-data-sources",
        by_method(TrainingSourceListApi, TrainingSourceDeclareApi),
        name="training-data-sources",
    ),
    path(
        "training-data-sources/<int:source_id>",
        TrainingSourceGetApi.as_view(),
        name="training-data-source",
    ),
    path("ledger", LedgerGetApi.as_view(), name="ledger"),
    path("ledger/consistency", LedgerConsistencyApi.as_view(), name="ledger-consistency"),
    path("ledger/entries", EntryListApi.as_view(), name="ledger-entries"),
    path("ledger/entries/<int:index>", EntryGetApi.as_view(), name="ledger-entry"),
    path("stress-tests", StressTestListApi.as_view(), name="stress-tests"),
    path("schedules", by_method(ScheduleListApi, ScheduleCreateApi), name="schedules"),
    path("schedules/preview", SchedulePreviewApi.as_view(), name="schedule-preview"),
    path("schedules/<uuid:schedule_id>", ScheduleGetApi.as_view(), name="schedule"),
    path("schedules/<uuid:schedule_id>/end", ScheduleEndApi.as_view(), name="schedule-end"),
    path("schedules/<uuid:schedule_id>/pause", SchedulePauseApi.as_view(), name="schedule-pause"),
    path(
        "schedules/<uuid:schedule_id>/resume", ScheduleResumeApi.as_view(), name="schedule-resume"
    ),
    path(
        "subscriptions",
        by_method(SubscriptionListApi, SubscriptionCreateApi),
        name="subscriptions",
    ),
    path("subscriptions/<uuid:subscription_id>", SubscriptionGetApi.as_view(), name="subscription"),
    path(
        "subscriptions/<uuid:subscription_id>/pause",
        SubscriptionPauseApi.as_view(),
        name="subscription-pause",
    ),
    path(
        "subscriptions/<uuid:subscription_id>/resume",
        SubscriptionResumeApi.as_view(),
        name="subscription-resume",
    ),
    path(
        "subscriptions/<uuid:subscription_id>/deliveries",
        DeliveryListApi.as_view(),
        name="deliveries",
    ),
    path(
        "subscriptions/<uuid:subscription_id>/replay",
        DeliveriesReplayApi.as_view(),
        name="deliveries-replay",
    ),
    path(
        "subscriptions/<uuid:subscription_id>/rotate-secret",
        SecretRotateApi.as_view(),
        name="subscription-secret-rotate",
    ),
    path("error-budgets", ErrorBudgetListApi.as_view(), name="error-budgets"),
    path("error-budgets/<slug:slug>", ErrorBudgetGetApi.as_view(), name="error-budget"),
    path("error-budgets/<slug:slug>/streams", StreamListApi.as_view(), name="error-budget-streams"),
    path("runs", by_method(RunListApi, RunRequestApi), name="runs"),
    path("runs/forecast", RunForecastApi.as_view(), name="run-forecast"),
    path("runs/<uuid:run_id>", RunGetApi.as_view(), name="run"),
    path("runs/<uuid:run_id>/cancel", RunCancelApi.as_view(), name="run-cancel"),
    path("runs/<uuid:run_id>/shards/<int:position>/items", ItemListApi.as_view(), name="items"),
    path(
        "runs/<uuid:run_id>/shards/<int:position>/items/erase",
        AnswersEraseApi.as_view(),
        name="answers-erase",
    ),
    path(
        "runs/<uuid:run_id>/shards/<int:position>/labels",
        by_method(LabelSheetGetApi, LabelAddApi),
        name="labels",
    ),
    path(
        "runs/<uuid:run_id>/shards/<int:position>/labels/conclude",
        LabelsConcludeApi.as_view(),
        name="labels-conclude",
    ),
    path("results", ResultListApi.as_view(), name="results"),
    path("results/<uuid:result_id>", ResultGetApi.as_view(), name="result"),
    path("evidence/<str:sha256>/erase", EvidenceEraseApi.as_view(), name="evidence-erase"),
    path("results/<uuid:result_id>/bundle", BundleGetApi.as_view(), name="bundle"),
    path("export/results.ndjson", ExportNdjsonApi.as_view(), name="export-ndjson"),
    path("export/results.parquet", ExportParquetApi.as_view(), name="export-parquet"),
    path("policy-packs", PolicyPackListApi.as_view(), name="policy-packs"),
    path("policy-packs/<uuid:pack_id>", PolicyPackGetApi.as_view(), name="policy-pack"),
    path(
        "policy-packs/<uuid:pack_id>/adopt", PolicyPackAdoptApi.as_view(), name="policy-pack-adopt"
    ),
    path("policy-packs/<uuid:pack_id>/drop", PolicyPackDropApi.as_view(), name="policy-pack-drop"),
    path(
        "policy-packs/<uuid:pack_id>/schedule",
        PolicyPackScheduleApi.as_view(),
        name="policy-pack-schedule",
    ),
    path("obligations", ObligationListApi.as_view(), name="obligations"),
    path(
        "versions/<uuid:version_id>/summaries",
        by_method(SummaryListApi, SummaryIssueApi),
        name="summaries",
    ),
    path("summaries/<uuid:summary_id>", SummaryTakeApi.as_view(), name="summary"),
    path("alerts", AlertListApi.as_view(), name="alerts"),
    path("alerts/<uuid:alert_id>", AlertGetApi.as_view(), name="alert"),
    path(
        "alerts/<uuid:alert_id>/acknowledge",
        AlertAcknowledgeApi.as_view(),
        name="alert-acknowledge",
    ),
    path("alerts/<uuid:alert_id>/resolve", AlertResolveApi.as_view(), name="alert-resolve"),
    path("alerts/<uuid:alert_id>/snooze", AlertSnoozeApi.as_view(), name="alert-snooze"),
    path("alerts/<uuid:alert_id>/assign", AlertAssignApi.as_view(), name="alert-assign"),
    path("alerts/<uuid:alert_id>/answer", AlertAnswerApi.as_view(), name="alert-answer"),
    path("alert-routes", by_method(AlertRouteListApi, AlertRouteCreateApi), name="alert-routes"),
    path(
        "alert-routes/<uuid:route_id>",
        by_method(AlertRouteGetApi, AlertRouteChangeApi),
        name="alert-route",
    ),
    path("alert-routes/<uuid:route_id>/try", AlertRouteTryApi.as_view(), name="alert-route-try"),
    path(
        "maintenance-windows",
        by_method(WindowListApi, WindowOpenApi),
        name="maintenance-windows",
    ),
    path(
        "maintenance-windows/<uuid:window_id>",
        WindowGetApi.as_view(),
        name="maintenance-window",
    ),
    path(
        "maintenance-windows/<uuid:window_id>/end",
        WindowEndApi.as_view(),
        name="maintenance-window-end",
    ),
    path("questions", by_method(QuestionListApi, QuestionAskApi), name="questions"),
    path("questions/<uuid:question_id>", QuestionGetApi.as_view(), name="question"),
    path(
        "questions/<uuid:question_id>/answer", QuestionAnswerApi.as_view(), name="question-answer"
    ),
    path("disputes", by_method(DisputeListApi, DisputeOpenApi), name="disputes"),
    path("disputes/<uuid:dispute_id>", DisputeGetApi.as_view(), name="dispute"),
    path("disputes/<uuid:dispute_id>/docket", DocketGetApi.as_view(), name="docket"),
    path("disputes/<uuid:dispute_id>/filings", DisputeFileApi.as_view(), name="dispute-filings"),
    path(
        "disputes/<uuid:dispute_id>/filings/<int:number>",
        DisputeFilingGetApi.as_view(),
        name="dispute-filing",
    ),
    path(
        "disputes/<uuid:dispute_id>/filings/<int:number>/files/<int:file>",
        DisputeFileGetApi.as_view(),
        name="dispute-filing-file",
    ),
    *(
        path(f"disputes/<uuid:dispute_id>/{name}", step.as_view(), name=f"dispute-{name}")
        for name, step in DISPUTE_STEPS.items()
    ),
    path("grants", GrantListApi.as_view(), name="grants"),
    path("readings", ReadingListApi.as_view(), name="readings"),
    path("tokens", TokenListApi.as_view(), name="tokens"),
    path("tokens/<int:token_id>", TokenRevokeApi.as_view(), name="token"),
    path("events", EventListApi.as_view(), name="events"),
    re_path(r"", UnknownPathApi.as_view(), name="unknown"),
]

urlpatterns = [
    path("oauth/token", token, name="oauth-token"),
    path("oauth/revoke", revoke, name="oauth-revoke"),
    path("schema/", costly(SpectacularAPIView.as_view()), name="schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="api:schema"), name="docs"),
    path("v1/", include(_v1)),
]
