from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..types import UNSET, Unset
from typing import cast
from uuid import UUID

if TYPE_CHECKING:
  from ..models.run_forecast_request_battery_item_type_1 import RunForecastRequestBatteryItemType1





T = TypeVar("T", bound="RunForecastRequest")



@_attrs_define
class RunForecastRequest:
    """ A JSON object or query that an operation accepts.

    Names it does not know are refused: a misspelt filter would widen the answer in silence. So are
    JSON values of another type than the field's: what is accepted is what OpenAPI says.

        Attributes:
            version (UUID):
            battery (list[RunForecastRequestBatteryItemType1 | str] | Unset): Left out: every announced stress test that the
                version can be asked.
     """

    version: UUID
    battery: list[RunForecastRequestBatteryItemType1 | str] | Unset = UNSET





    def to_dict(self) -> dict[str, Any]:
        from ..models.run_forecast_request_battery_item_type_1 import RunForecastRequestBatteryItemType1 # noqa: PLC0415
        version = str(self.version)

        battery: list[dict[str, Any] | str] | Unset = UNSET
        if not isinstance(self.battery, Unset):
            battery = []
            for battery_item_data in self.battery:
                battery_item: dict[str, Any] | str
                if isinstance(battery_item_data, RunForecastRequestBatteryItemType1):
                    battery_item = battery_item_data.to_dict()
                else:
                    battery_item = battery_item_data
                battery.append(battery_item)




        field_dict: dict[str, Any] = {}

        field_dict.update({
            "version": version,
        })
        if battery is not UNSET:
            field_dict["battery"] = battery

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.run_forecast_request_battery_item_type_1 import RunForecastRequestBatteryItemType1 # noqa: PLC0415
        d = dict(src_dict)
        version = UUID(d.pop("version"))




        _battery = d.pop("battery", UNSET)
        battery: list[RunForecastRequestBatteryItemType1 | str] | Unset = UNSET
        if _battery is not UNSET:
            battery = []
            for battery_item_data in _battery:
                def _parse_battery_item(data: object) -> RunForecastRequestBatteryItemType1 | str:
                    try:
                        if not isinstance(data, dict):
                            raise TypeError()
                        battery_item_type_1 = RunForecastRequestBatteryItemType1.from_dict(data)



                        return battery_item_type_1
                    except (TypeError, ValueError, AttributeError, KeyError):
                        pass
                    return cast(RunForecastRequestBatteryItemType1 | str, data)

                battery_item = _parse_battery_item(battery_item_data)

                battery.append(battery_item)


        run_forecast_request = cls(
            version=version,
            battery=battery,
        )

        return run_forecast_request

