from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.dispute_state import DisputeState
from ..types import UNSET, Unset
from typing import cast
from uuid import UUID
import datetime

if TYPE_CHECKING:
  from ..models.dispute_battery import DisputeBattery
  from ..models.dispute_filing import DisputeFiling
  from ..models.dispute_finding import DisputeFinding
  from ..models.dispute_proposal import DisputeProposal
  from ..models.dispute_ruling import DisputeRuling
  from ..models.reference import Reference





T = TypeVar("T", bound="Dispute")



@_attrs_define
class Dispute:
    """ One dispute, with all that became of it.

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
            reviewers (list[str]):
            filings (list[DisputeFiling]):
            proposals (list[DisputeProposal]):
            batteries (list[DisputeBattery]):
            findings (list[DisputeFinding]):
            ruling (DisputeRuling | None | Unset):
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
    reviewers: list[str]
    filings: list[DisputeFiling]
    proposals: list[DisputeProposal]
    batteries: list[DisputeBattery]
    findings: list[DisputeFinding]
    ruling: DisputeRuling | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.dispute_battery import DisputeBattery # noqa: PLC0415
        from ..models.dispute_filing import DisputeFiling # noqa: PLC0415
        from ..models.dispute_finding import DisputeFinding # noqa: PLC0415
        from ..models.dispute_proposal import DisputeProposal # noqa: PLC0415
        from ..models.dispute_ruling import DisputeRuling # noqa: PLC0415
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

        reviewers = self.reviewers



        filings = []
        for filings_item_data in self.filings:
            filings_item = filings_item_data.to_dict()
            filings.append(filings_item)



        proposals = []
        for proposals_item_data in self.proposals:
            proposals_item = proposals_item_data.to_dict()
            proposals.append(proposals_item)



        batteries = []
        for batteries_item_data in self.batteries:
            batteries_item = batteries_item_data.to_dict()
            batteries.append(batteries_item)



        findings = []
        for findings_item_data in self.findings:
            findings_item = findings_item_data.to_dict()
            findings.append(findings_item)



        ruling: dict[str, Any] | None | Unset
        if isinstance(self.ruling, Unset):
            ruling = UNSET
        elif isinstance(self.ruling, DisputeRuling):
            ruling = self.ruling.to_dict()
        else:
            ruling = self.ruling


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
            "reviewers": reviewers,
            "filings": filings,
            "proposals": proposals,
            "batteries": batteries,
            "findings": findings,
        })
        if ruling is not UNSET:
            field_dict["ruling"] = ruling

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.dispute_battery import DisputeBattery # noqa: PLC0415
        from ..models.dispute_filing import DisputeFiling # noqa: PLC0415
        from ..models.dispute_finding import DisputeFinding # noqa: PLC0415
        from ..models.dispute_proposal import DisputeProposal # noqa: PLC0415
        from ..models.dispute_ruling import DisputeRuling # noqa: PLC0415
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




        reviewers = cast(list[str], d.pop("reviewers"))


        filings = []
        _filings = d.pop("filings")
        for filings_item_data in (_filings):
            filings_item = DisputeFiling.from_dict(filings_item_data)



            filings.append(filings_item)


        proposals = []
        _proposals = d.pop("proposals")
        for proposals_item_data in (_proposals):
            proposals_item = DisputeProposal.from_dict(proposals_item_data)



            proposals.append(proposals_item)


        batteries = []
        _batteries = d.pop("batteries")
        for batteries_item_data in (_batteries):
            batteries_item = DisputeBattery.from_dict(batteries_item_data)



            batteries.append(batteries_item)


        findings = []
        _findings = d.pop("findings")
        for findings_item_data in (_findings):
            findings_item = DisputeFinding.from_dict(findings_item_data)



            findings.append(findings_item)


        def _parse_ruling(data: object) -> DisputeRuling | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                ruling_type_0 = DisputeRuling.from_dict(data)



                return ruling_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(DisputeRuling | None | Unset, data)

        ruling = _parse_ruling(d.pop("ruling", UNSET))


        dispute = cls(
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
            reviewers=reviewers,
            filings=filings,
            proposals=proposals,
            batteries=batteries,
            findings=findings,
            ruling=ruling,
        )


        dispute.additional_properties = d
        return dispute

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
