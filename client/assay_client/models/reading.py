from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..types import UNSET, Unset
from typing import cast
from uuid import UUID
import datetime






T = TypeVar("T", bound="Reading")



@_attrs_define
class Reading:
    """ Somebody read something.

        Attributes:
            at (datetime.datetime):
            reader (str):
            subject (str):
            event (UUID):
            what (str | Unset): Empty: erased. Default: ''.
     """

    at: datetime.datetime
    reader: str
    subject: str
    event: UUID
    what: str | Unset = ''
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        at = self.at.isoformat()

        reader = self.reader

        subject = self.subject

        event = str(self.event)

        what = self.what


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "at": at,
            "reader": reader,
            "subject": subject,
            "event": event,
        })
        if what is not UNSET:
            field_dict["what"] = what

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        at = datetime.datetime.fromisoformat(d.pop("at"))




        reader = d.pop("reader")

        subject = d.pop("subject")

        event = UUID(d.pop("event"))




        what = d.pop("what", UNSET)

        reading = cls(
            at=at,
            reader=reader,
            subject=subject,
            event=event,
            what=what,
        )


        reading.additional_properties = d
        return reading

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
