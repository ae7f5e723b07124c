from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.channel import Channel
from ..models.severity import Severity
from typing import cast
from uuid import UUID
import datetime

if TYPE_CHECKING:
  from ..models.reference import Reference





T = TypeVar("T", bound="AlertRoute")



@_attrs_define
class AlertRoute:
    """ Where alerts go; the secrets of its destination are never told again.

        Attributes:
            id (UUID):
            organization (str):
            name (str):
            channel (Channel):
            destination (str): Without its secrets.
            minimum_severity (Severity):
            event_types (list[str]):
            first_line (bool):
            critical_minutes (int | None):
            warning_minutes (int | None):
            escalates_to (None | Reference):
            enabled (bool):
            created_by (str):
            created_at (datetime.datetime):
     """

    id: UUID
    organization: str
    name: str
    channel: Channel
    destination: str
    minimum_severity: Severity
    event_types: list[str]
    first_line: bool
    critical_minutes: int | None
    warning_minutes: int | None
    escalates_to: None | Reference
    enabled: bool
    created_by: str
    created_at: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.reference import Reference # noqa: PLC0415
        id = str(self.id)

        organization = self.organization

        name = self.name

        channel = self.channel.value

        destination = self.destination

        minimum_severity = self.minimum_severity.value

        event_types = self.event_types



        first_line = self.first_line

        critical_minutes: int | None
        critical_minutes = self.critical_minutes

        warning_minutes: int | None
        warning_minutes = self.warning_minutes

        escalates_to: dict[str, Any] | None
        if isinstance(self.escalates_to, Reference):
            escalates_to = self.escalates_to.to_dict()
        else:
            escalates_to = self.escalates_to

        enabled = self.enabled

        created_by = self.created_by

        created_at = self.created_at.isoformat()


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "id": id,
            "organization": organization,
            "name": name,
            "channel": channel,
            "destination": destination,
            "minimum_severity": minimum_severity,
            "event_types": event_types,
            "first_line": first_line,
            "critical_minutes": critical_minutes,
            "warning_minutes": warning_minutes,
            "escalates_to": escalates_to,
            "enabled": enabled,
            "created_by": created_by,
            "created_at": created_at,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.reference import Reference # noqa: PLC0415
        d = dict(src_dict)
        id = UUID(d.pop("id"))




        organization = d.pop("organization")

        name = d.pop("name")

        channel = Channel(d.pop("channel"))




        destination = d.pop("destination")

        minimum_severity = Severity(d.pop("minimum_severity"))




        event_types = cast(list[str], d.pop("event_types"))


        first_line = d.pop("first_line")

        def _parse_critical_minutes(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        critical_minutes = _parse_critical_minutes(d.pop("critical_minutes"))


        def _parse_warning_minutes(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        warning_minutes = _parse_warning_minutes(d.pop("warning_minutes"))


        def _parse_escalates_to(data: object) -> None | Reference:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                escalates_to_type_0 = Reference.from_dict(data)



                return escalates_to_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Reference, data)

        escalates_to = _parse_escalates_to(d.pop("escalates_to"))


        enabled = d.pop("enabled")

        created_by = d.pop("created_by")

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))




        alert_route = cls(
            id=id,
            organization=organization,
            name=name,
            channel=channel,
            destination=destination,
            minimum_severity=minimum_severity,
            event_types=event_types,
            first_line=first_line,
            critical_minutes=critical_minutes,
            warning_minutes=warning_minutes,
            escalates_to=escalates_to,
            enabled=enabled,
            created_by=created_by,
            created_at=created_at,
        )


        alert_route.additional_properties = d
        return alert_route

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
