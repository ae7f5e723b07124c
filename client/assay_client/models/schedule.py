from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.catch_up import CatchUp
from typing import cast
from uuid import UUID
import datetime

if TYPE_CHECKING:
  from ..models.reference import Reference
  from ..models.stress_test_spec import StressTestSpec





T = TypeVar("T", bound="Schedule")



@_attrs_define
class Schedule:
    """ Makes runs of a battery on a model's newest version, by time.

        Attributes:
            id (UUID):
            model (Reference): Names another entity: its id, and what people call it.
            name (str):
            battery (list[StressTestSpec]):
            cron (str): Empty where there is an interval.
            interval_seconds (int | None):
            time_zone (str):
            catch_up (CatchUp):
            jitter_seconds (int):
            token_budget (int | None):
            next_due_at (datetime.datetime):
            paused_at (datetime.datetime | None):
            ended_at (datetime.datetime | None): For good; one that has ended stays paused.
            created_by (str):
            created_at (datetime.datetime):
     """

    id: UUID
    model: Reference
    name: str
    battery: list[StressTestSpec]
    cron: str
    interval_seconds: int | None
    time_zone: str
    catch_up: CatchUp
    jitter_seconds: int
    token_budget: int | None
    next_due_at: datetime.datetime
    paused_at: datetime.datetime | None
    ended_at: datetime.datetime | None
    created_by: str
    created_at: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.reference import Reference # noqa: PLC0415
        from ..models.stress_test_spec import StressTestSpec # noqa: PLC0415
        id = str(self.id)

        model = self.model.to_dict()

        name = self.name

        battery = []
        for battery_item_data in self.battery:
            battery_item = battery_item_data.to_dict()
            battery.append(battery_item)



        cron = self.cron

        interval_seconds: int | None
        interval_seconds = self.interval_seconds

        time_zone = self.time_zone

        catch_up = self.catch_up.value

        jitter_seconds = self.jitter_seconds

        token_budget: int | None
        token_budget = self.token_budget

        next_due_at = self.next_due_at.isoformat()

        paused_at: None | str
        if isinstance(self.paused_at, datetime.datetime):
            paused_at = self.paused_at.isoformat()
        else:
            paused_at = self.paused_at

        ended_at: None | str
        if isinstance(self.ended_at, datetime.datetime):
            ended_at = self.ended_at.isoformat()
        else:
            ended_at = self.ended_at

        created_by = self.created_by

        created_at = self.created_at.isoformat()


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "id": id,
            "model": model,
            "name": name,
            "battery": battery,
            "cron": cron,
            "interval_seconds": interval_seconds,
            "time_zone": time_zone,
            "catch_up": catch_up,
            "jitter_seconds": jitter_seconds,
            "token_budget": token_budget,
            "next_due_at": next_due_at,
            "paused_at": paused_at,
            "ended_at": ended_at,
            "created_by": created_by,
            "created_at": created_at,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.reference import Reference # noqa: PLC0415
        from ..models.stress_test_spec import StressTestSpec # noqa: PLC0415
        d = dict(src_dict)
        id = UUID(d.pop("id"))




        model = Reference.from_dict(d.pop("model"))




        name = d.pop("name")

        battery = []
        _battery = d.pop("battery")
        for battery_item_data in (_battery):
            battery_item = StressTestSpec.from_dict(battery_item_data)



            battery.append(battery_item)


        cron = d.pop("cron")

        def _parse_interval_seconds(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        interval_seconds = _parse_interval_seconds(d.pop("interval_seconds"))


        time_zone = d.pop("time_zone")

        catch_up = CatchUp(d.pop("catch_up"))




        jitter_seconds = d.pop("jitter_seconds")

        def _parse_token_budget(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        token_budget = _parse_token_budget(d.pop("token_budget"))


        next_due_at = datetime.datetime.fromisoformat(d.pop("next_due_at"))




        def _parse_paused_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                paused_at_type_0 = datetime.datetime.fromisoformat(data)



                return paused_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        paused_at = _parse_paused_at(d.pop("paused_at"))


        def _parse_ended_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                ended_at_type_0 = datetime.datetime.fromisoformat(data)



                return ended_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        ended_at = _parse_ended_at(d.pop("ended_at"))


        created_by = d.pop("created_by")

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))




        schedule = cls(
            id=id,
            model=model,
            name=name,
            battery=battery,
            cron=cron,
            interval_seconds=interval_seconds,
            time_zone=time_zone,
            catch_up=catch_up,
            jitter_seconds=jitter_seconds,
            token_budget=token_budget,
            next_due_at=next_due_at,
            paused_at=paused_at,
            ended_at=ended_at,
            created_by=created_by,
            created_at=created_at,
        )


        schedule.additional_properties = d
        return schedule

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
