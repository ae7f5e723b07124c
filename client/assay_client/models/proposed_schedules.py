from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast

if TYPE_CHECKING:
  from ..models.left_out_demand import LeftOutDemand
  from ..models.proposed_schedule import ProposedSchedule





T = TypeVar("T", bound="ProposedSchedules")



@_attrs_define
class ProposedSchedules:
    """ The schedules that were made, or would be.

        Attributes:
            made (bool):
            proposed (list[ProposedSchedule]):
            left_out (list[LeftOutDemand]):
     """

    made: bool
    proposed: list[ProposedSchedule]
    left_out: list[LeftOutDemand]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.left_out_demand import LeftOutDemand # noqa: PLC0415
        from ..models.proposed_schedule import ProposedSchedule # noqa: PLC0415
        made = self.made

        proposed = []
        for proposed_item_data in self.proposed:
            proposed_item = proposed_item_data.to_dict()
            proposed.append(proposed_item)



        left_out = []
        for left_out_item_data in self.left_out:
            left_out_item = left_out_item_data.to_dict()
            left_out.append(left_out_item)




        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "made": made,
            "proposed": proposed,
            "left_out": left_out,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.left_out_demand import LeftOutDemand # noqa: PLC0415
        from ..models.proposed_schedule import ProposedSchedule # noqa: PLC0415
        d = dict(src_dict)
        made = d.pop("made")

        proposed = []
        _proposed = d.pop("proposed")
        for proposed_item_data in (_proposed):
            proposed_item = ProposedSchedule.from_dict(proposed_item_data)



            proposed.append(proposed_item)


        left_out = []
        _left_out = d.pop("left_out")
        for left_out_item_data in (_left_out):
            left_out_item = LeftOutDemand.from_dict(left_out_item_data)



            left_out.append(left_out_item)


        proposed_schedules = cls(
            made=made,
            proposed=proposed,
            left_out=left_out,
        )


        proposed_schedules.additional_properties = d
        return proposed_schedules

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
