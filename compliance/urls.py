"""Every URL: portal, sign-in, API, admin, health."""

from django.contrib import admin
from django.urls import include, path

from compliance.api import log
from compliance.health import healthz, readyz
from compliance.metrics import metrics

urlpatterns = [
    path("", include("compliance.portal.urls")),
    path("accounts/", include("allauth.urls")),
    path("api/", include("compliance.api.urls")),
    path("log/checkpoint", log.checkpoint, name="log-checkpoint"),
    path("log/policy", log.policy, name="log-policy"),
    path("log/timestamp/<int:size>", log.timestamp, name="log-timestamp"),
    path("log/tile/<path:path>", log.tile, name="log-tile"),
    path("admin/", admin.site.urls),
    path("healthz", healthz),
    path("readyz", readyz),
    path("metrics", metrics),
]
