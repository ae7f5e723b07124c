from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.access import Access
from ..types import UNSET, Unset
from typing import cast
from uuid import UUID

if TYPE_CHECKING:
  from ..models.parent_declaration import ParentDeclaration
  from ..models.training_source_declaration import TrainingSourceDeclaration





T = TypeVar("T", bound="VersionRegistration")



@_attrs_define
class VersionRegistration:
    """ A JSON object or query that an operation accepts.

    Names it does not know are refused: a misspelt filter would widen the answer in silence. So are
    JSON values of another type than the field's: what is accepted is what OpenAPI says.

        Attributes:
            model (UUID):
            name (str):
            access (Access):
            location (str): Folder below the models root, the endpoint's URL, or of sealed weights what 'assay weights seal'
                printed.
            parents (list[ParentDeclaration] | Unset):
            sources (list[TrainingSourceDeclaration] | Unset):
     """

    model: UUID
    name: str
    access: Access
    location: str
    parents: list[ParentDeclaration] | Unset = UNSET
    sources: list[TrainingSourceDeclaration] | Unset = UNSET





    def to_dict(self) -> dict[str, Any]:
        from ..models.parent_declaration import ParentDeclaration # noqa: PLC0415
        from ..models.training_source_declaration import TrainingSourceDeclaration # noqa: PLC0415
        model = str(self.model)

        name = self.name

        access = self.access.value

        location = self.location

        parents: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.parents, Unset):
            parents = []
            for parents_item_data in self.parents:
                parents_item = parents_item_data.to_dict()
                parents.append(parents_item)



        sources: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.sources, Unset):
            sources = []
            for sources_item_data in self.sources:
                sources_item = sources_item_data.to_dict()
                sources.append(sources_item)




        field_dict: dict[str, Any] = {}

        field_dict.update({
            "model": model,
            "name": name,
            "access": access,
            "location": location,
        })
        if parents is not UNSET:
            field_dict["parents"] = parents
        if sources is not UNSET:
            field_dict["sources"] = sources

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.parent_declaration import ParentDeclaration # noqa: PLC0415
        from ..models.training_source_declaration import TrainingSourceDeclaration # noqa: PLC0415
        d = dict(src_dict)
        model = UUID(d.pop("model"))




        name = d.pop("name")

        access = Access(d.pop("access"))




        location = d.pop("location")

        _parents = d.pop("parents", UNSET)
        parents: list[ParentDeclaration] | Unset = UNSET
        if _parents is not UNSET:
            parents = []
            for parents_item_data in _parents:
                parents_item = ParentDeclaration.from_dict(parents_item_data)



                parents.append(parents_item)


        _sources = d.pop("sources", UNSET)
        sources: list[TrainingSourceDeclaration] | Unset = UNSET
        if _sources is not UNSET:
            sources = []
            for sources_item_data in _sources:
                sources_item = TrainingSourceDeclaration.from_dict(sources_item_data)



                sources.append(sources_item)


        version_registration = cls(
            model=model,
            name=name,
            access=access,
            location=location,
            parents=parents,
            sources=sources,
        )

        return version_registration

