from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..types import UNSET, Unset
from typing import cast






T = TypeVar("T", bound="EndpointLimitSetting")



@_attrs_define
class EndpointLimitSetting:
    """ A JSON object or query that an operation accepts.

    Names it does not know are refused: a misspelt filter would widen the answer in silence. So are
    JSON values of another type than the field's: what is accepted is what OpenAPI says.

        Attributes:
            organization (str): The provider's slug.
            origin (str): Like `https://host`.
            requests_at_once (int):
            requests_per_minute (int | None | Unset):
     """

    organization: str
    origin: str
    requests_at_once: int
    requests_per_minute: int | None | Unset = UNSET





    def to_dict(self) -> dict[str, Any]:
        organization = self.organization

        origin = self.origin

        requests_at_once = self.requests_at_once

        requests_per_minute: int | None | Unset
        if isinstance(self.requests_per_minute, Unset):
            requests_per_minute = UNSET
        else:
            requests_per_minute = self.requests_per_minute


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "organization": organization,
            "origin": origin,
            "requests_at_once": requests_at_once,
        })
        if requests_per_minute is not UNSET:
            field_dict["requests_per_minute"] = requests_per_minute

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        organization = d.pop("organization")

        origin = d.pop("origin")

        requests_at_once = d.pop("requests_at_once")

        def _parse_requests_per_minute(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        requests_per_minute = _parse_requests_per_minute(d.pop("requests_per_minute", UNSET))


        endpoint_limit_setting = cls(
            organization=organization,
            origin=origin,
            requests_at_once=requests_at_once,
            requests_per_minute=requests_per_minute,
        )

        return endpoint_limit_setting

