from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.call_state import CallState
from ..models.event_type import EventType
from typing import cast
from uuid import UUID
import datetime






T = TypeVar("T", bound="Delivery")



@_attrs_define
class Delivery:
    """ An event on its way to a webhook.

        Attributes:
            id (UUID): Also the header `webhook-id` of every attempt.
            event (UUID):
            event_type (EventType):
            state (CallState):
            attempts (int):
            failed_because (str): The last failure; else empty.
            next_attempt_at (datetime.datetime | None): Null: at once, or never.
            delivered_at (datetime.datetime | None):
            replayed_at (datetime.datetime | None):
            created_at (datetime.datetime):
     """

    id: UUID
    event: UUID
    event_type: EventType
    state: CallState
    attempts: int
    failed_because: str
    next_attempt_at: datetime.datetime | None
    delivered_at: datetime.datetime | None
    replayed_at: datetime.datetime | None
    created_at: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        event = str(self.event)

        event_type = self.event_type.value

        state = self.state.value

        attempts = self.attempts

        failed_because = self.failed_because

        next_attempt_at: None | str
        if isinstance(self.next_attempt_at, datetime.datetime):
            next_attempt_at = self.next_attempt_at.isoformat()
        else:
            next_attempt_at = self.next_attempt_at

        delivered_at: None | str
        if isinstance(self.delivered_at, datetime.datetime):
            delivered_at = self.delivered_at.isoformat()
        else:
            delivered_at = self.delivered_at

        replayed_at: None | str
        if isinstance(self.replayed_at, datetime.datetime):
            replayed_at = self.replayed_at.isoformat()
        else:
            replayed_at = self.replayed_at

        created_at = self.created_at.isoformat()


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "id": id,
            "event": event,
            "event_type": event_type,
            "state": state,
            "attempts": attempts,
            "failed_because": failed_because,
            "next_attempt_at": next_attempt_at,
            "delivered_at": delivered_at,
            "replayed_at": replayed_at,
            "created_at": created_at,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = UUID(d.pop("id"))




        event = UUID(d.pop("event"))




        event_type = EventType(d.pop("event_type"))




        state = CallState(d.pop("state"))




        attempts = d.pop("attempts")

        failed_because = d.pop("failed_because")

        def _parse_next_attempt_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                next_attempt_at_type_0 = datetime.datetime.fromisoformat(data)



                return next_attempt_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        next_attempt_at = _parse_next_attempt_at(d.pop("next_attempt_at"))


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


        def _parse_replayed_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                replayed_at_type_0 = datetime.datetime.fromisoformat(data)



                return replayed_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        replayed_at = _parse_replayed_at(d.pop("replayed_at"))


        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))




        delivery = cls(
            id=id,
            event=event,
            event_type=event_type,
            state=state,
            attempts=attempts,
            failed_because=failed_because,
            next_attempt_at=next_attempt_at,
            delivered_at=delivered_at,
            replayed_at=replayed_at,
            created_at=created_at,
        )


        delivery.additional_properties = d
        return delivery

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
