from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset







T = TypeVar("T", bound="EvidenceErase")



@_attrs_define
class EvidenceErase:
    """ A JSON object or query that an operation accepts.

    Names it does not know are refused: a misspelt filter would widen the answer in silence. So are
    JSON values of another type than the field's: what is accepted is what OpenAPI says.

        Attributes:
            basis (str): The legal basis, e.g. Article 17(1)(a) GDPR.
     """

    basis: str





    def to_dict(self) -> dict[str, Any]:
        basis = self.basis


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "basis": basis,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        basis = d.pop("basis")

        evidence_erase = cls(
            basis=basis,
        )

        return evidence_erase

