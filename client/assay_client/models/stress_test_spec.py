from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast

if TYPE_CHECKING:
  from ..models.stress_test_spec_parameters import StressTestSpecParameters





T = TypeVar("T", bound="StressTestSpec")



@_attrs_define
class StressTestSpec:
    """ A stress test by name, version and parameters; what is not given has its default.

        Attributes:
            name (str):
            version (int):
            parameters (StressTestSpecParameters):
     """

    name: str
    version: int
    parameters: StressTestSpecParameters
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.stress_test_spec_parameters import StressTestSpecParameters # noqa: PLC0415
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
        from ..models.stress_test_spec_parameters import StressTestSpecParameters # noqa: PLC0415
        d = dict(src_dict)
        name = d.pop("name")

        version = d.pop("version")

        parameters = StressTestSpecParameters.from_dict(d.pop("parameters"))




        stress_test_spec = cls(
            name=name,
            version=version,
            parameters=parameters,
        )


        stress_test_spec.additional_properties = d
        return stress_test_spec

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
