from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast
from uuid import UUID
import datetime






T = TypeVar("T", bound="AlertSilence")



@_attrs_define
class AlertSilence:
    """ What a maintenance window kept back.

        Attributes:
            window (UUID):
            reason (str):
            opened_by (str):
            at (datetime.datetime):
            released_at (datetime.datetime | None):
     """

    window: UUID
    reason: str
    opened_by: str
    at: datetime.datetime
    released_at: datetime.datetime | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        window = str(self.window)

        reason = self.reason

        opened_by = self.opened_by

        at = self.at.isoformat()

        released_at: None | str
        if isinstance(self.released_at, datetime.datetime):
            released_at = self.released_at.isoformat()
        else:
            released_at = self.released_at


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "window": window,
            "reason": reason,
            "opened_by": opened_by,
            "at": at,
            "released_at": released_at,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        window = UUID(d.pop("window"))




        reason = d.pop("reason")

        opened_by = d.pop("opened_by")

        at = datetime.datetime.fromisoformat(d.pop("at"))




        def _parse_released_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                released_at_type_0 = datetime.datetime.fromisoformat(data)



                return released_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        released_at = _parse_released_at(d.pop("released_at"))


        alert_silence = cls(
            window=window,
            reason=reason,
            opened_by=opened_by,
            at=at,
            released_at=released_at,
        )


        alert_silence.additional_properties = d
        return alert_silence

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
