from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast

if TYPE_CHECKING:
  from ..models.reference import Reference





T = TypeVar("T", bound="LeftOutDemand")



@_attrs_define
class LeftOutDemand:
    """ A demand that needs no schedule, or can have none.

        Attributes:
            model (Reference): Names another entity: its id, and what people call it.
            demand (str):
            reason (str):
     """

    model: Reference
    demand: str
    reason: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.reference import Reference # noqa: PLC0415
        model = self.model.to_dict()

        demand = self.demand

        reason = self.reason


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "model": model,
            "demand": demand,
            "reason": reason,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.reference import Reference # noqa: PLC0415
        d = dict(src_dict)
        model = Reference.from_dict(d.pop("model"))




        demand = d.pop("demand")

        reason = d.pop("reason")

        left_out_demand = cls(
            model=model,
            demand=demand,
            reason=reason,
        )


        left_out_demand.additional_properties = d
        return left_out_demand

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
