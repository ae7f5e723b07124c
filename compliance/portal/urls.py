"""The portal's pages."""

from django.urls import path

from compliance.portal.views import (
    alerts,
    budgets,
    forecasts,
    home,
    labels,
    ledger,
    models,
    runs,
    schedules,
    verify,
    versions,
)

app_name = "portal"

urlpatterns = [
    path("", home.today, name="home"),
    path("models/", models.index, name="models"),
    path("models/register/", models.register, name="model-register"),
    path("models/<uuid:model_id>/", models.detail, name="model"),
    path("models/<uuid:model_id>/register/", versions.register, name="version-register"),
    path("versions/<uuid:version_id>/", versions.detail, name="version"),
    path("versions/<uuid:version_id>/run/", versions.run_now, name="version-run"),
    path("versions/<uuid:version_id>/forecast/", forecasts.of_version, name="version-forecast"),
    path("runs/", runs.index, name="runs"),
    path("runs/<uuid:run_id>/", runs.detail, name="run"),
    path("runs/<uuid:run_id>/progress/", runs.progress, name="run-progress"),
    path("runs/<uuid:run_id>/cancel/", runs.cancel, name="run-cancel"),
    path("runs/<uuid:run_id>/items/<uuid:shard_id>/", runs.items, name="run-items"),
    path("runs/<uuid:run_id>/labels/<int:position>/", labels.sheet, name="labels"),
    path("runs/<uuid:run_id>/labels/<int:position>/add/", labels.add, name="labels-add"),
    path(
        "runs/<uuid:run_id>/labels/<int:position>/conclude/",
        labels.conclude,
        name="labels-conclude",
    ),
    path("schedules/", schedules.index, name="schedules"),
    path("schedules/new/", schedules.create, name="schedule-create"),
    path("schedules/preview/", schedules.preview, name="schedule-preview"),
    path("schedules/forecast/", forecasts.of_model, name="schedule-forecast"),
    path("schedules/<uuid:schedule_id>/", schedules.detail, name="schedule"),
    path("schedules/<uuid:schedule_id>/pause/", schedules.pause, name="schedule-pause"),
    path("schedules/<uuid:schedule_id>/resume/", schedules.resume, name="schedule-resume"),
    path("ledger/", ledger.index, name="ledger"),
    path("ledger/<int:index>/", ledger.entry, name="entry"),
    path("ledger/<int:index>/proof/", ledger.proof, name="entry-proof"),
    path("results/<uuid:result_id>/bundle/", ledger.bundle, name="bundle"),
    path("error-budget/", budgets.index, name="budgets"),
    path("verify/", verify.check, name="verify"),
    path("alerts/", alerts.index, name="alerts"),
    path("alerts/<uuid:alert_id>/", alerts.detail, name="alert"),
    path("alerts/<uuid:alert_id>/acknowledge/", alerts.acknowledge, name="alert-acknowledge"),
    path("alerts/<uuid:alert_id>/resolve/", alerts.resolve, name="alert-resolve"),
]
