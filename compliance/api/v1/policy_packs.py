"""Policy packs: list, get, adopt, drop, schedule."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.accounts.selectors import Viewer, organization_get
from compliance.api.operations import OperationApi, named, narrowed, operation
from compliance.api.pagination import PageFilters, page_of, paged
from compliance.api.shapes import InputShape, OutputShape, Reference, StressTestSpec, words
from compliance.domain.errors import TransitionError
from compliance.domain.policy.packs import Binding
from compliance.domain.rights import Action
from compliance.domain.vocabulary import Access, Role
from compliance.obligations.scheduling import proposal_of
from compliance.obligations.services import pack_schedule
from compliance.policies.selectors import adoption_of, pack_get, pack_list
from compliance.policies.services import pack_adopt, pack_drop


class PolicyPackGetApi(OperationApi):
    """One version of a policy pack."""

    @extend_schema_serializer(component_name="PolicyPack")
    class Output(OutputShape):
        """What a regime demands, as data that never changes."""

        @extend_schema_serializer(component_name="Demand")
        class Demand(OutputShape):
            """One thing asked for, and the stress test that answers as much of it as it can."""

            @extend_schema_serializer(component_name="DemandLimit")
            class Limit(OutputShape):
                """The largest value that is taken, and who says so."""

                value = serializers.FloatField()
                source = serializers.CharField()  # type: ignore[assignment]

            @extend_schema_serializer(component_name="DemandPeriod")
            class Period(OutputShape):
                """How long an answer counts."""

                days = serializers.IntegerField()
                grace_days = serializers.IntegerField()
                source = serializers.CharField()  # type: ignore[assignment]

            @extend_schema_serializer(component_name="LegalClock")
            class Clock(OutputShape):
                """A clock that people may have to start; Assay never does."""

                days = serializers.IntegerField()
                starts = serializers.CharField()
                source = serializers.CharField()  # type: ignore[assignment]

            id = serializers.CharField()
            title = serializers.CharField()
            asks = serializers.CharField()
            source = serializers.CharField()  # type: ignore[assignment]
            binding = serializers.ChoiceField(choices=words(Binding))
            applies_to = serializers.CharField()
            applies_from = serializers.DateField(allow_null=True)
            test = serializers.CharField()
            test_version = serializers.IntegerField(help_text="Or later.")
            access = serializers.ListField(
                child=serializers.ChoiceField(choices=words(Access)), help_text="Empty: any."
            )
            answers = serializers.ChoiceField(choices=words(Role))
            period = Period()
            limit = Limit(allow_null=True, help_text="Null: the stress test's own.")
            clock = Clock(allow_null=True)

        id = serializers.UUIDField()
        name = serializers.CharField()
        version = serializers.IntegerField()
        title = serializers.CharField(source="pack.title")
        regime = serializers.CharField(source="pack.regime")
        url = serializers.CharField(source="pack.url")
        checked_on = serializers.DateField(
            source="pack.checked_on", help_text="When its sources were last read."
        )
        jurisdictions = serializers.ListField(
            source="pack.jurisdictions", child=serializers.CharField(), help_text="Empty: any."
        )
        leaves_out = serializers.ListField(source="pack.leaves_out", child=serializers.CharField())
        demands = Demand(source="pack.demands", many=True)
        sha256 = serializers.CharField(help_text="Of its canonical JSON (RFC 8785).")
        registered_at = serializers.DateTimeField()

    @operation("policy_pack_get", returns=Output, refuses={HTTPStatus.NOT_FOUND})
    def get(self, request: Request, pack_id: UUID) -> Response:
        """Get a policy pack."""
        return Response(PolicyPackGetApi.Output(pack_get(pack_id=pack_id)).data)


class PolicyPackListApi(OperationApi):
    """Versions of policy packs, the newest first."""

    class Filters(PageFilters):
        name = serializers.CharField(required=False, max_length=50)

    @operation(
        "policy_pack_list",
        query=Filters,
        returns=page_of(PolicyPackGetApi.Output, "PolicyPackPage"),
    )
    def get(self, request: Request) -> Response:
        """List policy packs."""
        wanted = self.query(PolicyPackListApi.Filters)
        rows = narrowed(pack_list(), name=wanted.get("name"))
        return paged(request, rows, row=PolicyPackGetApi.Output, order=("-registered_at", "-id"))


class _ForOrganization(InputShape):
    organization = serializers.SlugField(max_length=50, help_text="Its slug.")


@extend_schema_serializer(component_name="Adoption")
class Adoption(OutputShape):
    """An organization that holds itself to a pack."""

    id = serializers.UUIDField()
    pack = Reference()
    organization = serializers.CharField(source="organization.slug")
    adopted_by = serializers.CharField()
    adopted_at = serializers.DateTimeField()
    dropped_at = serializers.DateTimeField(allow_null=True)


class PolicyPackAdoptApi(OperationApi):
    """Holds an organization to a pack."""

    @extend_schema_serializer(component_name="PolicyPackAdoption")
    class Input(_ForOrganization):
        """Which organization holds itself to it."""

    @operation(
        "policy_pack_adopt",
        body=Input,
        returns=Adoption,
        status=HTTPStatus.CREATED,
        refuses={HTTPStatus.NOT_FOUND},
    )
    def post(self, request: Request, pack_id: UUID) -> Response:
        """Adopt a policy pack."""
        pack, viewer = pack_get(pack_id=pack_id), self.viewer
        organization_id = _organization(viewer, self.body(PolicyPackAdoptApi.Input))
        adoption = pack_adopt(viewer=viewer, pack=pack, organization_id=organization_id)
        return Response(Adoption(adoption).data, status=HTTPStatus.CREATED)


class PolicyPackDropApi(OperationApi):
    """Holds an organization to a pack no longer."""

    @extend_schema_serializer(component_name="PolicyPackDropping")
    class Input(_ForOrganization):
        """Which organization drops it."""

    @operation("policy_pack_drop", body=Input, returns=Adoption, refuses={HTTPStatus.NOT_FOUND})
    def post(self, request: Request, pack_id: UUID) -> Response:
        """Drop a policy pack."""
        viewer, given = self.viewer, self.body(PolicyPackDropApi.Input)
        adoption = _adoption(viewer, pack_id, given, Action.ADOPT_PACK)
        return Response(Adoption(pack_drop(viewer=viewer, adoption=adoption)).data)


class PolicyPackScheduleApi(OperationApi):
    """Makes the schedules that an adopted pack asks for."""

    @extend_schema_serializer(component_name="PolicyPackScheduling")
    class Input(_ForOrganization):
        """For which organization, and whether they are only to be looked at."""

        preview = serializers.BooleanField(default=False, help_text="True: nothing is made.")

    @extend_schema_serializer(component_name="ProposedSchedules")
    class Output(OutputShape):
        """The schedules that were made, or would be."""

        @extend_schema_serializer(component_name="ProposedSchedule")
        class Proposed(OutputShape):
            """A schedule of the stress tests that one model's demands ask for in one period."""

            model = Reference()
            name = serializers.CharField()
            battery = StressTestSpec(many=True)
            interval_seconds = serializers.IntegerField(source="rule.interval_seconds")
            first_at = serializers.DateTimeField()

        @extend_schema_serializer(component_name="LeftOutDemand")
        class LeftOut(OutputShape):
            """A demand that needs no schedule, or can have none."""

            model = Reference()
            demand = serializers.CharField(source="demand.id")
            reason = serializers.CharField()

        made = serializers.BooleanField()
        proposed = Proposed(many=True)
        left_out = LeftOut(many=True)

    @operation("policy_pack_schedule", body=Input, returns=Output, refuses={HTTPStatus.NOT_FOUND})
    def post(self, request: Request, pack_id: UUID) -> Response:
        """Schedule what an adopted policy pack asks for."""
        viewer, given = self.viewer, self.body(PolicyPackScheduleApi.Input)
        adoption = _adoption(viewer, pack_id, given, Action.SCHEDULE)
        now, makes = timezone.now(), not given["preview"]
        found = proposal_of(viewer=viewer, adoption=adoption, now=now)
        if makes:
            pack_schedule(viewer=viewer, adoption=adoption, now=now)
        told = {"made": makes, "proposed": found.proposed, "left_out": found.left_out}
        return Response(PolicyPackScheduleApi.Output(told).data)


def _organization(viewer: Viewer, given: dict[str, Any]) -> UUID:
    found = named(
        "organization", lambda: organization_get(viewer=viewer, slug=given["organization"])
    )
    return found.id


def _adoption(viewer: Viewer, pack_id: UUID, given: dict[str, Any], action: Action) -> Any:
    """The adoption in force of a pack at the organization that a body names.

    Raises:
        TransitionError: there is none.
    """
    pack, organization_id = pack_get(pack_id=pack_id), _organization(viewer, given)
    viewer.require(action, organization_id)
    adoption = adoption_of(viewer=viewer, pack=pack, organization_id=organization_id)
    if adoption is None:
        raise TransitionError(f"{pack} is not adopted there")
    return adoption
