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
  from ..models.alert_answer import AlertAnswer
  from ..models.alert_claim import AlertClaim
  from ..models.alert_delivery import AlertDelivery
  from ..models.alert_occurrence import AlertOccurrence
  from ..models.alert_silence import AlertSilence
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
            claim (AlertClaim): Statistic, interval, limit and its source, alpha, e-value; empty if none.
            path (str): Where its evidence is, below the site.
            bundle_path (str): Where its bundle is; empty if none.
            assignee (None | str):
            snoozed_until (datetime.datetime | None):
            event (UUID):
            opened_at (datetime.datetime):
            transitions (list[AlertTransition]):
            occurrences (list[AlertOccurrence]):
            answers (list[AlertAnswer]):
            silences (list[AlertSilence]):
            deliveries (list[AlertDelivery]):
     """

    id: UUID
    organization: str
    severity: Severity
    state: AlertState
    title: str
    statement: str
    claim: AlertClaim
    path: str
    bundle_path: str
    assignee: None | str
    snoozed_until: datetime.datetime | None
    event: UUID
    opened_at: datetime.datetime
    transitions: list[AlertTransition]
    occurrences: list[AlertOccurrence]
    answers: list[AlertAnswer]
    silences: list[AlertSilence]
    deliveries: list[AlertDelivery]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.alert_answer import AlertAnswer # noqa: PLC0415
        from ..models.alert_claim import AlertClaim # noqa: PLC0415
        from ..models.alert_delivery import AlertDelivery # noqa: PLC0415
        from ..models.alert_occurrence import AlertOccurrence # noqa: PLC0415
        from ..models.alert_silence import AlertSilence # noqa: PLC0415
        from ..models.alert_transition import AlertTransition # noqa: PLC0415
        id = str(self.id)

        organization = self.organization

        severity = self.severity.value

        state = self.state.value

        title = self.title

        statement = self.statement

        claim = self.claim.to_dict()

        path = self.path

        bundle_path = self.bundle_path

        assignee: None | str
        assignee = self.assignee

        snoozed_until: None | str
        if isinstance(self.snoozed_until, datetime.datetime):
            snoozed_until = self.snoozed_until.isoformat()
        else:
            snoozed_until = self.snoozed_until

        event = str(self.event)

        opened_at = self.opened_at.isoformat()

        transitions = []
        for transitions_item_data in self.transitions:
            transitions_item = transitions_item_data.to_dict()
            transitions.append(transitions_item)



        occurrences = []
        for occurrences_item_data in self.occurrences:
            occurrences_item = occurrences_item_data.to_dict()
            occurrences.append(occurrences_item)



        answers = []
        for answers_item_data in self.answers:
            answers_item = answers_item_data.to_dict()
            answers.append(answers_item)



        silences = []
        for silences_item_data in self.silences:
            silences_item = silences_item_data.to_dict()
            silences.append(silences_item)



        deliveries = []
        for deliveries_item_data in self.deliveries:
            deliveries_item = deliveries_item_data.to_dict()
            deliveries.append(deliveries_item)




        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "id": id,
            "organization": organization,
            "severity": severity,
            "state": state,
            "title": title,
            "statement": statement,
            "claim": claim,
            "path": path,
            "bundle_path": bundle_path,
            "assignee": assignee,
            "snoozed_until": snoozed_until,
            "event": event,
            "opened_at": opened_at,
            "transitions": transitions,
            "occurrences": occurrences,
            "answers": answers,
            "silences": silences,
            "deliveries": deliveries,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.alert_answer import AlertAnswer # noqa: PLC0415
        from ..models.alert_claim import AlertClaim # noqa: PLC0415
        from ..models.alert_delivery import AlertDelivery # noqa: PLC0415
        from ..models.alert_occurrence import AlertOccurrence # noqa: PLC0415
        from ..models.alert_silence import AlertSilence # noqa: PLC0415
        from ..models.alert_transition import AlertTransition # noqa: PLC0415
        d = dict(src_dict)
        id = UUID(d.pop("id"))




        organization = d.pop("organization")

        severity = Severity(d.pop("severity"))




        state = AlertState(d.pop("state"))




        title = d.pop("title")

        statement = d.pop("statement")

        claim = AlertClaim.from_dict(d.pop("claim"))




        path = d.pop("path")

        bundle_path = d.pop("bundle_path")

        def _parse_assignee(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        assignee = _parse_assignee(d.pop("assignee"))


        def _parse_snoozed_until(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                snoozed_until_type_0 = datetime.datetime.fromisoformat(data)



                return snoozed_until_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        snoozed_until = _parse_snoozed_until(d.pop("snoozed_until"))


        event = UUID(d.pop("event"))




        opened_at = datetime.datetime.fromisoformat(d.pop("opened_at"))




        transitions = []
        _transitions = d.pop("transitions")
        for transitions_item_data in (_transitions):
            transitions_item = AlertTransition.from_dict(transitions_item_data)



            transitions.append(transitions_item)


        occurrences = []
        _occurrences = d.pop("occurrences")
        for occurrences_item_data in (_occurrences):
            occurrences_item = AlertOccurrence.from_dict(occurrences_item_data)



            occurrences.append(occurrences_item)


        answers = []
        _answers = d.pop("answers")
        for answers_item_data in (_answers):
            answers_item = AlertAnswer.from_dict(answers_item_data)



            answers.append(answers_item)


        silences = []
        _silences = d.pop("silences")
        for silences_item_data in (_silences):
            silences_item = AlertSilence.from_dict(silences_item_data)



            silences.append(silences_item)


        deliveries = []
        _deliveries = d.pop("deliveries")
        for deliveries_item_data in (_deliveries):
            deliveries_item = AlertDelivery.from_dict(deliveries_item_data)



            deliveries.append(deliveries_item)


        alert = cls(
            id=id,
            organization=organization,
            severity=severity,
            state=state,
            title=title,
            statement=statement,
            claim=claim,
            path=path,
            bundle_path=bundle_path,
            assignee=assignee,
            snoozed_until=snoozed_until,
            event=event,
            opened_at=opened_at,
            transitions=transitions,
            occurrences=occurrences,
            answers=answers,
            silences=silences,
            deliveries=deliveries,
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
