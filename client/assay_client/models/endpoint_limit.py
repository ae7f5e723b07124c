from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast
import datetime






T = TypeVar("T", bound="EndpointLimit")



@_attrs_define
class EndpointLimit:
    """ How hard an organization's endpoint may be asked, over all workers together.

        Attributes:
            id (int):
            organization (str):
            origin (str):
            requests_at_once (int):
            requests_per_minute (int | None): Null: as many as are answered.
            changed_by (str):
            changed_at (datetime.datetime):
     """

    id: int
    organization: str
    origin: str
    requests_at_once: int
    requests_per_minute: int | None
    changed_by: str
    changed_at: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        id = self.id

        organization = self.organization

        origin = self.origin

        requests_at_once = self.requests_at_once

        requests_per_minute: int | None
        requests_per_minute = self.requests_per_minute

        changed_by = self.changed_by

        changed_at = self.changed_at.isoformat()


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "id": id,
            "organization": organization,
            "origin": origin,
            "requests_at_once": requests_at_once,
            "requests_per_minute": requests_per_minute,
            "changed_by": changed_by,
            "changed_at": changed_at,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        organization = d.pop("organization")

        origin = d.pop("origin")

        requests_at_once = d.pop("requests_at_once")

        def _parse_requests_per_minute(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        requests_per_minute = _parse_requests_per_minute(d.pop("requests_per_minute"))


        changed_by = d.pop("changed_by")

        changed_at = datetime.datetime.fromisoformat(d.pop("changed_at"))




        endpoint_limit = cls(
            id=id,
            organization=organization,
            origin=origin,
            requests_at_once=requests_at_once,
            requests_per_minute=requests_per_minute,
            changed_by=changed_by,
            changed_at=changed_at,
        )


        endpoint_limit.additional_properties = d
        return endpoint_limit

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
