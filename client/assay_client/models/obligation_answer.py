from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.verdict import Verdict
from typing import cast
from uuid import UUID
import datetime






T = TypeVar("T", bound="ObligationAnswer")



@_attrs_define
class ObligationAnswer:
    """ The newest result that answers the demand.

        Attributes:
            id (UUID):
            verdict (Verdict):
            value (float):
            lower (float):
            upper (float):
            limit (float):
            alpha (float):
            recorded_at (datetime.datetime):
     """

    id: UUID
    verdict: Verdict
    value: float
    lower: float
    upper: float
    limit: float
    alpha: float
    recorded_at: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        verdict = self.verdict.value

        value = self.value

        lower = self.lower

        upper = self.upper

        limit = self.limit

        alpha = self.alpha

        recorded_at = self.recorded_at.isoformat()


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "id": id,
            "verdict": verdict,
            "value": value,
            "lower": lower,
            "upper": upper,
            "limit": limit,
            "alpha": alpha,
            "recorded_at": recorded_at,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = UUID(d.pop("id"))




        verdict = Verdict(d.pop("verdict"))




        value = d.pop("value")

        lower = d.pop("lower")

        upper = d.pop("upper")

        limit = d.pop("limit")

        alpha = d.pop("alpha")

        recorded_at = datetime.datetime.fromisoformat(d.pop("recorded_at"))




        obligation_answer = cls(
            id=id,
            verdict=verdict,
            value=value,
            lower=lower,
            upper=upper,
            limit=limit,
            alpha=alpha,
            recorded_at=recorded_at,
        )


        obligation_answer.additional_properties = d
        return obligation_answer

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
