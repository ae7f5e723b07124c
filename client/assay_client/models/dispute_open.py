from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from uuid import UUID






T = TypeVar("T", bound="DisputeOpen")



@_attrs_define
class DisputeOpen:
    """ A JSON object or query that an operation accepts.

    Names it does not know are refused: a misspelt filter would widen the answer in silence. So are
    JSON values of another type than the field's: what is accepted is what OpenAPI says.

        Attributes:
            version (UUID): The claimant's own.
            accused (str): provider/model name
            court (str): Of a regulator.
            claim (str):
     """

    version: UUID
    accused: str
    court: str
    claim: str





    def to_dict(self) -> dict[str, Any]:
        version = str(self.version)

        accused = self.accused

        court = self.court

        claim = self.claim


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "version": version,
            "accused": accused,
            "court": court,
            "claim": claim,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        version = UUID(d.pop("version"))




        accused = d.pop("accused")

        court = d.pop("court")

        claim = d.pop("claim")

        dispute_open = cls(
            version=version,
            accused=accused,
            court=court,
            claim=claim,
        )

        return dispute_open

