from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast
from uuid import UUID
import datetime

if TYPE_CHECKING:
  from ..models.reference import Reference





T = TypeVar("T", bound="Adoption")



@_attrs_define
class Adoption:
    """ An organization that holds itself to a pack.

        Attributes:
            id (UUID):
            pack (Reference): Names another entity: its id, and what people call it.
            organization (str):
            adopted_by (str):
            adopted_at (datetime.datetime):
            dropped_at (datetime.datetime | None):
     """

    id: UUID
    pack: Reference
    organization: str
    adopted_by: str
    adopted_at: datetime.datetime
    dropped_at: datetime.datetime | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.reference import Reference # noqa: PLC0415
        id = str(self.id)

        pack = self.pack.to_dict()

        organization = self.organization

        adopted_by = self.adopted_by

        adopted_at = self.adopted_at.isoformat()

        dropped_at: None | str
        if isinstance(self.dropped_at, datetime.datetime):
            dropped_at = self.dropped_at.isoformat()
        else:
            dropped_at = self.dropped_at


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "id": id,
            "pack": pack,
            "organization": organization,
            "adopted_by": adopted_by,
            "adopted_at": adopted_at,
            "dropped_at": dropped_at,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.reference import Reference # noqa: PLC0415
        d = dict(src_dict)
        id = UUID(d.pop("id"))




        pack = Reference.from_dict(d.pop("pack"))




        organization = d.pop("organization")

        adopted_by = d.pop("adopted_by")

        adopted_at = datetime.datetime.fromisoformat(d.pop("adopted_at"))




        def _parse_dropped_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                dropped_at_type_0 = datetime.datetime.fromisoformat(data)



                return dropped_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        dropped_at = _parse_dropped_at(d.pop("dropped_at"))


        adoption = cls(
            id=id,
            pack=pack,
            organization=organization,
            adopted_by=adopted_by,
            adopted_at=adopted_at,
            dropped_at=dropped_at,
        )


        adoption.additional_properties = d
        return adoption

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
