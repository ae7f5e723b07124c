from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset







T = TypeVar("T", bound="ErrorBudget")



@_attrs_define
class ErrorBudget:
    """ The chance of any false alarm in an organization's whole life, and what is spent.

        Attributes:
            organization (str):
            alpha (float):
            spent (float): What the streams there are may use of it.
            left (float): For all streams that will come.
            streams (int): Claims on versions that have a result.
            waiting (int): Those whose items are committed to and that have none yet; they spend too.
            alarms (int): Streams that are beyond chance.
            suspected (int): Further streams, of which at most the same rate is false on average.
     """

    organization: str
    alpha: float
    spent: float
    left: float
    streams: int
    waiting: int
    alarms: int
    suspected: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        organization = self.organization

        alpha = self.alpha

        spent = self.spent

        left = self.left

        streams = self.streams

        waiting = self.waiting

        alarms = self.alarms

        suspected = self.suspected


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "organization": organization,
            "alpha": alpha,
            "spent": spent,
            "left": left,
            "streams": streams,
            "waiting": waiting,
            "alarms": alarms,
            "suspected": suspected,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        organization = d.pop("organization")

        alpha = d.pop("alpha")

        spent = d.pop("spent")

        left = d.pop("left")

        streams = d.pop("streams")

        waiting = d.pop("waiting")

        alarms = d.pop("alarms")

        suspected = d.pop("suspected")

        error_budget = cls(
            organization=organization,
            alpha=alpha,
            spent=spent,
            left=left,
            streams=streams,
            waiting=waiting,
            alarms=alarms,
            suspected=suspected,
        )


        error_budget.additional_properties = d
        return error_budget

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
