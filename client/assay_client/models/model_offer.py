from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast






T = TypeVar("T", bound="ModelOffer")



@_attrs_define
class ModelOffer:
    """ A JSON object or query that an operation accepts.

    Names it does not know are refused: a misspelt filter would widen the answer in silence. So are
    JSON values of another type than the field's: what is accepted is what OpenAPI says.

        Attributes:
            jurisdictions (list[str]): ISO 3166-1 alpha-2, or EU.
     """

    jurisdictions: list[str]





    def to_dict(self) -> dict[str, Any]:
        jurisdictions = self.jurisdictions




        field_dict: dict[str, Any] = {}

        field_dict.update({
            "jurisdictions": jurisdictions,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        jurisdictions = cast(list[str], d.pop("jurisdictions"))


        model_offer = cls(
            jurisdictions=jurisdictions,
        )

        return model_offer

