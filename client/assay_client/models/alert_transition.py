from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.alert_state import AlertState
from typing import cast
import datetime






T = TypeVar("T", bound="AlertTransition")



@_attrs_define
class AlertTransition:
    """ A move of the alert.

        Attributes:
            old (AlertState):
            new (AlertState):
            who (None | str): Null: its time had come.
            reason (str):
            at (datetime.datetime):
     """

    old: AlertState
    new: AlertState
    who: None | str
    reason: str
    at: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        old = self.old.value

        new = self.new.value

        who: None | str
        who = self.who

        reason = self.reason

        at = self.at.isoformat()


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "old": old,
            "new": new,
            "who": who,
            "reason": reason,
            "at": at,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        old = AlertState(d.pop("old"))




        new = AlertState(d.pop("new"))




        def _parse_who(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        who = _parse_who(d.pop("who"))


        reason = d.pop("reason")

        at = datetime.datetime.fromisoformat(d.pop("at"))




        alert_transition = cls(
            old=old,
            new=new,
            who=who,
            reason=reason,
            at=at,
        )


        alert_transition.additional_properties = d
        return alert_transition

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
