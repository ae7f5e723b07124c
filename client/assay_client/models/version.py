from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.access import Access
from typing import cast
from uuid import UUID
import datetime

if TYPE_CHECKING:
  from ..models.artifact import Artifact
  from ..models.parent import Parent
  from ..models.reference import Reference
  from ..models.signed_manifest import SignedManifest
  from ..models.training_source import TrainingSource





T = TypeVar("T", bound="Version")



@_attrs_define
class Version:
    """ One immutable state of a model.

        Attributes:
            id (UUID):
            label (str):
            model (Reference): Names another entity: its id, and what people call it.
            name (str):
            access (Access):
            location (str):
            weights_digest (str): Of sealed weights the root of their sealing; empty where none are held.
            registered_by (str):
            registered_at (datetime.datetime):
            manifest (None | SignedManifest):
            artifacts (list[Artifact]):
            parents (list[Parent]): Those that you may read.
            hides_parents (bool): Whether parents are declared that you may not read.
            sources (list[TrainingSource]):
     """

    id: UUID
    label: str
    model: Reference
    name: str
    access: Access
    location: str
    weights_digest: str
    registered_by: str
    registered_at: datetime.datetime
    manifest: None | SignedManifest
    artifacts: list[Artifact]
    parents: list[Parent]
    hides_parents: bool
    sources: list[TrainingSource]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.artifact import Artifact # noqa: PLC0415
        from ..models.parent import Parent # noqa: PLC0415
        from ..models.reference import Reference # noqa: PLC0415
        from ..models.signed_manifest import SignedManifest # noqa: PLC0415
        from ..models.training_source import TrainingSource # noqa: PLC0415
        id = str(self.id)

        label = self.label

        model = self.model.to_dict()

        name = self.name

        access = self.access.value

        location = self.location

        weights_digest = self.weights_digest

        registered_by = self.registered_by

        registered_at = self.registered_at.isoformat()

        manifest: dict[str, Any] | None
        if isinstance(self.manifest, SignedManifest):
            manifest = self.manifest.to_dict()
        else:
            manifest = self.manifest

        artifacts = []
        for artifacts_item_data in self.artifacts:
            artifacts_item = artifacts_item_data.to_dict()
            artifacts.append(artifacts_item)



        parents = []
        for parents_item_data in self.parents:
            parents_item = parents_item_data.to_dict()
            parents.append(parents_item)



        hides_parents = self.hides_parents

        sources = []
        for sources_item_data in self.sources:
            sources_item = sources_item_data.to_dict()
            sources.append(sources_item)




        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "id": id,
            "label": label,
            "model": model,
            "name": name,
            "access": access,
            "location": location,
            "weights_digest": weights_digest,
            "registered_by": registered_by,
            "registered_at": registered_at,
            "manifest": manifest,
            "artifacts": artifacts,
            "parents": parents,
            "hides_parents": hides_parents,
            "sources": sources,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.artifact import Artifact # noqa: PLC0415
        from ..models.parent import Parent # noqa: PLC0415
        from ..models.reference import Reference # noqa: PLC0415
        from ..models.signed_manifest import SignedManifest # noqa: PLC0415
        from ..models.training_source import TrainingSource # noqa: PLC0415
        d = dict(src_dict)
        id = UUID(d.pop("id"))




        label = d.pop("label")

        model = Reference.from_dict(d.pop("model"))




        name = d.pop("name")

        access = Access(d.pop("access"))




        location = d.pop("location")

        weights_digest = d.pop("weights_digest")

        registered_by = d.pop("registered_by")

        registered_at = datetime.datetime.fromisoformat(d.pop("registered_at"))




        def _parse_manifest(data: object) -> None | SignedManifest:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                manifest_type_0 = SignedManifest.from_dict(data)



                return manifest_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | SignedManifest, data)

        manifest = _parse_manifest(d.pop("manifest"))


        artifacts = []
        _artifacts = d.pop("artifacts")
        for artifacts_item_data in (_artifacts):
            artifacts_item = Artifact.from_dict(artifacts_item_data)



            artifacts.append(artifacts_item)


        parents = []
        _parents = d.pop("parents")
        for parents_item_data in (_parents):
            parents_item = Parent.from_dict(parents_item_data)



            parents.append(parents_item)


        hides_parents = d.pop("hides_parents")

        sources = []
        _sources = d.pop("sources")
        for sources_item_data in (_sources):
            sources_item = TrainingSource.from_dict(sources_item_data)



            sources.append(sources_item)


        version = cls(
            id=id,
            label=label,
            model=model,
            name=name,
            access=access,
            location=location,
            weights_digest=weights_digest,
            registered_by=registered_by,
            registered_at=registered_at,
            manifest=manifest,
            artifacts=artifacts,
            parents=parents,
            hides_parents=hides_parents,
            sources=sources,
        )


        version.additional_properties = d
        return version

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
