from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.event_type import EventType
from typing import cast
from uuid import UUID
import datetime






T = TypeVar("T", bound="LedgerEntry")



@_attrs_define
class LedgerEntry:
    """ An entry in short.

        Attributes:
            index (int):
            event (UUID):
            type_ (EventType):
            subject (str):
            organization (None | UUID):
            number (int): In its organization's own chain.
            sequenced_at (datetime.datetime):
     """

    index: int
    event: UUID
    type_: EventType
    subject: str
    organization: None | UUID
    number: int
    sequenced_at: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        index = self.index

        event = str(self.event)

        type_ = self.type_.value

        subject = self.subject

        organization: None | str
        if isinstance(self.organization, UUID):
            organization = str(self.organization)
        else:
            organization = self.organization

        number = self.number

        sequenced_at = self.sequenced_at.isoformat()


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "index": index,
            "event": event,
            "type": type_,
            "subject": subject,
            "organization": organization,
            "number": number,
            "sequenced_at": sequenced_at,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        index = d.pop("index")

        event = UUID(d.pop("event"))




        type_ = EventType(d.pop("type"))




        subject = d.pop("subject")

        def _parse_organization(data: object) -> None | UUID:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                organization_type_0 = UUID(data)



                return organization_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | UUID, data)

        organization = _parse_organization(d.pop("organization"))


        number = d.pop("number")

        sequenced_at = datetime.datetime.fromisoformat(d.pop("sequenced_at"))




        ledger_entry = cls(
            index=index,
            event=event,
            type_=type_,
            subject=subject,
            organization=organization,
            number=number,
            sequenced_at=sequenced_at,
        )


        ledger_entry.additional_properties = d
        return ledger_entry

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
