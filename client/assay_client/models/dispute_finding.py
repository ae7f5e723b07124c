from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.lineage_finding import LineageFinding






T = TypeVar("T", bound="DisputeFinding")



@_attrs_define
class DisputeFinding:
    """ What one stress test says of the two versions; never that they are independent.

        Attributes:
            test (str):
            result (str): Its id; empty where there is none.
            finding (LineageFinding):
            alpha (float): Largest chance of `shown` where nothing is shared; 0 without a result.
            statement (str):
            measured (str):
     """

    test: str
    result: str
    finding: LineageFinding
    alpha: float
    statement: str
    measured: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        test = self.test

        result = self.result

        finding = self.finding.value

        alpha = self.alpha

        statement = self.statement

        measured = self.measured


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "test": test,
            "result": result,
            "finding": finding,
            "alpha": alpha,
            "statement": statement,
            "measured": measured,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        test = d.pop("test")

        result = d.pop("result")

        finding = LineageFinding(d.pop("finding"))




        alpha = d.pop("alpha")

        statement = d.pop("statement")

        measured = d.pop("measured")

        dispute_finding = cls(
            test=test,
            result=result,
            finding=finding,
            alpha=alpha,
            statement=statement,
            measured=measured,
        )


        dispute_finding.additional_properties = d
        return dispute_finding

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
