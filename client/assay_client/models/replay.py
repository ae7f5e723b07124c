from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..types import UNSET, Unset
from typing import cast
from uuid import UUID
import datetime






T = TypeVar("T", bound="Replay")



@_attrs_define
class Replay:
    """ One call whatever became of it, or all that failed since a moment.

        Attributes:
            delivery (UUID | Unset):
            failed_since (datetime.datetime | Unset):
     """

    delivery: UUID | Unset = UNSET
    failed_since: datetime.datetime | Unset = UNSET





    def to_dict(self) -> dict[str, Any]:
        delivery: str | Unset = UNSET
        if not isinstance(self.delivery, Unset):
            delivery = str(self.delivery)

        failed_since: str | Unset = UNSET
        if not isinstance(self.failed_since, Unset):
            failed_since = self.failed_since.isoformat()


        field_dict: dict[str, Any] = {}

        field_dict.update({
        })
        if delivery is not UNSET:
            field_dict["delivery"] = delivery
        if failed_since is not UNSET:
            field_dict["failed_since"] = failed_since

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        _delivery = d.pop("delivery", UNSET)
        delivery: UUID | Unset
        if isinstance(_delivery,  Unset):
            delivery = UNSET
        else:
            delivery = UUID(_delivery)




        _failed_since = d.pop("failed_since", UNSET)
        failed_since: datetime.datetime | Unset
        if isinstance(_failed_since,  Unset):
            failed_since = UNSET
        else:
            failed_since = datetime.datetime.fromisoformat(_failed_since)




        replay = cls(
            delivery=delivery,
            failed_since=failed_since,
        )

        return replay

