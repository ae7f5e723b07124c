from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast

if TYPE_CHECKING:
  from ..models.spread import Spread





T = TypeVar("T", bound="Pace")



@_attrs_define
class Pace:
    """ What an item took in earlier runs, loading the model included.

        Attributes:
            runs (int):
            items (int):
            own (bool): Of this version; else of others of its access.
            seconds (Spread): Over all counted runs together, and in the cheapest and the dearest of them.
            tokens (Spread): Over all counted runs together, and in the cheapest and the dearest of them.
     """

    runs: int
    items: int
    own: bool
    seconds: Spread
    tokens: Spread
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.spread import Spread # noqa: PLC0415
        runs = self.runs

        items = self.items

        own = self.own

        seconds = self.seconds.to_dict()

        tokens = self.tokens.to_dict()


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "runs": runs,
            "items": items,
            "own": own,
            "seconds": seconds,
            "tokens": tokens,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.spread import Spread # noqa: PLC0415
        d = dict(src_dict)
        runs = d.pop("runs")

        items = d.pop("items")

        own = d.pop("own")

        seconds = Spread.from_dict(d.pop("seconds"))




        tokens = Spread.from_dict(d.pop("tokens"))




        pace = cls(
            runs=runs,
            items=items,
            own=own,
            seconds=seconds,
            tokens=tokens,
        )


        pace.additional_properties = d
        return pace

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
