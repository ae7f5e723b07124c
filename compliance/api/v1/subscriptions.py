"""Subscriptions: list, get, create, pause, resume."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from uuid import UUID

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.accounts.selectors import organization_get
from compliance.accounts.services import list_reading_tell
from compliance.api.operations import OperationApi, created, named, narrowed, operation
from compliance.api.pagination import PageFilters, page_of, paged
from compliance.api.shapes import (
    AddressField,
    BatteryField,
    FilterField,
    InputShape,
    OutputShape,
    Reference,
    StressTestSpec,
    words,
)
from compliance.audits.selectors import subscription_get, subscription_list
from compliance.audits.services import (
    consequence_resolve,
    subscription_create,
    subscription_pause,
    subscription_reading_tell,
    subscription_resume,
)
from compliance.domain.events import EventType
from compliance.domain.readings import Seen
from compliance.domain.vocabulary import Effect, Severity
from compliance.registry.selectors import model_get

EVENT_TYPES = sorted(event_type.value for event_type in EventType)
FILTER = "Keys of the event's payload, each with its value or a list of values."


CHANGE_REFUSES = (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.PRECONDITION_FAILED)


class SubscriptionGetApi(OperationApi):
    """One subscription."""

    @extend_schema_serializer(component_name="Subscription")
    class Output(OutputShape):
        """What is done when something happens."""

        id = serializers.UUIDField()
        organization = serializers.CharField(source="organization.slug")
        event_type = serializers.ChoiceField(choices=EVENT_TYPES)
        model = Reference(allow_null=True, help_text="Null: every model of the organization.")
        filter = serializers.DictField(help_text=FILTER)
        effect = serializers.ChoiceField(choices=words(Effect))
        battery = StressTestSpec(many=True, help_text="Of the runs it starts.")
        severity = serializers.CharField(help_text="Of the alerts it opens; else empty.")
        url = serializers.CharField(help_text="That it calls; else empty.")
        paused_at = serializers.DateTimeField(allow_null=True)
        created_by = serializers.CharField()
        created_at = serializers.DateTimeField()

    @operation("subscription_get", returns=Output, refuses={HTTPStatus.NOT_FOUND})
    def get(self, request: Request, subscription_id: UUID) -> Response:
        """Get a subscription."""
        viewer = self.viewer
        found = subscription_get(viewer=viewer, subscription_id=subscription_id)
        subscription_reading_tell(viewer=viewer, subscription=found)
        return Response(SubscriptionGetApi.Output(found).data)


class SubscriptionListApi(OperationApi):
    """Subscriptions, newest first."""

    class Filters(PageFilters):
        organization = serializers.SlugField(required=False)
        model = serializers.UUIDField(required=False)
        event_type = serializers.ChoiceField(choices=EVENT_TYPES, required=False)
        effect = serializers.ChoiceField(choices=words(Effect), required=False)

    @operation(
        "subscription_list",
        query=Filters,
        returns=page_of(SubscriptionGetApi.Output, "SubscriptionPage"),
    )
    def get(self, request: Request) -> Response:
        """List subscriptions."""
        wanted, viewer = self.query(SubscriptionListApi.Filters), self.viewer
        list_reading_tell(viewer=viewer, what=Seen.SUBSCRIPTIONS)
        rows = narrowed(
            subscription_list(viewer=viewer),
            organization__slug=wanted.get("organization"),
            model=wanted.get("model"),
            event_type=wanted.get("event_type"),
            effect=wanted.get("effect"),
        )
        return paged(request, rows, row=SubscriptionGetApi.Output, order=("-created_at", "-id"))


class SubscriptionCreateApi(OperationApi):
    """Has something done whenever an event of a type happens."""

    @extend_schema_serializer(component_name="SubscriptionCreated")
    class Output(SubscriptionGetApi.Output):
        """What is done when something happens; the secret is told this once."""

        secret = serializers.CharField(
            help_text="Signs the calls by the Standard Webhooks specification; else empty."
        )

    @extend_schema_serializer(component_name="SubscriptionCreation")
    class Input(InputShape):
        organization = serializers.SlugField(help_text="The provider's slug.")
        event_type = serializers.ChoiceField(choices=EVENT_TYPES)
        model = serializers.UUIDField(required=False, allow_null=True)
        filter = FilterField(required=False, help_text=FILTER)
        effect = serializers.ChoiceField(choices=words(Effect), default=Effect.RUN.value)
        battery = BatteryField(required=False, help_text="For the effect `run`.")
        severity = serializers.ChoiceField(
            choices=words(Severity),
            default=Severity.WARNING.value,
            help_text="For the effect `alert`.",
        )
        url = AddressField(required=False, max_length=500, help_text="For the effect `webhook`.")

    @operation(
        "subscription_create",
        body=Input,
        returns=Output,
        status=HTTPStatus.CREATED,
        refuses={HTTPStatus.FORBIDDEN},
    )
    def post(self, request: Request) -> Response:
        """Create a subscription."""
        given, viewer = self.body(SubscriptionCreateApi.Input), self.viewer
        slug, model_id = given["organization"], given.get("model")
        organization = named("organization", lambda: organization_get(viewer=viewer, slug=slug))
        model = None
        if model_id is not None:
            model = named("model", lambda: model_get(viewer=viewer, model_id=model_id))
        subscription = subscription_create(
            viewer=viewer,
            organization_id=organization.id,
            event_type=EventType(given["event_type"]),
            consequence=consequence_resolve(
                effect=Effect(given["effect"]),
                battery=given.get("battery", []),
                severity=given["severity"],
                url=given.get("url", ""),
            ),
            model=model,
            where=given.get("filter"),
        )
        return created(SubscriptionCreateApi.Output, subscription, at="subscription")


class SubscriptionPauseApi(OperationApi):
    """Stops a subscription from doing anything."""

    @operation(
        "subscription_pause",
        returns=SubscriptionGetApi.Output,
        refuses=CHANGE_REFUSES,
    )
    def post(self, request: Request, subscription_id: UUID) -> Response:
        """Pause a subscription."""
        return _switch(self, subscription_pause, subscription_id)


class SubscriptionResumeApi(OperationApi):
    """Lets a paused subscription act again."""

    @operation(
        "subscription_resume",
        returns=SubscriptionGetApi.Output,
        refuses=CHANGE_REFUSES,
    )
    def post(self, request: Request, subscription_id: UUID) -> Response:
        """Resume a subscription."""
        return _switch(self, subscription_resume, subscription_id)


def _switch(api: OperationApi, service: Callable[..., object], subscription_id: UUID) -> Response:
    viewer = api.viewer
    found = subscription_get(viewer=viewer, subscription_id=subscription_id, held=True)
    api.seen(SubscriptionGetApi.Output, found)
    service(viewer=viewer, subscription=found)
    found = subscription_get(viewer=viewer, subscription_id=subscription_id)
    return Response(SubscriptionGetApi.Output(found).data)
