from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast
from uuid import UUID
import datetime






T = TypeVar("T", bound="Model")



@_attrs_define
class Model:
    """ What a provider registered: a name under which versions appear.

        Attributes:
            id (UUID):
            organization (str): The provider's slug.
            slug (str):
            name (str):
            description (str):
            jurisdictions (list[str]): Where it is on offer.
            version_count (int):
            created_at (datetime.datetime):
     """

    id: UUID
    organization: str
    slug: str
    name: str
    description: str
    jurisdictions: list[str]
    version_count: int
    created_at: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        organization = self.organization

        slug = self.slug

        name = self.name

        description = self.description

        jurisdictions = self.jurisdictions



        version_count = self.version_count

        created_at = self.created_at.isoformat()


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "id": id,
            "organization": organization,
            "slug": slug,
            "name": name,
            "description": description,
            "jurisdictions": jurisdictions,
            "version_count": version_count,
            "created_at": created_at,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = UUID(d.pop("id"))




        organization = d.pop("organization")

        slug = d.pop("slug")

        name = d.pop("name")

        description = d.pop("description")

        jurisdictions = cast(list[str], d.pop("jurisdictions"))


        version_count = d.pop("version_count")

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))




        model = cls(
            id=id,
            organization=organization,
            slug=slug,
            name=name,
            description=description,
            jurisdictions=jurisdictions,
            version_count=version_count,
            created_at=created_at,
        )


        model.additional_properties = d
        return model

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
