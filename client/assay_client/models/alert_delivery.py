from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.occasion import Occasion
from typing import cast
import datetime

if TYPE_CHECKING:
  from ..models.alert_delivery_attempt import AlertDeliveryAttempt





T = TypeVar("T", bound="AlertDelivery")



@_attrs_define
class AlertDelivery:
    """ A message that told of the alert, on its way or arrived.

        Attributes:
            to (str):
            occasion (Occasion):
            delivered_at (datetime.datetime | None):
            given_up (bool):
            attempts (list[AlertDeliveryAttempt]):
     """

    to: str
    occasion: Occasion
    delivered_at: datetime.datetime | None
    given_up: bool
    attempts: list[AlertDeliveryAttempt]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.alert_delivery_attempt import AlertDeliveryAttempt # noqa: PLC0415
        to = self.to

        occasion = self.occasion.value

        delivered_at: None | str
        if isinstance(self.delivered_at, datetime.datetime):
            delivered_at = self.delivered_at.isoformat()
        else:
            delivered_at = self.delivered_at

        given_up = self.given_up

        attempts = []
        for attempts_item_data in self.attempts:
            attempts_item = attempts_item_data.to_dict()
            attempts.append(attempts_item)




        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "to": to,
            "occasion": occasion,
            "delivered_at": delivered_at,
            "given_up": given_up,
            "attempts": attempts,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.alert_delivery_attempt import AlertDeliveryAttempt # noqa: PLC0415
        d = dict(src_dict)
        to = d.pop("to")

        occasion = Occasion(d.pop("occasion"))




        def _parse_delivered_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                delivered_at_type_0 = datetime.datetime.fromisoformat(data)



                return delivered_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        delivered_at = _parse_delivered_at(d.pop("delivered_at"))


        given_up = d.pop("given_up")

        attempts = []
        _attempts = d.pop("attempts")
        for attempts_item_data in (_attempts):
            attempts_item = AlertDeliveryAttempt.from_dict(attempts_item_data)



            attempts.append(attempts_item)


        alert_delivery = cls(
            to=to,
            occasion=occasion,
            delivered_at=delivered_at,
            given_up=given_up,
            attempts=attempts,
        )


        alert_delivery.additional_properties = d
        return alert_delivery

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
