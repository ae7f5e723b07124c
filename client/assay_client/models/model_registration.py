from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..types import UNSET, Unset






T = TypeVar("T", bound="ModelRegistration")



@_attrs_define
class ModelRegistration:
    """ A JSON object or query that an operation accepts.

    Names it does not know are refused: a misspelt filter would widen the answer in silence. So are
    JSON values of another type than the field's: what is accepted is what OpenAPI says.

        Attributes:
            organization (str): The provider's slug.
            slug (str):
            name (str):
            description (str | Unset):
     """

    organization: str
    slug: str
    name: str
    description: str | Unset = UNSET





    def to_dict(self) -> dict[str, Any]:
        organization = self.organization

        slug = self.slug

        name = self.name

        description = self.description


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "organization": organization,
            "slug": slug,
            "name": name,
        })
        if description is not UNSET:
            field_dict["description"] = description

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        organization = d.pop("organization")

        slug = d.pop("slug")

        name = d.pop("name")

        description = d.pop("description", UNSET)

        model_registration = cls(
            organization=organization,
            slug=slug,
            name=name,
            description=description,
        )

        return model_registration

