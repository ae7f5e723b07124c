from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.source_kind import SourceKind
from ..types import UNSET, Unset
from uuid import UUID






T = TypeVar("T", bound="LaterTrainingSourceDeclaration")



@_attrs_define
class LaterTrainingSourceDeclaration:
    """ A source of training data as a provider declares it.

        Attributes:
            kind (SourceKind):
            name (str):
            version (UUID):
            url (str | Unset):
            description (str | Unset):
            licence (str | Unset):
     """

    kind: SourceKind
    name: str
    version: UUID
    url: str | Unset = UNSET
    description: str | Unset = UNSET
    licence: str | Unset = UNSET





    def to_dict(self) -> dict[str, Any]:
        kind = self.kind.value

        name = self.name

        version = str(self.version)

        url = self.url

        description = self.description

        licence = self.licence


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "kind": kind,
            "name": name,
            "version": version,
        })
        if url is not UNSET:
            field_dict["url"] = url
        if description is not UNSET:
            field_dict["description"] = description
        if licence is not UNSET:
            field_dict["licence"] = licence

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        kind = SourceKind(d.pop("kind"))




        name = d.pop("name")

        version = UUID(d.pop("version"))




        url = d.pop("url", UNSET)

        description = d.pop("description", UNSET)

        licence = d.pop("licence", UNSET)

        later_training_source_declaration = cls(
            kind=kind,
            name=name,
            version=version,
            url=url,
            description=description,
            licence=licence,
        )

        return later_training_source_declaration

