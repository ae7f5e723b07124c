from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..types import UNSET, Unset
from typing import cast






T = TypeVar("T", bound="Rule")



@_attrs_define
class Rule:
    """ A cron expression or an interval, in a time zone.

        Attributes:
            cron (str | Unset): Five fields; `0 6 * * 1` is Mondays at 06:00.
            interval_seconds (int | None | Unset):
            time_zone (str | Unset): An IANA name. Default: 'UTC'.
            jitter_seconds (int | Unset): Each firing comes up to this much late, drawn for each. Default: 0.
     """

    cron: str | Unset = UNSET
    interval_seconds: int | None | Unset = UNSET
    time_zone: str | Unset = 'UTC'
    jitter_seconds: int | Unset = 0





    def to_dict(self) -> dict[str, Any]:
        cron = self.cron

        interval_seconds: int | None | Unset
        if isinstance(self.interval_seconds, Unset):
            interval_seconds = UNSET
        else:
            interval_seconds = self.interval_seconds

        time_zone = self.time_zone

        jitter_seconds = self.jitter_seconds


        field_dict: dict[str, Any] = {}

        field_dict.update({
        })
        if cron is not UNSET:
            field_dict["cron"] = cron
        if interval_seconds is not UNSET:
            field_dict["interval_seconds"] = interval_seconds
        if time_zone is not UNSET:
            field_dict["time_zone"] = time_zone
        if jitter_seconds is not UNSET:
            field_dict["jitter_seconds"] = jitter_seconds

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        cron = d.pop("cron", UNSET)

        def _parse_interval_seconds(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        interval_seconds = _parse_interval_seconds(d.pop("interval_seconds", UNSET))


        time_zone = d.pop("time_zone", UNSET)

        jitter_seconds = d.pop("jitter_seconds", UNSET)

        rule = cls(
            cron=cron,
            interval_seconds=interval_seconds,
            time_zone=time_zone,
            jitter_seconds=jitter_seconds,
        )

        return rule

