from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast
import datetime

if TYPE_CHECKING:
  from ..models.reference import Reference
  from ..models.stress_test_spec import StressTestSpec





T = TypeVar("T", bound="ProposedSchedule")



@_attrs_define
class ProposedSchedule:
    """ A schedule of the stress tests that one model's demands ask for in one period.

        Attributes:
            model (Reference): Names another entity: its id, and what people call it.
            name (str):
            battery (list[StressTestSpec]):
            interval_seconds (int):
            first_at (datetime.datetime):
     """

    model: Reference
    name: str
    battery: list[StressTestSpec]
    interval_seconds: int
    first_at: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.reference import Reference # noqa: PLC0415
        from ..models.stress_test_spec import StressTestSpec # noqa: PLC0415
        model = self.model.to_dict()

        name = self.name

        battery = []
        for battery_item_data in self.battery:
            battery_item = battery_item_data.to_dict()
            battery.append(battery_item)



        interval_seconds = self.interval_seconds

        first_at = self.first_at.isoformat()


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "model": model,
            "name": name,
            "battery": battery,
            "interval_seconds": interval_seconds,
            "first_at": first_at,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.reference import Reference # noqa: PLC0415
        from ..models.stress_test_spec import StressTestSpec # noqa: PLC0415
        d = dict(src_dict)
        model = Reference.from_dict(d.pop("model"))




        name = d.pop("name")

        battery = []
        _battery = d.pop("battery")
        for battery_item_data in (_battery):
            battery_item = StressTestSpec.from_dict(battery_item_data)



            battery.append(battery_item)


        interval_seconds = d.pop("interval_seconds")

        first_at = datetime.datetime.fromisoformat(d.pop("first_at"))




        proposed_schedule = cls(
            model=model,
            name=name,
            battery=battery,
            interval_seconds=interval_seconds,
            first_at=first_at,
        )


        proposed_schedule.additional_properties = d
        return proposed_schedule

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
