from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast

if TYPE_CHECKING:
  from ..models.dispute_propose_battery_item_type_1_parameters import DisputeProposeBatteryItemType1Parameters





T = TypeVar("T", bound="DisputeProposeBatteryItemType1")



@_attrs_define
class DisputeProposeBatteryItemType1:
    """ A stress test with all it is parametrized by.

        Attributes:
            name (str):
            version (int):
            parameters (DisputeProposeBatteryItemType1Parameters):
     """

    name: str
    version: int
    parameters: DisputeProposeBatteryItemType1Parameters
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.dispute_propose_battery_item_type_1_parameters import DisputeProposeBatteryItemType1Parameters # noqa: PLC0415
        name = self.name

        version = self.version

        parameters = self.parameters.to_dict()


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "name": name,
            "version": version,
            "parameters": parameters,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.dispute_propose_battery_item_type_1_parameters import DisputeProposeBatteryItemType1Parameters # noqa: PLC0415
        d = dict(src_dict)
        name = d.pop("name")

        version = d.pop("version")

        parameters = DisputeProposeBatteryItemType1Parameters.from_dict(d.pop("parameters"))




        dispute_propose_battery_item_type_1 = cls(
            name=name,
            version=version,
            parameters=parameters,
        )


        dispute_propose_battery_item_type_1.additional_properties = d
        return dispute_propose_battery_item_type_1

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
