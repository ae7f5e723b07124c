"""Error budgets: list."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.api.operations import OperationApi, operation
from compliance.api.shapes import OutputShape, Reference, words
from compliance.audits.budget import error_budget_list
from compliance.domain.vocabulary import Tier, Verdict


class ErrorBudgetListApi(OperationApi):
    """What each organization may still be wrong about, by chance."""

    class Output(OutputShape):
        """The error budgets of the organizations whose record the viewer may read."""

        @extend_schema_serializer(component_name="ErrorBudget")
        class Budget(OutputShape):
            """The chance of any false alarm in an organization's whole life, and its streams."""

            @extend_schema_serializer(component_name="Stream")
            class Stream(OutputShape):
                """One claim on one version, by the order of its first result."""

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

            organization = serializers.CharField(source="organization.slug")
            alpha = serializers.FloatField()
            spent = serializers.FloatField()
            left = serializers.FloatField()
            streams = Stream(many=True)

        rows = Budget(many=True)

    @operation("error_budget_list", returns=Output)
    def get(self, request: Request) -> Response:
        """List error budgets."""
        budgets = error_budget_list(viewer=self.viewer)
        return Response(ErrorBudgetListApi.Output({"rows": budgets}).data)
