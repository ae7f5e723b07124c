"""Stress tests that live workers announced: list."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.api.operations import OperationApi, narrowed, operation
from compliance.api.pagination import PageFilters, page_of, paged
from compliance.api.shapes import OutputShape, words
from compliance.audits.selectors import stress_test_list
from compliance.domain.vocabulary import Kind, Need


class StressTestListApi(OperationApi):
    """The catalogue: what can be scheduled and run now."""

    class Filters(PageFilters):
        kind = serializers.ChoiceField(choices=words(Kind), required=False)

    @extend_schema_serializer(component_name="StressTest")
    class Output(OutputShape):
        """A stress test in the newest version that a live worker announced."""

        name = serializers.CharField()
        version = serializers.IntegerField()
        kind = serializers.ChoiceField(choices=words(Kind))
        title = serializers.CharField()
        needs = serializers.ListField(child=serializers.ChoiceField(choices=words(Need)))
        parameters = serializers.DictField(help_text="Parameter names with their defaults.")
        choices = serializers.DictField(
            child=serializers.ListField(child=serializers.CharField()),
            help_text="The values of parameters that take only some, by name.",
        )
        claim = serializers.CharField()
        data_card = serializers.DictField()
        sources = serializers.ListField(child=serializers.CharField())
        code_digest = serializers.CharField()
        validity = serializers.DictField(
            allow_null=True, help_text="Measured error rates; null: it produces leads only."
        )
        plan = serializers.DictField(
            allow_null=True,
            help_text="What a run with default parameters would come to, by true rate; null: not "
            "announced. Priced for a version by run_forecast.",
        )
        announced_at = serializers.DateTimeField()

    @operation("stress_test_list", query=Filters, returns=page_of(Output, "StressTestPage"))
    def get(self, request: Request) -> Response:
        """List the stress tests on offer."""
        wanted = self.query(StressTestListApi.Filters)
        rows = narrowed(stress_test_list(), kind=wanted.get("kind"))
        # The catalogue holds one version a name, chosen by this very order.
        return paged(request, rows, row=StressTestListApi.Output, order=("name", "-version"))
