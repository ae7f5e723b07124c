from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.lineage_relation import LineageRelation
from uuid import UUID






T = TypeVar("T", bound="ParentDeclaration")



@_attrs_define
class ParentDeclaration:
    """ A JSON object or query that an operation accepts.

    Names it does not know are refused: a misspelt filter would widen the answer in silence. So are
    JSON values of another type than the field's: what is accepted is what OpenAPI says.

        Attributes:
            version (UUID):
            relation (LineageRelation):
     """

    version: UUID
    relation: LineageRelation





    def to_dict(self) -> dict[str, Any]:
        version = str(self.version)

        relation = self.relation.value


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "version": version,
            "relation": relation,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        version = UUID(d.pop("version"))




        relation = LineageRelation(d.pop("relation"))




        parent_declaration = cls(
            version=version,
            relation=relation,
        )

        return parent_declaration

