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





T = TypeVar("T", bound="VerificationSummary")



@_attrs_define
class VerificationSummary:
    """ What was attested of a version against a policy pack at one moment.

        Attributes:
            id (UUID):
            pack (Reference): Names another entity: its id, and what people call it.
            version (Reference): Names another entity: its id, and what people call it.
            met (bool): Every demand was met then.
            statement_sha256 (str):
            issued_by (str):
            issued_at (datetime.datetime):
     """

    id: UUID
    pack: Reference
    version: Reference
    met: bool
    statement_sha256: str
    issued_by: str
    issued_at: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.reference import Reference # noqa: PLC0415
        id = str(self.id)

        pack = self.pack.to_dict()

        version = self.version.to_dict()

        met = self.met

        statement_sha256 = self.statement_sha256

        issued_by = self.issued_by

        issued_at = self.issued_at.isoformat()


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "id": id,
            "pack": pack,
            "version": version,
            "met": met,
            "statement_sha256": statement_sha256,
            "issued_by": issued_by,
            "issued_at": issued_at,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.reference import Reference # noqa: PLC0415
        d = dict(src_dict)
        id = UUID(d.pop("id"))




        pack = Reference.from_dict(d.pop("pack"))




        version = Reference.from_dict(d.pop("version"))




        met = d.pop("met")

        statement_sha256 = d.pop("statement_sha256")

        issued_by = d.pop("issued_by")

        issued_at = datetime.datetime.fromisoformat(d.pop("issued_at"))




        verification_summary = cls(
            id=id,
            pack=pack,
            version=version,
            met=met,
            statement_sha256=statement_sha256,
            issued_by=issued_by,
            issued_at=issued_at,
        )


        verification_summary.additional_properties = d
        return verification_summary

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
