from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast

if TYPE_CHECKING:
  from ..models.stream import Stream





T = TypeVar("T", bound="ErrorBudget")



@_attrs_define
class ErrorBudget:
    """ The chance of any false alarm in an organization's whole life, and its streams.

        Attributes:
            organization (str):
            alpha (float):
            spent (float):
            left (float):
            streams (list[Stream]):
     """

    organization: str
    alpha: float
    spent: float
    left: float
    streams: list[Stream]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.stream import Stream # noqa: PLC0415
        organization = self.organization

        alpha = self.alpha

        spent = self.spent

        left = self.left

        streams = []
        for streams_item_data in self.streams:
            streams_item = streams_item_data.to_dict()
            streams.append(streams_item)




        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "organization": organization,
            "alpha": alpha,
            "spent": spent,
            "left": left,
            "streams": streams,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.stream import Stream # noqa: PLC0415
        d = dict(src_dict)
        organization = d.pop("organization")

        alpha = d.pop("alpha")

        spent = d.pop("spent")

        left = d.pop("left")

        streams = []
        _streams = d.pop("streams")
        for streams_item_data in (_streams):
            streams_item = Stream.from_dict(streams_item_data)



            streams.append(streams_item)


        error_budget = cls(
            organization=organization,
            alpha=alpha,
            spent=spent,
            left=left,
            streams=streams,
        )


        error_budget.additional_properties = d
        return error_budget

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
