from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.source_kind import SourceKind
from typing import cast
import datetime

if TYPE_CHECKING:
  from ..models.reference import Reference





T = TypeVar("T", bound="TrainingDataSource")



@_attrs_define
class TrainingDataSource:
    """ A source of training data, as the provider declared it of a version.

        Attributes:
            id (int):
            organization (str): The provider's slug.
            model (Reference): Names another entity: its id, and what people call it.
            version (Reference): Names another entity: its id, and what people call it.
            kind (SourceKind):
            name (str):
            url (str):
            description (str):
            licence (str): As declared; empty where none is.
            declared_at (datetime.datetime):
     """

    id: int
    organization: str
    model: Reference
    version: Reference
    kind: SourceKind
    name: str
    url: str
    description: str
    licence: str
    declared_at: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.reference import Reference # noqa: PLC0415
        id = self.id

        organization = self.organization

        model = self.model.to_dict()

        version = self.version.to_dict()

        kind = self.kind.value

        name = self.name

        url = self.url

        description = self.description

        licence = self.licence

        declared_at = self.declared_at.isoformat()


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "id": id,
            "organization": organization,
            "model": model,
            "version": version,
            "kind": kind,
            "name": name,
            "url": url,
            "description": description,
            "licence": licence,
            "declared_at": declared_at,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.reference import Reference # noqa: PLC0415
        d = dict(src_dict)
        id = d.pop("id")

        organization = d.pop("organization")

        model = Reference.from_dict(d.pop("model"))




        version = Reference.from_dict(d.pop("version"))




        kind = SourceKind(d.pop("kind"))




        name = d.pop("name")

        url = d.pop("url")

        description = d.pop("description")

        licence = d.pop("licence")

        declared_at = datetime.datetime.fromisoformat(d.pop("declared_at"))




        training_data_source = cls(
            id=id,
            organization=organization,
            model=model,
            version=version,
            kind=kind,
            name=name,
            url=url,
            description=description,
            licence=licence,
            declared_at=declared_at,
        )


        training_data_source.additional_properties = d
        return training_data_source

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
