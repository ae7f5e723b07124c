from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.ruling_outcome import RulingOutcome
from typing import cast
import datetime

if TYPE_CHECKING:
  from ..models.dispute_dissent import DisputeDissent





T = TypeVar("T", bound="DisputeRuling")



@_attrs_define
class DisputeRuling:
    """ What the court decided.

        Attributes:
            outcome (RulingOutcome):
            operative (str):
            reasons (str):
            ruled_at (datetime.datetime):
            dissents (list[DisputeDissent]):
     """

    outcome: RulingOutcome
    operative: str
    reasons: str
    ruled_at: datetime.datetime
    dissents: list[DisputeDissent]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.dispute_dissent import DisputeDissent # noqa: PLC0415
        outcome = self.outcome.value

        operative = self.operative

        reasons = self.reasons

        ruled_at = self.ruled_at.isoformat()

        dissents = []
        for dissents_item_data in self.dissents:
            dissents_item = dissents_item_data.to_dict()
            dissents.append(dissents_item)




        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "outcome": outcome,
            "operative": operative,
            "reasons": reasons,
            "ruled_at": ruled_at,
            "dissents": dissents,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.dispute_dissent import DisputeDissent # noqa: PLC0415
        d = dict(src_dict)
        outcome = RulingOutcome(d.pop("outcome"))




        operative = d.pop("operative")

        reasons = d.pop("reasons")

        ruled_at = datetime.datetime.fromisoformat(d.pop("ruled_at"))




        dissents = []
        _dissents = d.pop("dissents")
        for dissents_item_data in (_dissents):
            dissents_item = DisputeDissent.from_dict(dissents_item_data)



            dissents.append(dissents_item)


        dispute_ruling = cls(
            outcome=outcome,
            operative=operative,
            reasons=reasons,
            ruled_at=ruled_at,
            dissents=dissents,
        )


        dispute_ruling.additional_properties = d
        return dispute_ruling

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
