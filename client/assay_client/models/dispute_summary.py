from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.dispute_state import DisputeState
from typing import cast
from uuid import UUID
import datetime

if TYPE_CHECKING:
  from ..models.reference import Reference





T = TypeVar("T", bound="DisputeSummary")



@_attrs_define
class DisputeSummary:
    """ One organization says that another's version has its own for an origin.

        Attributes:
            id (UUID):
            claimant (str):
            respondent (str):
            court (str):
            claimant_version (Reference): Names another entity: its id, and what people call it.
            respondent_version (Reference): Names another entity: its id, and what people call it.
            claim (str):
            state (DisputeState):
            answer_by (datetime.datetime):
            opened_at (datetime.datetime):
     """

    id: UUID
    claimant: str
    respondent: str
    court: str
    claimant_version: Reference
    respondent_version: Reference
    claim: str
    state: DisputeState
    answer_by: datetime.datetime
    opened_at: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.reference import Reference # noqa: PLC0415
        id = str(self.id)

        claimant = self.claimant

        respondent = self.respondent

        court = self.court

        claimant_version = self.claimant_version.to_dict()

        respondent_version = self.respondent_version.to_dict()

        claim = self.claim

        state = self.state.value

        answer_by = self.answer_by.isoformat()

        opened_at = self.opened_at.isoformat()


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "id": id,
            "claimant": claimant,
            "respondent": respondent,
            "court": court,
            "claimant_version": claimant_version,
            "respondent_version": respondent_version,
            "claim": claim,
            "state": state,
            "answer_by": answer_by,
            "opened_at": opened_at,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.reference import Reference # noqa: PLC0415
        d = dict(src_dict)
        id = UUID(d.pop("id"))




        claimant = d.pop("claimant")

        respondent = d.pop("respondent")

        court = d.pop("court")

        claimant_version = Reference.from_dict(d.pop("claimant_version"))




        respondent_version = Reference.from_dict(d.pop("respondent_version"))




        claim = d.pop("claim")

        state = DisputeState(d.pop("state"))




        answer_by = datetime.datetime.fromisoformat(d.pop("answer_by"))




        opened_at = datetime.datetime.fromisoformat(d.pop("opened_at"))




        dispute_summary = cls(
            id=id,
            claimant=claimant,
            respondent=respondent,
            court=court,
            claimant_version=claimant_version,
            respondent_version=respondent_version,
            claim=claim,
            state=state,
            answer_by=answer_by,
            opened_at=opened_at,
        )


        dispute_summary.additional_properties = d
        return dispute_summary

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
