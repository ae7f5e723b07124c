from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast
import datetime

if TYPE_CHECKING:
  from ..models.dispute_propose_battery_item_type_1 import DisputeProposeBatteryItemType1





T = TypeVar("T", bound="DisputePropose")



@_attrs_define
class DisputePropose:
    """ A JSON object or query that an operation accepts.

    Names it does not know are refused: a misspelt filter would widen the answer in silence. So are
    JSON values of another type than the field's: what is accepted is what OpenAPI says.

        Attributes:
            battery (list[DisputeProposeBatteryItemType1 | str]): Provenance tests that compare two versions.
            draw_by (datetime.datetime): After the other party's time to agree.
            reasons (str):
     """

    battery: list[DisputeProposeBatteryItemType1 | str]
    draw_by: datetime.datetime
    reasons: str





    def to_dict(self) -> dict[str, Any]:
        from ..models.dispute_propose_battery_item_type_1 import DisputeProposeBatteryItemType1 # noqa: PLC0415
        battery = []
        for battery_item_data in self.battery:
            battery_item: dict[str, Any] | str
            if isinstance(battery_item_data, DisputeProposeBatteryItemType1):
                battery_item = battery_item_data.to_dict()
            else:
                battery_item = battery_item_data
            battery.append(battery_item)



        draw_by = self.draw_by.isoformat()

        reasons = self.reasons


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "battery": battery,
            "draw_by": draw_by,
            "reasons": reasons,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.dispute_propose_battery_item_type_1 import DisputeProposeBatteryItemType1 # noqa: PLC0415
        d = dict(src_dict)
        battery = []
        _battery = d.pop("battery")
        for battery_item_data in (_battery):
            def _parse_battery_item(data: object) -> DisputeProposeBatteryItemType1 | str:
                try:
                    if not isinstance(data, dict):
                        raise TypeError()
                    battery_item_type_1 = DisputeProposeBatteryItemType1.from_dict(data)



                    return battery_item_type_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass
                return cast(DisputeProposeBatteryItemType1 | str, data)

            battery_item = _parse_battery_item(battery_item_data)

            battery.append(battery_item)


        draw_by = datetime.datetime.fromisoformat(d.pop("draw_by"))




        reasons = d.pop("reasons")

        dispute_propose = cls(
            battery=battery,
            draw_by=draw_by,
            reasons=reasons,
        )

        return dispute_propose

