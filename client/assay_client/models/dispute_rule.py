from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.ruling_outcome import RulingOutcome






T = TypeVar("T", bound="DisputeRule")



@_attrs_define
class DisputeRule:
    """ A JSON object or query that an operation accepts.

    Names it does not know are refused: a misspelt filter would widen the answer in silence. So are
    JSON values of another type than the field's: what is accepted is what OpenAPI says.

        Attributes:
            outcome (RulingOutcome):
            operative (str):
            reasons (str):
     """

    outcome: RulingOutcome
    operative: str
    reasons: str





    def to_dict(self) -> dict[str, Any]:
        outcome = self.outcome.value

        operative = self.operative

        reasons = self.reasons


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "outcome": outcome,
            "operative": operative,
            "reasons": reasons,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        outcome = RulingOutcome(d.pop("outcome"))




        operative = d.pop("operative")

        reasons = d.pop("reasons")

        dispute_rule = cls(
            outcome=outcome,
            operative=operative,
            reasons=reasons,
        )

        return dispute_rule

