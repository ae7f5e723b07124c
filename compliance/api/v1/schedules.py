"""Schedules: list, get, create, pause, resume, end, preview."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
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
    Reference,
    StressTestSpec,
    TokenBudgetField,
    words,
)
from compliance.audits.selectors import schedule_get, schedule_list
from compliance.audits.services import (
    battery_resolve,
    schedule_create,
    schedule_end,
    schedule_pause,
    schedule_resume,
)
from compliance.domain.readings import Seen
from compliance.domain.schedules import MAXIMUM_SECONDS, Rule, slots_preview
from compliance.domain.vocabulary import CatchUp
from compliance.registry.selectors import model_get

CHANGE_REFUSES = (
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.CONFLICT,
    HTTPStatus.PRECONDITION_FAILED,
)


class ScheduleGetApi(OperationApi):
    """One schedule."""

    @extend_schema_serializer(component_name="Schedule")
    class Output(OutputShape):
        """Makes runs of a battery on a model's newest version, by time."""

        id = serializers.UUIDField()
        model = Reference()
        name = serializers.CharField()
        battery = StressTestSpec(many=True)
        cron = serializers.CharField(help_text="Empty where there is an interval.")
        interval_seconds = serializers.IntegerField(allow_null=True)
        time_zone = serializers.CharField()
        catch_up = serializers.ChoiceField(choices=words(CatchUp))
        jitter_seconds = serializers.IntegerField()
        token_budget = serializers.IntegerField(allow_null=True)
        next_due_at = serializers.DateTimeField()
        paused_at = serializers.DateTimeField(allow_null=True)
        ended_at = serializers.DateTimeField(
            allow_null=True, help_text="For good; one that has ended stays paused."
        )
        created_by = serializers.CharField()
        created_at = serializers.DateTimeField()

    @operation("schedule_get", returns=Output, refuses={HTTPStatus.NOT_FOUND})
    def get(self, request: Request, schedule_id: UUID) -> Response:
        """Get a schedule."""
        viewer = self.viewer
        schedule = schedule_get(viewer=viewer, schedule_id=schedule_id)
        subject = f"schedule/{schedule.id}"
        model_reading_tell(viewer=viewer, what=Seen.SCHEDULE, model=schedule.model, subject=subject)
        return Response(ScheduleGetApi.Output(schedule).data)


class ScheduleListApi(OperationApi):
    """Schedules, newest first."""

    class Filters(PageFilters):
        organization = serializers.SlugField(required=False, help_text="A provider's slug.")
        model = serializers.UUIDField(required=False)
        paused = serializers.BooleanField(required=False, allow_null=True, default=None)
        ended = serializers.BooleanField(required=False, allow_null=True, default=None)

    @operation(
        "schedule_list", query=Filters, returns=page_of(ScheduleGetApi.Output, "SchedulePage")
    )
    def get(self, request: Request) -> Response:
        """List schedules."""
        wanted, viewer = self.query(ScheduleListApi.Filters), self.viewer
        list_reading_tell(viewer=viewer, what=Seen.SCHEDULES)
        paused, ended = wanted["paused"], wanted["ended"]
        rows = narrowed(
            schedule_list(viewer=viewer),
            model__organization__slug=wanted.get("organization"),
            model=wanted.get("model"),
            paused_at__isnull=None if paused is None else not paused,
            ended_at__isnull=None if ended is None else not ended,
        )
        return paged(request, rows, row=ScheduleGetApi.Output, order=("-created_at", "-id"))


