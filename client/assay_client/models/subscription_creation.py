from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.effect import Effect
from ..models.event_type import EventType
from ..models.severity import Severity
from ..types import UNSET, Unset
from typing import cast
from uuid import UUID

if TYPE_CHECKING:
  from ..models.subscription_creation_battery_item_type_1 import SubscriptionCreationBatteryItemType1
  from ..models.subscription_creation_filter import SubscriptionCreationFilter





T = TypeVar("T", bound="SubscriptionCreation")



@_attrs_define
class SubscriptionCreation:
    """ A JSON object or query that an operation accepts.

    Names it does not know are refused: a misspelt filter would widen the answer in silence. So are
    JSON values of another type than the field's: what is accepted is what OpenAPI says.

        Attributes:
            organization (str): The provider's slug.
            event_type (EventType):
            model (None | Unset | UUID):
            filter_ (SubscriptionCreationFilter | Unset): Keys of the event's payload, each with its value or a list of
                values.
            effect (Effect | Unset):  Default: Effect.RUN.
            battery (list[str | SubscriptionCreationBatteryItemType1] | Unset): For the effect `run`.
            severity (Severity | Unset):  Default: Severity.WARNING.
            url (str | Unset): For the effect `webhook`.
     """

    organization: str
    event_type: EventType
    model: None | Unset | UUID = UNSET
    filter_: SubscriptionCreationFilter | Unset = UNSET
    effect: Effect | Unset = Effect.RUN
    battery: list[str | SubscriptionCreationBatteryItemType1] | Unset = UNSET
    severity: Severity | Unset = Severity.WARNING
    url: str | Unset = UNSET





    def to_dict(self) -> dict[str, Any]:
        from ..models.subscription_creation_battery_item_type_1 import SubscriptionCreationBatteryItemType1 # noqa: PLC0415
        from ..models.subscription_creation_filter import SubscriptionCreationFilter # noqa: PLC0415
        organization = self.organization

        event_type = self.event_type.value

        model: None | str | Unset
        if isinstance(self.model, Unset):
            model = UNSET
        elif isinstance(self.model, UUID):
            model = str(self.model)
        else:
            model = self.model

        filter_: dict[str, Any] | Unset = UNSET
        if not isinstance(self.filter_, Unset):
            filter_ = self.filter_.to_dict()

        effect: str | Unset = UNSET
        if not isinstance(self.effect, Unset):
            effect = self.effect.value


        battery: list[dict[str, Any] | str] | Unset = UNSET
        if not isinstance(self.battery, Unset):
            battery = []
            for battery_item_data in self.battery:
                battery_item: dict[str, Any] | str
                if isinstance(battery_item_data, SubscriptionCreationBatteryItemType1):
                    battery_item = battery_item_data.to_dict()
                else:
                    battery_item = battery_item_data
                battery.append(battery_item)



        severity: str | Unset = UNSET
        if not isinstance(self.severity, Unset):
            severity = self.severity.value


        url = self.url


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "organization": organization,
            "event_type": event_type,
        })
        if model is not UNSET:
            field_dict["model"] = model
        if filter_ is not UNSET:
            field_dict["filter"] = filter_
        if effect is not UNSET:
            field_dict["effect"] = effect
        if battery is not UNSET:
            field_dict["battery"] = battery
        if severity is not UNSET:
            field_dict["severity"] = severity
        if url is not UNSET:
            field_dict["url"] = url

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.subscription_creation_battery_item_type_1 import SubscriptionCreationBatteryItemType1 # noqa: PLC0415
        from ..models.subscription_creation_filter import SubscriptionCreationFilter # noqa: PLC0415
        d = dict(src_dict)
        organization = d.pop("organization")

        event_type = EventType(d.pop("event_type"))




        def _parse_model(data: object) -> None | Unset | UUID:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                model_type_0 = UUID(data)



                return model_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Unset | UUID, data)

        model = _parse_model(d.pop("model", UNSET))


        _filter_ = d.pop("filter", UNSET)
        filter_: SubscriptionCreationFilter | Unset
        if isinstance(_filter_,  Unset):
            filter_ = UNSET
        else:
            filter_ = SubscriptionCreationFilter.from_dict(_filter_)




        _effect = d.pop("effect", UNSET)
        effect: Effect | Unset
        if isinstance(_effect,  Unset):
            effect = UNSET
        else:
            effect = Effect(_effect)




        _battery = d.pop("battery", UNSET)
        battery: list[str | SubscriptionCreationBatteryItemType1] | Unset = UNSET
        if _battery is not UNSET:
            battery = []
            for battery_item_data in _battery:
                def _parse_battery_item(data: object) -> str | SubscriptionCreationBatteryItemType1:
                    try:
                        if not isinstance(data, dict):
                            raise TypeError()
                        battery_item_type_1 = SubscriptionCreationBatteryItemType1.from_dict(data)



                        return battery_item_type_1
                    except (TypeError, ValueError, AttributeError, KeyError):
                        pass
                    return cast(str | SubscriptionCreationBatteryItemType1, data)

                battery_item = _parse_battery_item(battery_item_data)

                battery.append(battery_item)


        _severity = d.pop("severity", UNSET)
        severity: Severity | Unset
        if isinstance(_severity,  Unset):
            severity = UNSET
        else:
            severity = Severity(_severity)




        url = d.pop("url", UNSET)

        subscription_creation = cls(
            organization=organization,
            event_type=event_type,
            model=model,
            filter_=filter_,
            effect=effect,
            battery=battery,
            severity=severity,
            url=url,
        )

        return subscription_creation

