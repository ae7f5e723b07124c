"""Events as CloudEvents 1.0: list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.accounts.services import list_reading_tell
from compliance.api.operations import OperationApi, narrowed, operation
from compliance.api.pagination import PageFilters, page_of, paged
from compliance.api.shapes import OutputShape, words
from compliance.domain.events import EventType, envelope
from compliance.domain.readings import Seen
from compliance.events.selectors import event_list

if TYPE_CHECKING:
    from compliance.events.models import Event


class EventListApi(OperationApi):
    """What happened, newest first."""

    class Filters(PageFilters):
        type = serializers.ChoiceField(choices=words(EventType), required=False)
        subject = serializers.CharField(
            required=False, max_length=200, help_text="For example `run/<id>`."
        )
        organization = serializers.SlugField(required=False, help_text="In whose record it is.")
        model = serializers.UUIDField(required=False)
        since = serializers.DateTimeField(required=False, help_text="Happened then or later.")

    @extend_schema_serializer(component_name="CloudEvent")
    class Output(OutputShape):
        """The CloudEvents 1.0 envelope of an event."""

        specversion = serializers.CharField()
        id = serializers.UUIDField()
        type = serializers.ChoiceField(choices=words(EventType))
        source = serializers.CharField(  # type: ignore[assignment]
            help_text="The organization whose record it is in, or /log: the operator's own."
        )
        subject = serializers.CharField()
        time = serializers.DateTimeField()
        datacontenttype = serializers.CharField()
        data = serializers.DictField()  # type: ignore[assignment]
        traceparent = serializers.CharField(
            required=False, help_text="The trace it happened in (distributed tracing extension)."
        )

        def to_representation(self, instance: Any) -> Any:
            traced = {"traceparent": instance.traceparent} if instance.traceparent else {}
            return traced | envelope(
                event_id=instance.id,
                event_type=EventType(instance.type),
                source=_source(instance),
                subject=instance.subject,
                occurred_at=instance.occurred_at,
                payload=instance.payload,
            )

    @operation("event_list", query=Filters, returns=page_of(Output, "EventPage"))
    def get(self, request: Request) -> Response:
        """List events."""
        wanted, viewer = self.query(EventListApi.Filters), self.viewer
        list_reading_tell(viewer=viewer, what=Seen.EVENTS)
        rows = narrowed(
            event_list(viewer=viewer),
            type=wanted.get("type"),
            subject=wanted.get("subject"),
            organization__slug=wanted.get("organization"),
            model=wanted.get("model"),
            occurred_at__gte=wanted.get("since"),
        )
        return paged(request, rows, row=EventListApi.Output, order=("-occurred_at", "-id"))


def _source(event: Event) -> str:
    return f"/organizations/{event.organization_id}" if event.organization_id else "/log"
