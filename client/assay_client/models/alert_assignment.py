from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset







T = TypeVar("T", bound="AlertAssignment")



@_attrs_define
class AlertAssignment:
    """ A JSON object or query that an operation accepts.

    Names it does not know are refused: a misspelt filter would widen the answer in silence. So are
    JSON values of another type than the field's: what is accepted is what OpenAPI says.

        Attributes:
            assignee (str): Of a member whose role answers alerts.
     """

    assignee: str





    def to_dict(self) -> dict[str, Any]:
        assignee = self.assignee


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "assignee": assignee,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        assignee = d.pop("assignee")

        alert_assignment = cls(
            assignee=assignee,
        )

        return alert_assignment

