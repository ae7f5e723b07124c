from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset







T = TypeVar("T", bound="DisputeReveal")



@_attrs_define
class DisputeReveal:
    """ A JSON object or query that an operation accepts.

    Names it does not know are refused: a misspelt filter would widen the answer in silence. So are
    JSON values of another type than the field's: what is accepted is what OpenAPI says.

        Attributes:
            share (str): The 32 bytes, in hex.
     """

    share: str





    def to_dict(self) -> dict[str, Any]:
        share = self.share


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "share": share,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        share = d.pop("share")

        dispute_reveal = cls(
            share=share,
        )

        return dispute_reveal

