"""Forecasts: what a run would come to, before it is requested."""

from __future__ import annotations

from http import HTTPStatus

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.accounts.services import model_reading_tell
from compliance.api.operations import OperationApi, named, operation
from compliance.api.shapes import BatteryField, InputShape, OutputShape, words
from compliance.audits.selectors import forecast_list
from compliance.audits.services import battery_default, battery_resolve
from compliance.domain.readings import Seen
from compliance.domain.vocabulary import Access, Verdict
from compliance.registry.selectors import version_get


@extend_schema_serializer(component_name="Spread")
class Spread(OutputShape):
    """Over all counted runs together, and in the cheapest and the dearest of them."""

    mean = serializers.FloatField()
    least = serializers.FloatField()
    most = serializers.FloatField()


@extend_schema_serializer(component_name="Chance")
class Chance(OutputShape):
    """A simulated probability with its exact 95% interval."""

    value = serializers.FloatField()
    lower = serializers.FloatField()
    upper = serializers.FloatField()


@extend_schema_serializer(component_name="Expected")
class Expected(OutputShape):
    """What is foreseen at one true rate; tokens and seconds are of the mean number of items."""

    rate = serializers.FloatField(source="outlook.rate")
    right = serializers.ChoiceField(
        source="outlook.right", choices=words(Verdict), help_text="The verdict that is true there."
    )
    compliant = Chance(source="outlook.compliant")
    violating = Chance(source="outlook.violating")
    inconclusive = Chance(source="outlook.inconclusive")
    items_mean = serializers.FloatField(source="outlook.items.mean")
    items_standard_error = serializers.FloatField(source="outlook.items.standard_error")
    items_tenth = serializers.IntegerField(source="outlook.items.tenth")
    items_median = serializers.IntegerField(source="outlook.items.median")
    items_ninetieth = serializers.IntegerField(source="outlook.items.ninetieth")
    bank = serializers.IntegerField(source="outlook.bank")
    lives = serializers.IntegerField(source="outlook.lives", help_text="Simulated runs.")
    tokens = Spread(allow_null=True, help_text="Null where no run was measured.")
    seconds = Spread(allow_null=True, help_text="Null where no run was measured.")


@extend_schema_serializer(component_name="SimulatedRuns")
class Simulated(OutputShape):
    """What runs of the validity study came to; tokens and seconds are of the median of items."""

    case = serializers.CharField(source="studied.case", help_text="What is true there.")
    lives = serializers.IntegerField(source="studied.lives", help_text="Simulated runs.")
    compliant = Chance(source="studied.compliant")
    violating = Chance(source="studied.violating")
    inconclusive = Chance(source="studied.inconclusive")
    items_median = serializers.IntegerField(
        source="studied.median", allow_null=True, help_text="Null where all items are asked."
    )
    items_ninetieth = serializers.IntegerField(source="studied.ninetieth", allow_null=True)
    tokens = Spread(allow_null=True, help_text="Null where no run was measured.")
    seconds = Spread(allow_null=True, help_text="Null where no run was measured.")


@extend_schema_serializer(component_name="Pace")
class Pace(OutputShape):
    """What an item took in earlier runs, loading the model included."""

    runs = serializers.IntegerField()
    items = serializers.IntegerField()
    own = serializers.BooleanField(help_text="Of this version; else of others of its access.")
    seconds = Spread()
    tokens = Spread()


@extend_schema_serializer(component_name="Forecast")
class Forecast(OutputShape):
    """What a run of one stress test would come to."""

    test = serializers.CharField(source="test.name")
    test_version = serializers.IntegerField(source="test.version")
    rows = Expected(many=True, help_text="By true rate; empty where nothing is planned.")
    simulated = Simulated(
        many=True, help_text="Where nothing is planned: runs of the validity study, by truth."
    )
    reason = serializers.CharField(help_text="Why nothing is planned; else empty.")
    assumes = serializers.ListField(child=serializers.CharField())
    lead = serializers.BooleanField(help_text="Every verdict would be inconclusive.")
    other = serializers.ListField(
        child=serializers.CharField(),
        help_text="Parameters of the battery whose values are not those of the plan.",
    )
    asks_all = serializers.BooleanField(
        help_text="No run stops early: people are to label answers of the whole bank."
    )
    pace = Pace(allow_null=True)


class RunForecastApi(OperationApi):
    """Foresees a run; writes nothing."""

    costly = True

    @extend_schema_serializer(component_name="RunForecastRequest")
    class Input(InputShape):
        version = serializers.UUIDField()
        battery = BatteryField(
            required=False,
            help_text="Left out: every announced stress test that the version can be asked.",
        )

    @extend_schema_serializer(component_name="RunForecast")
    class Output(OutputShape):
        """One forecast a stress test of the battery, in its order."""

        rows = Forecast(many=True)

    @operation("run_forecast", body=Input, returns=Output, refuses={HTTPStatus.NOT_FOUND})
    def post(self, request: Request) -> Response:
        """Foresee items, tokens, time and verdicts of a run."""
        given, viewer = self.body(RunForecastApi.Input), self.viewer
        version = named("version", lambda: version_get(viewer=viewer, version_id=given["version"]))
        subject = f"version/{version.id}"
        model_reading_tell(viewer=viewer, what=Seen.FORECAST, model=version.model, subject=subject)
        battery = (
            battery_resolve(battery=given["battery"])
            if "battery" in given
            else battery_default(access=Access(version.access))
        )
        found = forecast_list(viewer=viewer, battery=battery, version=version)
        return Response(RunForecastApi.Output({"rows": found}).data)
