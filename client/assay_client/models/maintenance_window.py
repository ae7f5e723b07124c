from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast
from uuid import UUID
import datetime






T = TypeVar("T", bound="MaintenanceWindow")



@_attrs_define
class MaintenanceWindow:
    """ A time in which alerts are recorded and nobody is disturbed.

        Attributes:
            id (UUID):
            organization (str):
            model (str): As provider/model; empty: every model.
            reason (str):
            starts_at (datetime.datetime):
            ends_at (datetime.datetime):
            opened_by (str):
            opened_at (datetime.datetime):
     """

    id: UUID
    organization: str
    model: str
    reason: str
    starts_at: datetime.datetime
    ends_at: datetime.datetime
    opened_by: str
    opened_at: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        organization = self.organization

        model = self.model

        reason = self.reason

        starts_at = self.starts_at.isoformat()

        ends_at = self.ends_at.isoformat()

        opened_by = self.opened_by

        opened_at = self.opened_at.isoformat()


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "id": id,
            "organization": organization,
            "model": model,
            "reason": reason,
            "starts_at": starts_at,
            "ends_at": ends_at,
            "opened_by": opened_by,
            "opened_at": opened_at,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = UUID(d.pop("id"))




        organization = d.pop("organization")

        model = d.pop("model")

        reason = d.pop("reason")

        starts_at = datetime.datetime.fromisoformat(d.pop("starts_at"))




        ends_at = datetime.datetime.fromisoformat(d.pop("ends_at"))




        opened_by = d.pop("opened_by")

        opened_at = datetime.datetime.fromisoformat(d.pop("opened_at"))




        maintenance_window = cls(
            id=id,
            organization=organization,
            model=model,
            reason=reason,
            starts_at=starts_at,
            ends_at=ends_at,
            opened_by=opened_by,
            opened_at=opened_at,
        )


        maintenance_window.additional_properties = d
        return maintenance_window

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
