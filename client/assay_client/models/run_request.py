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
  from ..models.run_request_battery_item_type_1 import RunRequestBatteryItemType1





T = TypeVar("T", bound="RunRequest")



@_attrs_define
class RunRequest:
    """ A JSON object or query that an operation accepts.

    Names it does not know are refused: a misspelt filter would widen the answer in silence. So are
    JSON values of another type than the field's: what is accepted is what OpenAPI says.

        Attributes:
            version (UUID):
            battery (list[RunRequestBatteryItemType1 | str] | Unset): Left out: every announced stress test that the version
                can be asked.
            token_budget (int | None | Unset): Tokens that each stress test may take; null: no end.
     """

    version: UUID
    battery: list[RunRequestBatteryItemType1 | str] | Unset = UNSET
    token_budget: int | None | Unset = UNSET





    def to_dict(self) -> dict[str, Any]:
        from ..models.run_request_battery_item_type_1 import RunRequestBatteryItemType1 # noqa: PLC0415
        version = str(self.version)

        battery: list[dict[str, Any] | str] | Unset = UNSET
        if not isinstance(self.battery, Unset):
            battery = []
            for battery_item_data in self.battery:
                battery_item: dict[str, Any] | str
                if isinstance(battery_item_data, RunRequestBatteryItemType1):
                    battery_item = battery_item_data.to_dict()
                else:
                    battery_item = battery_item_data
                battery.append(battery_item)



        token_budget: int | None | Unset
        if isinstance(self.token_budget, Unset):
            token_budget = UNSET
        else:
            token_budget = self.token_budget


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "version": version,
        })
        if battery is not UNSET:
            field_dict["battery"] = battery
        if token_budget is not UNSET:
            field_dict["token_budget"] = token_budget

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.run_request_battery_item_type_1 import RunRequestBatteryItemType1 # noqa: PLC0415
        d = dict(src_dict)
        version = UUID(d.pop("version"))




        _battery = d.pop("battery", UNSET)
        battery: list[RunRequestBatteryItemType1 | str] | Unset = UNSET
        if _battery is not UNSET:
            battery = []
            for battery_item_data in _battery:
                def _parse_battery_item(data: object) -> RunRequestBatteryItemType1 | str:
                    try:
                        if not isinstance(data, dict):
                            raise TypeError()
                        battery_item_type_1 = RunRequestBatteryItemType1.from_dict(data)



                        return battery_item_type_1
                    except (TypeError, ValueError, AttributeError, KeyError):
                        pass
                    return cast(RunRequestBatteryItemType1 | str, data)

                battery_item = _parse_battery_item(battery_item_data)

                battery.append(battery_item)


        def _parse_token_budget(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        token_budget = _parse_token_budget(d.pop("token_budget", UNSET))


        run_request = cls(
            version=version,
            battery=battery,
            token_budget=token_budget,
        )

        return run_request

