"""Error budgets: list, get, and the streams that spend one."""

from __future__ import annotations

from http import HTTPStatus

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.accounts.selectors import Viewer
from compliance.accounts.services import list_reading_tell
from compliance.api.operations import OperationApi, narrowed, operation
from compliance.api.pagination import PageFilters, page_of, paged
from compliance.api.shapes import OutputShape, Reference, words
from compliance.audits.budget import Budget, budgets_of, error_budget_get, spender_list, stream_list
from compliance.domain.readings import Seen
from compliance.domain.vocabulary import Tier, Verdict


class ErrorBudgetGetApi(OperationApi):
    """What one organization may still be wrong about, by chance."""

    @extend_schema_serializer(component_name="ErrorBudget")
    class Output(OutputShape):
        """The chance of any false alarm in an organization's whole life, and what is spent."""

        organization = serializers.CharField(source="organization.slug")
        alpha = serializers.FloatField()
        spent = serializers.FloatField(help_text="What the streams there are may use of it.")
        left = serializers.FloatField(help_text="For all streams that will come.")
        streams = serializers.IntegerField(
            source="streams.__len__", help_text="Claims on versions that have a result."
        )
        waiting = serializers.IntegerField(
            help_text="Those whose items are committed to and that have none yet; they spend too."
        )
        alarms = serializers.IntegerField(help_text="Streams that are beyond chance.")
        suspected = serializers.IntegerField(
            help_text="Further streams, of which at most the same rate is false on average."
        )

    @operation("error_budget_get", returns=Output, refuses={HTTPStatus.NOT_FOUND})
    def get(self, request: Request, slug: str) -> Response:
        """Get the error budget of an organization."""
        viewer = self.viewer
        budget = error_budget_get(viewer=viewer, slug=slug)
        _tell(viewer, budget)
        return Response(ErrorBudgetGetApi.Output(budget).data)


class ErrorBudgetListApi(OperationApi):
    """The budgets of the organizations whose record the viewer reads as a whole."""

    class Filters(PageFilters):
        organization = serializers.SlugField(required=False)

    @operation(
        "error_budget_list",
        query=Filters,
        returns=page_of(ErrorBudgetGetApi.Output, "ErrorBudgetPage"),
    )
    def get(self, request: Request) -> Response:
        """List error budgets."""
        wanted, viewer = self.query(ErrorBudgetListApi.Filters), self.viewer
        list_reading_tell(viewer=viewer, what=Seen.BUDGET, whole=True)
        rows = narrowed(spender_list(viewer=viewer), slug=wanted.get("organization"))
        return paged(
            request,
            rows,
            row=ErrorBudgetGetApi.Output,
            order=("slug",),
            told=lambda page: budgets_of(organizations=page),
        )


class StreamListApi(OperationApi):
    """Streams of one organization, in the order that their items were committed to."""

    class Filters(PageFilters):
        version = serializers.UUIDField(required=False)
        test = serializers.CharField(required=False, max_length=100)
        verdict = serializers.ChoiceField(choices=words(Verdict), required=False)
        tier = serializers.ChoiceField(choices=words(Tier), required=False)

    @extend_schema_serializer(component_name="Stream")
    class Output(OutputShape):
        """One claim on one version, with its newest result."""

        order = serializers.IntegerField()
        test = serializers.CharField(source="result.test_name")
        version = Reference(source="result.version")
        result = serializers.UUIDField(source="result.id")
        verdict = serializers.ChoiceField(
            source="result.verdict", choices=words(Verdict), help_text="Of the claim alone."
        )
        log10_e_violating = serializers.FloatField(source="result.log10_e_violating")
        share = serializers.FloatField(help_text="Of the budget, that it may spend.")
        bound_log10 = serializers.FloatField(help_text="What an alarm needs.")
        tier = serializers.ChoiceField(choices=words(Tier), help_text="Among all streams.")

    @operation(
        "error_budget_stream_list",
        query=Filters,
        returns=page_of(Output, "StreamPage"),
        refuses={HTTPStatus.NOT_FOUND},
    )
    def get(self, request: Request, slug: str) -> Response:
        """List the streams that spend an organization's error budget."""
        wanted, viewer = self.query(StreamListApi.Filters), self.viewer
        budget = error_budget_get(viewer=viewer, slug=slug)
        _tell(viewer, budget)
        tier = wanted.get("tier")
        rows = narrowed(
            stream_list(budget=budget, tier=Tier(tier) if tier else None),
            version=wanted.get("version"),
            head__result__test_name=wanted.get("test"),
            head__result__verdict=wanted.get("verdict"),
        )
        return paged(
            request,
            rows,
            row=StreamListApi.Output,
            order=("number",),
            told=lambda page: budget.streams.numbered([one.number for one in page]),
        )


def _tell(viewer: Viewer, budget: Budget) -> None:
    organization_id = budget.organization.id
    list_reading_tell(viewer=viewer, what=Seen.BUDGET, among=[organization_id])
