from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.run_state import RunState
from ..models.trigger import Trigger
from ..types import UNSET, Unset
from typing import cast
from uuid import UUID
import datetime

if TYPE_CHECKING:
  from ..models.reference import Reference
  from ..models.shard import Shard
  from ..models.stress_test_spec import StressTestSpec





T = TypeVar("T", bound="Run")



@_attrs_define
class Run:
    """ One execution of a battery on a version, and how far it is.

        Attributes:
            id (UUID):
            version (Reference): Names another entity: its id, and what people call it.
            state (RunState):
            trigger (Trigger):
            subscription (None | UUID):
            requested_by (None | str):
            requested_at (datetime.datetime):
            finished_at (datetime.datetime | None):
            battery (list[StressTestSpec]):
            token_budget (int | None):
            shards (list[Shard]):
            items_done (int):
            items_total (int | None): Over the shards that have begun; null while none has.
            seconds_left (float | None): Extrapolated; null where nothing can be said.
            tokens_per_second (float | None): Over the shards at work; null while none is.
            schedule (None | Unset | UUID):
     """

    id: UUID
    version: Reference
    state: RunState
    trigger: Trigger
    subscription: None | UUID
    requested_by: None | str
    requested_at: datetime.datetime
    finished_at: datetime.datetime | None
    battery: list[StressTestSpec]
    token_budget: int | None
    shards: list[Shard]
    items_done: int
    items_total: int | None
    seconds_left: float | None
    tokens_per_second: float | None
    schedule: None | Unset | UUID = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.reference import Reference # noqa: PLC0415
        from ..models.shard import Shard # noqa: PLC0415
        from ..models.stress_test_spec import StressTestSpec # noqa: PLC0415
        id = str(self.id)

        version = self.version.to_dict()

        state = self.state.value

        trigger = self.trigger.value

        subscription: None | str
        if isinstance(self.subscription, UUID):
            subscription = str(self.subscription)
        else:
            subscription = self.subscription

        requested_by: None | str
        requested_by = self.requested_by

        requested_at = self.requested_at.isoformat()

        finished_at: None | str
        if isinstance(self.finished_at, datetime.datetime):
            finished_at = self.finished_at.isoformat()
        else:
            finished_at = self.finished_at

        battery = []
        for battery_item_data in self.battery:
            battery_item = battery_item_data.to_dict()
            battery.append(battery_item)



        token_budget: int | None
        token_budget = self.token_budget

        shards = []
        for shards_item_data in self.shards:
            shards_item = shards_item_data.to_dict()
            shards.append(shards_item)



        items_done = self.items_done

        items_total: int | None
        items_total = self.items_total

        seconds_left: float | None
        seconds_left = self.seconds_left

        tokens_per_second: float | None
        tokens_per_second = self.tokens_per_second

        schedule: None | str | Unset
        if isinstance(self.schedule, Unset):
            schedule = UNSET
        elif isinstance(self.schedule, UUID):
            schedule = str(self.schedule)
        else:
            schedule = self.schedule


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "id": id,
            "version": version,
            "state": state,
            "trigger": trigger,
            "subscription": subscription,
            "requested_by": requested_by,
            "requested_at": requested_at,
            "finished_at": finished_at,
            "battery": battery,
            "token_budget": token_budget,
            "shards": shards,
            "items_done": items_done,
            "items_total": items_total,
            "seconds_left": seconds_left,
            "tokens_per_second": tokens_per_second,
        })
        if schedule is not UNSET:
            field_dict["schedule"] = schedule

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.reference import Reference # noqa: PLC0415
        from ..models.shard import Shard # noqa: PLC0415
        from ..models.stress_test_spec import StressTestSpec # noqa: PLC0415
        d = dict(src_dict)
        id = UUID(d.pop("id"))




        version = Reference.from_dict(d.pop("version"))




        state = RunState(d.pop("state"))




        trigger = Trigger(d.pop("trigger"))




        def _parse_subscription(data: object) -> None | UUID:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                subscription_type_0 = UUID(data)



                return subscription_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | UUID, data)

        subscription = _parse_subscription(d.pop("subscription"))


        def _parse_requested_by(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        requested_by = _parse_requested_by(d.pop("requested_by"))


        requested_at = datetime.datetime.fromisoformat(d.pop("requested_at"))




        def _parse_finished_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                finished_at_type_0 = datetime.datetime.fromisoformat(data)



                return finished_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        finished_at = _parse_finished_at(d.pop("finished_at"))


        battery = []
        _battery = d.pop("battery")
        for battery_item_data in (_battery):
            battery_item = StressTestSpec.from_dict(battery_item_data)



            battery.append(battery_item)


        def _parse_token_budget(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        token_budget = _parse_token_budget(d.pop("token_budget"))


        shards = []
        _shards = d.pop("shards")
        for shards_item_data in (_shards):
            shards_item = Shard.from_dict(shards_item_data)



            shards.append(shards_item)


        items_done = d.pop("items_done")

        def _parse_items_total(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        items_total = _parse_items_total(d.pop("items_total"))


        def _parse_seconds_left(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        seconds_left = _parse_seconds_left(d.pop("seconds_left"))


        def _parse_tokens_per_second(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        tokens_per_second = _parse_tokens_per_second(d.pop("tokens_per_second"))


        def _parse_schedule(data: object) -> None | Unset | UUID:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                schedule_type_0 = UUID(data)



                return schedule_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Unset | UUID, data)

        schedule = _parse_schedule(d.pop("schedule", UNSET))


        run = cls(
            id=id,
            version=version,
            state=state,
            trigger=trigger,
            subscription=subscription,
            requested_by=requested_by,
            requested_at=requested_at,
            finished_at=finished_at,
            battery=battery,
            token_budget=token_budget,
            shards=shards,
            items_done=items_done,
            items_total=items_total,
            seconds_left=seconds_left,
            tokens_per_second=tokens_per_second,
            schedule=schedule,
        )


        run.additional_properties = d
        return run

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
