from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset







T = TypeVar("T", bound="Part")



@_attrs_define
class Part:
    """ The estimate of one stratum.

        Attributes:
            name (str):
            n (int):
            value (float):
            lower (float):
            upper (float):
            log10_e_violating (float):
            log10_e_compliant (float):
            note (str):
     """

    name: str
    n: int
    value: float
    lower: float
    upper: float
    log10_e_violating: float
    log10_e_compliant: float
    note: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        name = self.name

        n = self.n

        value = self.value

        lower = self.lower

        upper = self.upper

        log10_e_violating = self.log10_e_violating

        log10_e_compliant = self.log10_e_compliant

        note = self.note


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "name": name,
            "n": n,
            "value": value,
            "lower": lower,
            "upper": upper,
            "log10_e_violating": log10_e_violating,
            "log10_e_compliant": log10_e_compliant,
            "note": note,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name")

        n = d.pop("n")

        value = d.pop("value")

        lower = d.pop("lower")

        upper = d.pop("upper")

        log10_e_violating = d.pop("log10_e_violating")

        log10_e_compliant = d.pop("log10_e_compliant")

        note = d.pop("note")

        part = cls(
            name=name,
            n=n,
            value=value,
            lower=lower,
            upper=upper,
            log10_e_violating=log10_e_violating,
            log10_e_compliant=log10_e_compliant,
            note=note,
        )


        part.additional_properties = d
        return part

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
