from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..types import UNSET, Unset






T = TypeVar("T", bound="DisputeFileRequest")



@_attrs_define
class DisputeFileRequest:
    """ A JSON object or query that an operation accepts.

    Names it does not know are refused: a misspelt filter would widen the answer in silence. So are
    JSON values of another type than the field's: what is accepted is what OpenAPI says.

        Attributes:
            title (str):
            text (str):
            confidential (bool | Unset):  Default: False.
     """

    title: str
    text: str
    confidential: bool | Unset = False





    def to_dict(self) -> dict[str, Any]:
        title = self.title

        text = self.text

        confidential = self.confidential


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "title": title,
            "text": text,
        })
        if confidential is not UNSET:
            field_dict["confidential"] = confidential

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        title = d.pop("title")

        text = d.pop("text")

        confidential = d.pop("confidential", UNSET)

        dispute_file_request = cls(
            title=title,
            text=text,
            confidential=confidential,
        )

        return dispute_file_request

