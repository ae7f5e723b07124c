from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.catch_up import CatchUp
from ..types import UNSET, Unset
from typing import cast
from uuid import UUID

if TYPE_CHECKING:
  from ..models.schedule_creation_battery_item_type_1 import ScheduleCreationBatteryItemType1





T = TypeVar("T", bound="ScheduleCreation")



@_attrs_define
class ScheduleCreation:
    """ A schedule: what runs on which model, when, and what becomes of missed firings.

        Attributes:
            model (UUID):
            name (str):
            battery (list[ScheduleCreationBatteryItemType1 | str]):
            cron (str | Unset): Five fields; `0 6 * * 1` is Mondays at 06:00.
            interval_seconds (int | None | Unset):
            time_zone (str | Unset): An IANA name. Default: 'UTC'.
            jitter_seconds (int | Unset): Each firing comes up to this much late, drawn for each. Default: 0.
            catch_up (CatchUp | Unset):  Default: CatchUp.RUN_ONCE.
            token_budget (int | None | Unset): Tokens that each stress test may take; null: no end.
     """

    model: UUID
    name: str
    battery: list[ScheduleCreationBatteryItemType1 | str]
    cron: str | Unset = UNSET
    interval_seconds: int | None | Unset = UNSET
    time_zone: str | Unset = 'UTC'
    jitter_seconds: int | Unset = 0
    catch_up: CatchUp | Unset = CatchUp.RUN_ONCE
    token_budget: int | None | Unset = UNSET





    def to_dict(self) -> dict[str, Any]:
        from ..models.schedule_creation_battery_item_type_1 import ScheduleCreationBatteryItemType1 # noqa: PLC0415
        model = str(self.model)

        name = self.name

        battery = []
        for battery_item_data in self.battery:
            battery_item: dict[str, Any] | str
            if isinstance(battery_item_data, ScheduleCreationBatteryItemType1):
                battery_item = battery_item_data.to_dict()
            else:
                battery_item = battery_item_data
            battery.append(battery_item)



        cron = self.cron

        interval_seconds: int | None | Unset
        if isinstance(self.interval_seconds, Unset):
            interval_seconds = UNSET
        else:
            interval_seconds = self.interval_seconds

        time_zone = self.time_zone

        jitter_seconds = self.jitter_seconds

        catch_up: str | Unset = UNSET
        if not isinstance(self.catch_up, Unset):
            catch_up = self.catch_up.value


        token_budget: int | None | Unset
        if isinstance(self.token_budget, Unset):
            token_budget = UNSET
        else:
            token_budget = self.token_budget


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "model": model,
            "name": name,
            "battery": battery,
        })
        if cron is not UNSET:
            field_dict["cron"] = cron
        if interval_seconds is not UNSET:
            field_dict["interval_seconds"] = interval_seconds
        if time_zone is not UNSET:
            field_dict["time_zone"] = time_zone
        if jitter_seconds is not UNSET:
            field_dict["jitter_seconds"] = jitter_seconds
        if catch_up is not UNSET:
            field_dict["catch_up"] = catch_up
        if token_budget is not UNSET:
            field_dict["token_budget"] = token_budget

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.schedule_creation_battery_item_type_1 import ScheduleCreationBatteryItemType1 # noqa: PLC0415
        d = dict(src_dict)
        model = UUID(d.pop("model"))




        name = d.pop("name")

        battery = []
        _battery = d.pop("battery")
        for battery_item_data in (_battery):
            def _parse_battery_item(data: object) -> ScheduleCreationBatteryItemType1 | str:
                try:
                    if not isinstance(data, dict):
                        raise TypeError()
                    battery_item_type_1 = ScheduleCreationBatteryItemType1.from_dict(data)



                    return battery_item_type_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass
                return cast(ScheduleCreationBatteryItemType1 | str, data)

            battery_item = _parse_battery_item(battery_item_data)

            battery.append(battery_item)


        cron = d.pop("cron", UNSET)

        def _parse_interval_seconds(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        interval_seconds = _parse_interval_seconds(d.pop("interval_seconds", UNSET))


        time_zone = d.pop("time_zone", UNSET)

        jitter_seconds = d.pop("jitter_seconds", UNSET)

        _catch_up = d.pop("catch_up", UNSET)
        catch_up: CatchUp | Unset
        if isinstance(_catch_up,  Unset):
            catch_up = UNSET
        else:
            catch_up = CatchUp(_catch_up)




        def _parse_token_budget(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        token_budget = _parse_token_budget(d.pop("token_budget", UNSET))


        schedule_creation = cls(
            model=model,
            name=name,
            battery=battery,
            cron=cron,
            interval_seconds=interval_seconds,
            time_zone=time_zone,
            jitter_seconds=jitter_seconds,
            catch_up=catch_up,
            token_budget=token_budget,
        )

        return schedule_creation

