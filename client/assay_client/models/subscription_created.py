from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.effect import Effect
from ..models.event_type import EventType
from typing import cast
from uuid import UUID
import datetime

if TYPE_CHECKING:
  from ..models.reference import Reference
  from ..models.stress_test_spec import StressTestSpec
  from ..models.subscription_created_filter import SubscriptionCreatedFilter





T = TypeVar("T", bound="SubscriptionCreated")



@_attrs_define
class SubscriptionCreated:
    """ What is done when something happens; the secret is told this once.

        Attributes:
            id (UUID):
            organization (str):
            event_type (EventType):
            model (None | Reference): Null: every model of the organization.
            filter_ (SubscriptionCreatedFilter): Keys of the event's payload, each with its value or a list of values.
            effect (Effect):
            battery (list[StressTestSpec]): Of the runs it starts.
            severity (str): Of the alerts it opens; else empty.
            url (str): That it calls; else empty.
            paused_at (datetime.datetime | None):
            created_by (str):
            created_at (datetime.datetime):
            secret (str): Signs the calls by the Standard Webhooks specification; else empty.
     """

    id: UUID
    organization: str
    event_type: EventType
    model: None | Reference
    filter_: SubscriptionCreatedFilter
    effect: Effect
    battery: list[StressTestSpec]
    severity: str
    url: str
    paused_at: datetime.datetime | None
    created_by: str
    created_at: datetime.datetime
    secret: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.reference import Reference # noqa: PLC0415
        from ..models.stress_test_spec import StressTestSpec # noqa: PLC0415
        from ..models.subscription_created_filter import SubscriptionCreatedFilter # noqa: PLC0415
        id = str(self.id)

        organization = self.organization

        event_type = self.event_type.value

        model: dict[str, Any] | None
        if isinstance(self.model, Reference):
            model = self.model.to_dict()
        else:
            model = self.model

        filter_ = self.filter_.to_dict()

        effect = self.effect.value

        battery = []
        for battery_item_data in self.battery:
            battery_item = battery_item_data.to_dict()
            battery.append(battery_item)



        severity = self.severity

        url = self.url

        paused_at: None | str
        if isinstance(self.paused_at, datetime.datetime):
            paused_at = self.paused_at.isoformat()
        else:
            paused_at = self.paused_at

        created_by = self.created_by

        created_at = self.created_at.isoformat()

        secret = self.secret


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "id": id,
            "organization": organization,
            "event_type": event_type,
            "model": model,
            "filter": filter_,
            "effect": effect,
            "battery": battery,
            "severity": severity,
            "url": url,
            "paused_at": paused_at,
            "created_by": created_by,
            "created_at": created_at,
            "secret": secret,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.reference import Reference # noqa: PLC0415
        from ..models.stress_test_spec import StressTestSpec # noqa: PLC0415
        from ..models.subscription_created_filter import SubscriptionCreatedFilter # noqa: PLC0415
        d = dict(src_dict)
        id = UUID(d.pop("id"))




        organization = d.pop("organization")

        event_type = EventType(d.pop("event_type"))




        def _parse_model(data: object) -> None | Reference:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                model_type_0 = Reference.from_dict(data)



                return model_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Reference, data)

        model = _parse_model(d.pop("model"))


        filter_ = SubscriptionCreatedFilter.from_dict(d.pop("filter"))




        effect = Effect(d.pop("effect"))




        battery = []
        _battery = d.pop("battery")
        for battery_item_data in (_battery):
            battery_item = StressTestSpec.from_dict(battery_item_data)



            battery.append(battery_item)


        severity = d.pop("severity")

        url = d.pop("url")

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


        created_by = d.pop("created_by")

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))




        secret = d.pop("secret")

        subscription_created = cls(
            id=id,
            organization=organization,
            event_type=event_type,
            model=model,
            filter_=filter_,
            effect=effect,
            battery=battery,
            severity=severity,
            url=url,
            paused_at=paused_at,
            created_by=created_by,
            created_at=created_at,
            secret=secret,
        )


        subscription_created.additional_properties = d
        return subscription_created

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
