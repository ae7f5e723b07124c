from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..types import UNSET, Unset
from typing import cast
import datetime






T = TypeVar("T", bound="MaintenanceWindowOpening")



@_attrs_define
class MaintenanceWindowOpening:
    """ A JSON object or query that an operation accepts.

    Names it does not know are refused: a misspelt filter would widen the answer in silence. So are
    JSON values of another type than the field's: what is accepted is what OpenAPI says.

        Attributes:
            organization (str): The organization's slug.
            reason (str):
            starts_at (datetime.datetime):
            ends_at (datetime.datetime):
            model (str | Unset): As provider/model; empty: every model. Default: ''.
     """

    organization: str
    reason: str
    starts_at: datetime.datetime
    ends_at: datetime.datetime
    model: str | Unset = ''





    def to_dict(self) -> dict[str, Any]:
        organization = self.organization

        reason = self.reason

        starts_at = self.starts_at.isoformat()

        ends_at = self.ends_at.isoformat()

        model = self.model


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "organization": organization,
            "reason": reason,
            "starts_at": starts_at,
            "ends_at": ends_at,
        })
        if model is not UNSET:
            field_dict["model"] = model

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        organization = d.pop("organization")

        reason = d.pop("reason")

        starts_at = datetime.datetime.fromisoformat(d.pop("starts_at"))




        ends_at = datetime.datetime.fromisoformat(d.pop("ends_at"))




        model = d.pop("model", UNSET)

        maintenance_window_opening = cls(
            organization=organization,
            reason=reason,
            starts_at=starts_at,
            ends_at=ends_at,
            model=model,
        )

        return maintenance_window_opening

