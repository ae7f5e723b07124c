"""Grants given and held, and who read what by them: list."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.accounts.selectors import grants_given, grants_held, reading_list
from compliance.api.operations import OperationApi, narrowed, operation
from compliance.api.pagination import PageFilters, page_of, paged
from compliance.api.shapes import OutputShape, Reference, words
from compliance.domain.readings import Seen
from compliance.domain.vocabulary import GrantKind


class GrantListApi(OperationApi):
    """Grants on the record of one's organizations, and what these may read of others."""

    class Filters(PageFilters):
        held = serializers.BooleanField(
            required=False,
            default=False,
            help_text="True: what you may read of others now; else what you have given.",
        )
        organization = serializers.SlugField(required=False, help_text="That reads.")
        provider = serializers.SlugField(required=False, help_text="Whose record it is.")
        kind = serializers.ChoiceField(choices=words(GrantKind), required=False)

    @extend_schema_serializer(component_name="Grant")
    class Output(OutputShape):
        """How much of whose record an organization may read, until when."""

        id = serializers.IntegerField()
        organization = serializers.CharField(source="organization.slug", help_text="That reads.")
        provider = serializers.CharField(source="provider.slug", help_text="Whose record it is.")
        kind = serializers.ChoiceField(choices=words(GrantKind))
        jurisdiction = serializers.CharField(help_text="Empty with other kinds.")
        models = Reference(source="of_models", many=True, help_text="Empty with other kinds.")
        record_from = serializers.DateTimeField(allow_null=True)
        record_to = serializers.DateTimeField(allow_null=True)
        granted_at = serializers.DateTimeField()
        expires_at = serializers.DateTimeField(allow_null=True)

    @operation("grant_list", query=Filters, returns=page_of(Output, "GrantPage"))
    def get(self, request: Request) -> Response:
        """List grants."""
        wanted, viewer = self.query(GrantListApi.Filters), self.viewer
        given = grants_given(viewer=viewer)
        rows = narrowed(
            grants_held(viewer=viewer, now=timezone.now()) if wanted["held"] else given,
            organization__slug=wanted.get("organization"),
            provider__slug=wanted.get("provider"),
            kind=wanted.get("kind"),
        )
        return paged(request, rows, row=GrantListApi.Output, order=("-granted_at", "-id"))


class ReadingListApi(OperationApi):
    """Who read what of one's record, newest first."""

    class Filters(PageFilters):
        subject = serializers.CharField(
            required=False, max_length=200, help_text="For example `run/<id>`."
        )
        reader = serializers.CharField(required=False, max_length=254, help_text="An email.")
        what = serializers.ChoiceField(choices=words(Seen), required=False)
        since = serializers.DateTimeField(required=False, help_text="Read then or later.")

    @extend_schema_serializer(component_name="Reading")
    class Output(OutputShape):
        """Somebody read something."""

        at = serializers.DateTimeField(source="occurred_at")
        reader = serializers.CharField(source="actor.email")
        what = serializers.CharField(source="payload.what", default="", help_text="Empty: erased.")
        subject = serializers.CharField()
        event = serializers.UUIDField(source="id")

    @operation("reading_list", query=Filters, returns=page_of(Output, "ReadingPage"))
    def get(self, request: Request) -> Response:
        """List readings."""
        wanted = self.query(ReadingListApi.Filters)
        rows = narrowed(
            reading_list(viewer=self.viewer),
            subject=wanted.get("subject"),
            actor__email=wanted.get("reader"),
            payload__what=wanted.get("what"),
            occurred_at__gte=wanted.get("since"),
        )
        return paged(request, rows, row=ReadingListApi.Output, order=("-occurred_at", "-id"))
