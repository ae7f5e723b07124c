from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.kind import Kind
from ..models.need import Need
from typing import cast
import datetime

if TYPE_CHECKING:
  from ..models.stress_test_choices import StressTestChoices
  from ..models.stress_test_data_card import StressTestDataCard
  from ..models.stress_test_parameters import StressTestParameters
  from ..models.stress_test_plan_type_0 import StressTestPlanType0
  from ..models.stress_test_validity_type_0 import StressTestValidityType0





T = TypeVar("T", bound="StressTest")



@_attrs_define
class StressTest:
    """ A stress test in the newest version that a live worker announced.

        Attributes:
            name (str):
            version (int):
            kind (Kind):
            title (str):
            needs (list[Need]):
            parameters (StressTestParameters): Parameter names with their defaults.
            choices (StressTestChoices): The values of parameters that take only some, by name.
            claim (str):
            data_card (StressTestDataCard):
            sources (list[str]):
            code_digest (str):
            validity (None | StressTestValidityType0): Measured error rates; null: it produces leads only.
            plan (None | StressTestPlanType0): What a run with default parameters would come to, by true rate; null: not
                announced. Priced for a version by run_forecast.
            announced_at (datetime.datetime):
     """

    name: str
    version: int
    kind: Kind
    title: str
    needs: list[Need]
    parameters: StressTestParameters
    choices: StressTestChoices
    claim: str
    data_card: StressTestDataCard
    sources: list[str]
    code_digest: str
    validity: None | StressTestValidityType0
    plan: None | StressTestPlanType0
    announced_at: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.stress_test_choices import StressTestChoices # noqa: PLC0415
        from ..models.stress_test_data_card import StressTestDataCard # noqa: PLC0415
        from ..models.stress_test_parameters import StressTestParameters # noqa: PLC0415
        from ..models.stress_test_plan_type_0 import StressTestPlanType0 # noqa: PLC0415
        from ..models.stress_test_validity_type_0 import StressTestValidityType0 # noqa: PLC0415
        name = self.name

        version = self.version

        kind = self.kind.value

        title = self.title

        needs = []
        for needs_item_data in self.needs:
            needs_item = needs_item_data.value
            needs.append(needs_item)



        parameters = self.parameters.to_dict()

        choices = self.choices.to_dict()

        claim = self.claim

        data_card = self.data_card.to_dict()

        sources = self.sources



        code_digest = self.code_digest

        validity: dict[str, Any] | None
        if isinstance(self.validity, StressTestValidityType0):
            validity = self.validity.to_dict()
        else:
            validity = self.validity

        plan: dict[str, Any] | None
        if isinstance(self.plan, StressTestPlanType0):
            plan = self.plan.to_dict()
        else:
            plan = self.plan

        announced_at = self.announced_at.isoformat()


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "name": name,
            "version": version,
            "kind": kind,
            "title": title,
            "needs": needs,
            "parameters": parameters,
            "choices": choices,
            "claim": claim,
            "data_card": data_card,
            "sources": sources,
            "code_digest": code_digest,
            "validity": validity,
            "plan": plan,
            "announced_at": announced_at,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.stress_test_choices import StressTestChoices # noqa: PLC0415
        from ..models.stress_test_data_card import StressTestDataCard # noqa: PLC0415
        from ..models.stress_test_parameters import StressTestParameters # noqa: PLC0415
        from ..models.stress_test_plan_type_0 import StressTestPlanType0 # noqa: PLC0415
        from ..models.stress_test_validity_type_0 import StressTestValidityType0 # noqa: PLC0415
        d = dict(src_dict)
        name = d.pop("name")

        version = d.pop("version")

        kind = Kind(d.pop("kind"))




        title = d.pop("title")

        needs = []
        _needs = d.pop("needs")
        for needs_item_data in (_needs):
            needs_item = Need(needs_item_data)



            needs.append(needs_item)


        parameters = StressTestParameters.from_dict(d.pop("parameters"))




        choices = StressTestChoices.from_dict(d.pop("choices"))




        claim = d.pop("claim")

        data_card = StressTestDataCard.from_dict(d.pop("data_card"))




        sources = cast(list[str], d.pop("sources"))


        code_digest = d.pop("code_digest")

        def _parse_validity(data: object) -> None | StressTestValidityType0:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                validity_type_0 = StressTestValidityType0.from_dict(data)



                return validity_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | StressTestValidityType0, data)

        validity = _parse_validity(d.pop("validity"))


        def _parse_plan(data: object) -> None | StressTestPlanType0:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                plan_type_0 = StressTestPlanType0.from_dict(data)



                return plan_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | StressTestPlanType0, data)

        plan = _parse_plan(d.pop("plan"))


        announced_at = datetime.datetime.fromisoformat(d.pop("announced_at"))




        stress_test = cls(
            name=name,
            version=version,
            kind=kind,
            title=title,
            needs=needs,
            parameters=parameters,
            choices=choices,
            claim=claim,
            data_card=data_card,
            sources=sources,
            code_digest=code_digest,
            validity=validity,
            plan=plan,
            announced_at=announced_at,
        )


        stress_test.additional_properties = d
        return stress_test

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
