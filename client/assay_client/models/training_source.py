from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.source_kind import SourceKind






T = TypeVar("T", bound="TrainingSource")



@_attrs_define
class TrainingSource:
    """ A source of training data that the provider declared.

        Attributes:
            kind (SourceKind):
            name (str):
            url (str):
            description (str):
            licence (str):
     """

    kind: SourceKind
    name: str
    url: str
    description: str
    licence: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        kind = self.kind.value

        name = self.name

        url = self.url

        description = self.description

        licence = self.licence


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "kind": kind,
            "name": name,
            "url": url,
            "description": description,
            "licence": licence,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        kind = SourceKind(d.pop("kind"))




        name = d.pop("name")

        url = d.pop("url")

        description = d.pop("description")

        licence = d.pop("licence")

        training_source = cls(
            kind=kind,
            name=name,
            url=url,
            description=description,
            licence=licence,
        )


        training_source.additional_properties = d
        return training_source

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
