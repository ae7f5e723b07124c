from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast
from uuid import UUID
import datetime






T = TypeVar("T", bound="EvidenceErased")



@_attrs_define
class EvidenceErased:
    """ That evidence was erased, in as many records as named it.

        Attributes:
            sha256 (str):
            erased_at (datetime.datetime):
            events (list[UUID]): That tell of it, one a record.
     """

    sha256: str
    erased_at: datetime.datetime
    events: list[UUID]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        sha256 = self.sha256

        erased_at = self.erased_at.isoformat()

        events = []
        for events_item_data in self.events:
            events_item = str(events_item_data)
            events.append(events_item)




        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "sha256": sha256,
            "erased_at": erased_at,
            "events": events,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        sha256 = d.pop("sha256")

        erased_at = datetime.datetime.fromisoformat(d.pop("erased_at"))




        events = []
        _events = d.pop("events")
        for events_item_data in (_events):
            events_item = UUID(events_item_data)



            events.append(events_item)


        evidence_erased = cls(
            sha256=sha256,
            erased_at=erased_at,
            events=events,
        )


        evidence_erased.additional_properties = d
        return evidence_erased

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
