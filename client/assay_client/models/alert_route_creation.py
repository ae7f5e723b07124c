from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.channel import Channel
from ..models.event_types_enum import EventTypesEnum
from ..models.severity import Severity
from ..types import UNSET, Unset
from typing import cast
from uuid import UUID






T = TypeVar("T", bound="AlertRouteCreation")



@_attrs_define
class AlertRouteCreation:
    """ What a route takes, and what becomes of it when nobody answers.

        Attributes:
            name (str):
            organization (str): The organization's slug.
            channel (Channel):
            minimum_severity (Severity | Unset):  Default: Severity.WARNING.
            event_types (list[EventTypesEnum] | Unset): Whose alerts it takes; empty: every type.
            first_line (bool | Unset): Takes alerts as they open; else only what escalates to it. Default: True.
            critical_minutes (int | None | Unset): Until an alert that nobody answered escalates; null: never.
            warning_minutes (int | None | Unset): Until an alert that nobody answered escalates; null: never.
            escalates_to (None | Unset | UUID):
            enabled (bool | Unset):  Default: True.
            destination (str | Unset): An e-mail address, or an Apprise URL of a service; by the channel. Default: ''.
     """

    name: str
    organization: str
    channel: Channel
    minimum_severity: Severity | Unset = Severity.WARNING
    event_types: list[EventTypesEnum] | Unset = UNSET
    first_line: bool | Unset = True
    critical_minutes: int | None | Unset = UNSET
    warning_minutes: int | None | Unset = UNSET
    escalates_to: None | Unset | UUID = UNSET
    enabled: bool | Unset = True
    destination: str | Unset = ''





    def to_dict(self) -> dict[str, Any]:
        name = self.name

        organization = self.organization

        channel = self.channel.value

        minimum_severity: str | Unset = UNSET
        if not isinstance(self.minimum_severity, Unset):
            minimum_severity = self.minimum_severity.value


        event_types: list[str] | Unset = UNSET
        if not isinstance(self.event_types, Unset):
            event_types = []
            for event_types_item_data in self.event_types:
                event_types_item = event_types_item_data.value
                event_types.append(event_types_item)



        first_line = self.first_line

        critical_minutes: int | None | Unset
        if isinstance(self.critical_minutes, Unset):
            critical_minutes = UNSET
        else:
            critical_minutes = self.critical_minutes

        warning_minutes: int | None | Unset
        if isinstance(self.warning_minutes, Unset):
            warning_minutes = UNSET
        else:
            warning_minutes = self.warning_minutes

        escalates_to: None | str | Unset
        if isinstance(self.escalates_to, Unset):
            escalates_to = UNSET
        elif isinstance(self.escalates_to, UUID):
            escalates_to = str(self.escalates_to)
        else:
            escalates_to = self.escalates_to

        enabled = self.enabled

        destination = self.destination


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "name": name,
            "organization": organization,
            "channel": channel,
        })
        if minimum_severity is not UNSET:
            field_dict["minimum_severity"] = minimum_severity
        if event_types is not UNSET:
            field_dict["event_types"] = event_types
        if first_line is not UNSET:
            field_dict["first_line"] = first_line
        if critical_minutes is not UNSET:
            field_dict["critical_minutes"] = critical_minutes
        if warning_minutes is not UNSET:
            field_dict["warning_minutes"] = warning_minutes
        if escalates_to is not UNSET:
            field_dict["escalates_to"] = escalates_to
        if enabled is not UNSET:
            field_dict["enabled"] = enabled
        if destination is not UNSET:
            field_dict["destination"] = destination

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name")

        organization = d.pop("organization")

        channel = Channel(d.pop("channel"))




        _minimum_severity = d.pop("minimum_severity", UNSET)
        minimum_severity: Severity | Unset
        if isinstance(_minimum_severity,  Unset):
            minimum_severity = UNSET
        else:
            minimum_severity = Severity(_minimum_severity)




        _event_types = d.pop("event_types", UNSET)
        event_types: list[EventTypesEnum] | Unset = UNSET
        if _event_types is not UNSET:
            event_types = []
            for event_types_item_data in _event_types:
                event_types_item = EventTypesEnum(event_types_item_data)



                event_types.append(event_types_item)


        first_line = d.pop("first_line", UNSET)

        def _parse_critical_minutes(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        critical_minutes = _parse_critical_minutes(d.pop("critical_minutes", UNSET))


        def _parse_warning_minutes(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        warning_minutes = _parse_warning_minutes(d.pop("warning_minutes", UNSET))


        def _parse_escalates_to(data: object) -> None | Unset | UUID:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                escalates_to_type_0 = UUID(data)



                return escalates_to_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Unset | UUID, data)

        escalates_to = _parse_escalates_to(d.pop("escalates_to", UNSET))


        enabled = d.pop("enabled", UNSET)

        destination = d.pop("destination", UNSET)

        alert_route_creation = cls(
            name=name,
            organization=organization,
            channel=channel,
            minimum_severity=minimum_severity,
            event_types=event_types,
            first_line=first_line,
            critical_minutes=critical_minutes,
            warning_minutes=warning_minutes,
            escalates_to=escalates_to,
            enabled=enabled,
            destination=destination,
        )

        return alert_route_creation

