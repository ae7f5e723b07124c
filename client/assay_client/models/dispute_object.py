from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset







T = TypeVar("T", bound="DisputeObject")



@_attrs_define
class DisputeObject:
    """ A JSON object or query that an operation accepts.

    Names it does not know are refused: a misspelt filter would widen the answer in silence. So are
    JSON values of another type than the field's: what is accepted is what OpenAPI says.

        Attributes:
            reasons (str):
     """

    reasons: str





    def to_dict(self) -> dict[str, Any]:
        reasons = self.reasons


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "reasons": reasons,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        reasons = d.pop("reasons")

        dispute_object = cls(
            reasons=reasons,
        )

        return dispute_object

