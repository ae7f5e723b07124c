from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast

if TYPE_CHECKING:
  from ..models.policy_pack import PolicyPack





T = TypeVar("T", bound="PolicyPackPage")



@_attrs_define
class PolicyPackPage:
    """ One page of a list.

        Attributes:
            next_ (None | str):
            previous (None | str):
            rows (list[PolicyPack]):
     """

    next_: None | str
    previous: None | str
    rows: list[PolicyPack]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.policy_pack import PolicyPack # noqa: PLC0415
        next_: None | str
        next_ = self.next_

        previous: None | str
        previous = self.previous

        rows = []
        for rows_item_data in self.rows:
            rows_item = rows_item_data.to_dict()
            rows.append(rows_item)




        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "next": next_,
            "previous": previous,
            "rows": rows,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.policy_pack import PolicyPack # noqa: PLC0415
        d = dict(src_dict)
        def _parse_next_(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        next_ = _parse_next_(d.pop("next"))


        def _parse_previous(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        previous = _parse_previous(d.pop("previous"))


        rows = []
        _rows = d.pop("rows")
        for rows_item_data in (_rows):
            rows_item = PolicyPack.from_dict(rows_item_data)



            rows.append(rows_item)


        policy_pack_page = cls(
            next_=next_,
            previous=previous,
            rows=rows,
        )


        policy_pack_page.additional_properties = d
        return policy_pack_page

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
