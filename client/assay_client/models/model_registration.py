from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..types import UNSET, Unset
from typing import cast






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
            jurisdictions (list[str] | Unset): ISO 3166-1 alpha-2, or EU.
     """

    organization: str
    slug: str
    name: str
    description: str | Unset = UNSET
    jurisdictions: list[str] | Unset = UNSET





    def to_dict(self) -> dict[str, Any]:
        organization = self.organization

        slug = self.slug

        name = self.name

        description = self.description

        jurisdictions: list[str] | Unset = UNSET
        if not isinstance(self.jurisdictions, Unset):
            jurisdictions = self.jurisdictions




        field_dict: dict[str, Any] = {}

        field_dict.update({
            "organization": organization,
            "slug": slug,
            "name": name,
        })
        if description is not UNSET:
            field_dict["description"] = description
        if jurisdictions is not UNSET:
            field_dict["jurisdictions"] = jurisdictions

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        organization = d.pop("organization")

        slug = d.pop("slug")

        name = d.pop("name")

        description = d.pop("description", UNSET)

        jurisdictions = cast(list[str], d.pop("jurisdictions", UNSET))


        model_registration = cls(
            organization=organization,
            slug=slug,
            name=name,
            description=description,
            jurisdictions=jurisdictions,
        )

        return model_registration

