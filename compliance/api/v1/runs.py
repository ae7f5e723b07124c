"""Runs: list, get, request, cancel."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.accounts.services import list_reading_tell, model_reading_tell
from compliance.api.operations import OperationApi, created, named, narrowed, operation
from compliance.api.pagination import PageFilters, page_of, paged
from compliance.api.shapes import (
    BatteryField,
    InputShape,
    OutputShape,
    Reason,
    Reference,
    StressTestSpec,
    TokenBudgetField,
    words,
)
from compliance.audits.progress import run_progress
from compliance.audits.selectors import run_get, run_list
from compliance.audits.services import battery_default, battery_resolve, run_cancel, run_request_by
from compliance.domain.readings import Seen
from compliance.domain.vocabulary import Access, Kind, RunState, ShardState, Trigger, Verdict
from compliance.registry.selectors import version_get


class RunListApi(OperationApi):
    """Runs, newest first."""

    class Filters(PageFilters):
        organization = serializers.SlugField(required=False, help_text="A provider's slug.")
        model = serializers.UUIDField(required=False)
        version = serializers.UUIDField(required=False)
        state = serializers.ChoiceField(choices=words(RunState), required=False)
        trigger = serializers.ChoiceField(choices=words(Trigger), required=False)
        since = serializers.DateTimeField(required=False, help_text="Requested then or later.")

    @extend_schema_serializer(component_name="RunSummary")
    class Output(OutputShape):
        """One execution of a battery on a version."""

        @extend_schema_serializer(component_name="Shard")
        class Shard(OutputShape):
            """One stress test of the run; its verdict is null until it has completed."""

            position = serializers.IntegerField()
            test = serializers.CharField(source="test_name")
            kind = serializers.ChoiceField(choices=words(Kind))
            state = serializers.ChoiceField(choices=words(ShardState))
            items_done = serializers.IntegerField()
            items_total = serializers.IntegerField(allow_null=True)
            tokens = serializers.IntegerField(help_text="Read and written by the model so far.")
            attempts = serializers.IntegerField()
            trouble = serializers.CharField(
                help_text="Why it could not be tested or failed; else empty."
            )
            result = serializers.UUIDField(source="result.id", default=None, allow_null=True)
            verdict = serializers.ChoiceField(
                source="result.verdict", choices=words(Verdict), default=None, allow_null=True
            )

        id = serializers.UUIDField()
        version = Reference()
        state = serializers.ChoiceField(choices=words(RunState))
        trigger = serializers.ChoiceField(choices=words(Trigger))
        schedule = serializers.UUIDField(source="firing.schedule_id", default=None, allow_null=True)
        subscription = serializers.UUIDField(source="subscription_id", allow_null=True)
        requested_by = serializers.CharField(allow_null=True)
        requested_at = serializers.DateTimeField()
        finished_at = serializers.DateTimeField(allow_null=True)
        battery = StressTestSpec(many=True)
        token_budget = serializers.IntegerField(allow_null=True)
        shards = Shard(many=True)

    @operation("run_list", query=Filters, returns=page_of(Output, "RunPage"))
    def get(self, request: Request) -> Response:
        """List runs."""
        wanted, viewer = self.query(RunListApi.Filters), self.viewer
        list_reading_tell(viewer=viewer, what=Seen.RUNS)
        rows = narrowed(
            run_list(viewer=viewer),
            version__model__organization__slug=wanted.get("organization"),
            version__model=wanted.get("model"),
            version=wanted.get("version"),
            state=wanted.get("state"),
            trigger=wanted.get("trigger"),
            requested_at__gte=wanted.get("since"),
        )
        return paged(request, rows, row=RunListApi.Output, order=("-requested_at", "-id"))


class RunGetApi(OperationApi):
    """One run, and how far it is."""

    @extend_schema_serializer(component_name="Run")
    class Output(RunListApi.Output):
        """One execution of a battery on a version, and how far it is."""

        items_done = serializers.IntegerField()
        items_total = serializers.IntegerField(
            allow_null=True, help_text="Over the shards that have begun; null while none has."
        )
        seconds_left = serializers.FloatField(
            allow_null=True, help_text="Extrapolated; null where nothing can be said."
        )

        def to_representation(self, instance: Any) -> Any:
            progress = run_progress(run=instance, now=timezone.now())
            instance.items_done = progress.done
            instance.items_total = progress.total
            instance.seconds_left = progress.seconds_left
            instance.tokens_per_second = progress.tokens_per_second
            return super().to_representation(instance)

        tokens_per_second = serializers.FloatField(
            allow_null=True, help_text="Over the shards at work; null while none is."
        )

    @operation("run_get", returns=Output, refuses={HTTPStatus.NOT_FOUND})
    def get(self, request: Request, run_id: UUID) -> Response:
        """Get a run with its progress."""
        viewer = self.viewer
        run = run_get(viewer=viewer, run_id=run_id)
        model_reading_tell(
            viewer=viewer, what=Seen.RUN, model=run.version.model, subject=f"run/{run.id}"
        )
        return Response(RunGetApi.Output(run).data)


class RunRequestApi(OperationApi):
    """Requests a run in the viewer's name."""

    @extend_schema_serializer(component_name="RunRequest")
    class Input(InputShape):
        version = serializers.UUIDField()
        battery = BatteryField(
            required=False,
            help_text="Left out: every announced stress test that the version can be asked.",
        )
        token_budget = TokenBudgetField()

    @operation(
        "run_request",
        body=Input,
        returns=RunGetApi.Output,
        status=HTTPStatus.CREATED,
        refuses={HTTPStatus.FORBIDDEN},
    )
    def post(self, request: Request) -> Response:
        """Request a run."""
        given, viewer = self.body(RunRequestApi.Input), self.viewer
        version = named("version", lambda: version_get(viewer=viewer, version_id=given["version"]))
        run = run_request_by(
            viewer=viewer,
            version=version,
            battery=battery_resolve(battery=given["battery"])
            if "battery" in given
            else battery_default(access=Access(version.access)),
            token_budget=given.get("token_budget"),
        )
        run = run_get(viewer=viewer, run_id=run.id)
        return created(RunGetApi.Output, run, at="run")


class RunCancelApi(OperationApi):
    """Cancels what of a run is not finished."""

    @operation(
        "run_cancel",
        body=Reason,
        returns=RunGetApi.Output,
        refuses={HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT},
    )
    def post(self, request: Request, run_id: UUID) -> Response:
        """Cancel a run."""
        reason, viewer = self.body(Reason)["reason"], self.viewer
        run_cancel(viewer=viewer, run=run_get(viewer=viewer, run_id=run_id), reason=reason)
        return Response(RunGetApi.Output(run_get(viewer=viewer, run_id=run_id)).data)
