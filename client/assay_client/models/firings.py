from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast
import datetime






T = TypeVar("T", bound="Firings")



@_attrs_define
class Firings:
    """ The next five firings, in UTC, jitter left out.

        Attributes:
            firings (list[datetime.datetime]):
     """

    firings: list[datetime.datetime]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        firings = []
        for firings_item_data in self.firings:
            firings_item = firings_item_data.isoformat()
            firings.append(firings_item)




        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "firings": firings,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        firings = []
        _firings = d.pop("firings")
        for firings_item_data in (_firings):
            firings_item = datetime.datetime.fromisoformat(firings_item_data)



            firings.append(firings_item)


        firings = cls(
            firings=firings,
        )


        firings.additional_properties = d
        return firings

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
