from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.alert_state import AlertState
from ..models.severity import Severity
from typing import cast
from uuid import UUID
import datetime

if TYPE_CHECKING:
  from ..models.alert_transition import AlertTransition





T = TypeVar("T", bound="Alert")



@_attrs_define
class Alert:
    """ What somebody must act on, and who has answered it.

        Attributes:
            id (UUID):
            organization (str):
            severity (Severity):
            state (AlertState):
            title (str):
            statement (str):
            path (str): Where its evidence is, below the site.
            event (UUID):
            opened_at (datetime.datetime):
            transitions (list[AlertTransition]):
     """

    id: UUID
    organization: str
    severity: Severity
    state: AlertState
    title: str
    statement: str
    path: str
    event: UUID
    opened_at: datetime.datetime
    transitions: list[AlertTransition]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.alert_transition import AlertTransition # noqa: PLC0415
        id = str(self.id)

        organization = self.organization

        severity = self.severity.value

        state = self.state.value

        title = self.title

        statement = self.statement

        path = self.path

        event = str(self.event)

        opened_at = self.opened_at.isoformat()

        transitions = []
        for transitions_item_data in self.transitions:
            transitions_item = transitions_item_data.to_dict()
            transitions.append(transitions_item)




        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "id": id,
            "organization": organization,
            "severity": severity,
            "state": state,
            "title": title,
            "statement": statement,
            "path": path,
            "event": event,
            "opened_at": opened_at,
            "transitions": transitions,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.alert_transition import AlertTransition # noqa: PLC0415
        d = dict(src_dict)
        id = UUID(d.pop("id"))




        organization = d.pop("organization")

        severity = Severity(d.pop("severity"))




        state = AlertState(d.pop("state"))




        title = d.pop("title")

        statement = d.pop("statement")

        path = d.pop("path")

        event = UUID(d.pop("event"))




        opened_at = datetime.datetime.fromisoformat(d.pop("opened_at"))




        transitions = []
        _transitions = d.pop("transitions")
        for transitions_item_data in (_transitions):
            transitions_item = AlertTransition.from_dict(transitions_item_data)



            transitions.append(transitions_item)


        alert = cls(
            id=id,
            organization=organization,
            severity=severity,
            state=state,
            title=title,
            statement=statement,
            path=path,
            event=event,
            opened_at=opened_at,
            transitions=transitions,
        )


        alert.additional_properties = d
        return alert

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