class SchedulePreviewApi(OperationApi):
    """When a rule would fire."""

    @extend_schema_serializer(component_name="Rule")
    class Input(InputShape):
        """A cron expression or an interval, in a time zone."""

        cron = serializers.CharField(
            required=False,
            allow_blank=True,
            max_length=100,
            help_text="Five fields; `0 6 * * 1` is Mondays at 06:00.",
        )
        interval_seconds = serializers.IntegerField(
            required=False, allow_null=True, max_value=MAXIMUM_SECONDS
        )
        time_zone = serializers.CharField(default="UTC", max_length=60, help_text="An IANA name.")
        jitter_seconds = serializers.IntegerField(
            default=0,
            min_value=0,
            max_value=MAXIMUM_SECONDS,
            help_text="Each firing comes up to this much late, drawn for each.",
        )

    @extend_schema_serializer(component_name="Firings")
    class Output(OutputShape):
        """The next five firings, in UTC, jitter left out."""

        firings = serializers.ListField(child=serializers.DateTimeField())

    @operation("schedule_preview", body=Input, returns=Output)
    def post(self, request: Request) -> Response:
        """Preview the next five firings of a rule."""
        now = timezone.now()
        rule = _rule(self.body(SchedulePreviewApi.Input), now)
        rule.check()
        firings = slots_preview(rule, after=now)
        return Response(SchedulePreviewApi.Output({"firings": firings}).data)


class ScheduleCreateApi(OperationApi):
    """Schedules a battery on a model."""

    @extend_schema_serializer(component_name="ScheduleCreation")
    class Input(SchedulePreviewApi.Input):
        """A schedule: what runs on which model, when, and what becomes of missed firings."""

        model = serializers.UUIDField()
        name = serializers.CharField(max_length=200)
        battery = BatteryField()
        catch_up = serializers.ChoiceField(choices=words(CatchUp), default=CatchUp.RUN_ONCE.value)
        token_budget = TokenBudgetField()

    @operation(
        "schedule_create",
        body=Input,
        returns=ScheduleGetApi.Output,
        status=HTTPStatus.CREATED,
        refuses={HTTPStatus.FORBIDDEN},
    )
    def post(self, request: Request) -> Response:
        """Create a schedule."""
        given, viewer = self.body(ScheduleCreateApi.Input), self.viewer
        schedule = schedule_create(
            viewer=viewer,
            model=named("model", lambda: model_get(viewer=viewer, model_id=given["model"])),
            name=given["name"],
            battery=battery_resolve(battery=given["battery"]),
            rule=_rule(given, timezone.now()),
            token_budget=given.get("token_budget"),
        )
        return created(ScheduleGetApi.Output, schedule, at="schedule")


class SchedulePauseApi(OperationApi):
    """Stops a schedule from firing."""

    @operation(
        "schedule_pause",
        returns=ScheduleGetApi.Output,
        refuses=CHANGE_REFUSES,
    )
    def post(self, request: Request, schedule_id: UUID) -> Response:
        """Pause a schedule."""
        return _switch(self, schedule_pause, schedule_id)


class ScheduleResumeApi(OperationApi):
    """Lets a paused schedule fire again, from now on."""

    @operation(
        "schedule_resume",
        returns=ScheduleGetApi.Output,
        refuses=CHANGE_REFUSES,
    )
    def post(self, request: Request, schedule_id: UUID) -> Response:
        """Resume a schedule."""
        return _switch(self, schedule_resume, schedule_id)


class ScheduleEndApi(OperationApi):
    """Stops a schedule for good; it stays on the record."""

    @operation(
        "schedule_end",
        returns=ScheduleGetApi.Output,
        refuses=CHANGE_REFUSES,
    )
    def post(self, request: Request, schedule_id: UUID) -> Response:
        """End a schedule."""
        return _switch(self, schedule_end, schedule_id)


def _rule(given: Mapping[str, Any], now: datetime) -> Rule:
    return Rule(
        cron=given.get("cron", "").strip(),
        interval_seconds=given.get("interval_seconds"),
        time_zone=given["time_zone"],
        anchor=now.replace(second=0, microsecond=0),
        catch_up=CatchUp(given.get("catch_up", CatchUp.RUN_ONCE.value)),
        jitter_seconds=given["jitter_seconds"],
    )


def _switch(api: OperationApi, service: Callable[..., object], schedule_id: UUID) -> Response:
    viewer = api.viewer
    found = schedule_get(viewer=viewer, schedule_id=schedule_id, held=True)
    api.seen(ScheduleGetApi.Output, found)
    service(viewer=viewer, schedule=found)
    schedule = schedule_get(viewer=viewer, schedule_id=schedule_id)
    return Response(ScheduleGetApi.Output(schedule).data)
