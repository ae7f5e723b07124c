"""API tokens: list, revoke.

Tokens are issued in the portal alone. Could a token issue another, a stolen one would outlive its
revocation.
"""

from __future__ import annotations

from http import HTTPStatus

from django.db.models import Q
from django.utils import timezone
from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.accounts.selectors import token_get, token_list
from compliance.accounts.services import token_revoke
from compliance.api.operations import OperationApi, operation
from compliance.api.pagination import PageFilters, page_of, paged
from compliance.api.shapes import OutputShape, words
from compliance.domain.rights import TokenScope


class TokenListApi(OperationApi):
    """One's own tokens, newest first."""

    class Filters(PageFilters):
        live = serializers.BooleanField(
            required=False, allow_null=True, default=None, help_text="False: those that ended."
        )

    @extend_schema_serializer(component_name="Token")
    class Output(OutputShape):
        """A token; its text was shown once."""

        id = serializers.IntegerField()
        name = serializers.CharField()
        prefix = serializers.CharField(help_text="First characters, to recognise it by.")
        scopes = serializers.ListField(child=serializers.ChoiceField(choices=words(TokenScope)))
        created_at = serializers.DateTimeField()
        expires_at = serializers.DateTimeField()
        last_used_at = serializers.DateTimeField(allow_null=True, help_text="To the minute.")

    @operation("token_list", query=Filters, returns=page_of(Output, "TokenPage"))
    def get(self, request: Request) -> Response:
        """List your tokens."""
        live = self.query(TokenListApi.Filters)["live"]
        rows = token_list(viewer=self.viewer)
        if live is not None:
            ended = Q(expires_at__lte=timezone.now())
            rows = rows.filter(~ended if live else ended)
        return paged(request, rows, row=TokenListApi.Output, order=("-created_at", "-id"))


class TokenRevokeApi(OperationApi):
    """Refuses a token from now on."""

    @operation("token_revoke", returns=TokenListApi.Output, refuses={HTTPStatus.NOT_FOUND})
    def delete(self, request: Request, token_id: int) -> Response:
        """Revoke a token, of your own or of a service account that you employ."""
        viewer = self.viewer
        token = token_get(viewer=viewer, token_id=token_id)
        token_revoke(token=token, now=timezone.now(), actor=viewer.user)
        return Response(TokenListApi.Output(token_get(viewer=viewer, token_id=token_id)).data)
