from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.side import Side
from typing import cast
import datetime






T = TypeVar("T", bound="DisputeFilingText")



@_attrs_define
class DisputeFilingText:
    """ A filing's text; every reading of a confidential one is an entry of the ledger.

        Attributes:
            number (int):
            side (Side):
            title (str):
            confidential (bool):
            text (str):
            filed_at (datetime.datetime):
     """

    number: int
    side: Side
    title: str
    confidential: bool
    text: str
    filed_at: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        number = self.number

        side = self.side.value

        title = self.title

        confidential = self.confidential

        text = self.text

        filed_at = self.filed_at.isoformat()


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "number": number,
            "side": side,
            "title": title,
            "confidential": confidential,
            "text": text,
            "filed_at": filed_at,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        number = d.pop("number")

        side = Side(d.pop("side"))




        title = d.pop("title")

        confidential = d.pop("confidential")

        text = d.pop("text")

        filed_at = datetime.datetime.fromisoformat(d.pop("filed_at"))




        dispute_filing_text = cls(
            number=number,
            side=side,
            title=title,
            confidential=confidential,
            text=text,
            filed_at=filed_at,
        )


        dispute_filing_text.additional_properties = d
        return dispute_filing_text

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
