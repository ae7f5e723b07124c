from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast

if TYPE_CHECKING:
  from ..models.chance import Chance
  from ..models.spread import Spread





T = TypeVar("T", bound="SimulatedRuns")



@_attrs_define
class SimulatedRuns:
    """ What runs of the validity study came to; tokens and seconds are of the median of items.

        Attributes:
            case (str): What is true there.
            lives (int): Simulated runs.
            compliant (Chance): A simulated probability with its exact 95% interval.
            violating (Chance): A simulated probability with its exact 95% interval.
            inconclusive (Chance): A simulated probability with its exact 95% interval.
            items_median (int | None): Null where all items are asked.
            items_ninetieth (int | None):
            tokens (None | Spread): Null where no run was measured.
            seconds (None | Spread): Null where no run was measured.
     """

    case: str
    lives: int
    compliant: Chance
    violating: Chance
    inconclusive: Chance
    items_median: int | None
    items_ninetieth: int | None
    tokens: None | Spread
    seconds: None | Spread
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.chance import Chance # noqa: PLC0415
        from ..models.spread import Spread # noqa: PLC0415
        case = self.case

        lives = self.lives

        compliant = self.compliant.to_dict()

        violating = self.violating.to_dict()

        inconclusive = self.inconclusive.to_dict()

        items_median: int | None
        items_median = self.items_median

        items_ninetieth: int | None
        items_ninetieth = self.items_ninetieth

        tokens: dict[str, Any] | None
        if isinstance(self.tokens, Spread):
            tokens = self.tokens.to_dict()
        else:
            tokens = self.tokens

        seconds: dict[str, Any] | None
        if isinstance(self.seconds, Spread):
            seconds = self.seconds.to_dict()
        else:
            seconds = self.seconds


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "case": case,
            "lives": lives,
            "compliant": compliant,
            "violating": violating,
            "inconclusive": inconclusive,
            "items_median": items_median,
            "items_ninetieth": items_ninetieth,
            "tokens": tokens,
            "seconds": seconds,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.chance import Chance # noqa: PLC0415
        from ..models.spread import Spread # noqa: PLC0415
        d = dict(src_dict)
        case = d.pop("case")

        lives = d.pop("lives")

        compliant = Chance.from_dict(d.pop("compliant"))




        violating = Chance.from_dict(d.pop("violating"))




        inconclusive = Chance.from_dict(d.pop("inconclusive"))




        def _parse_items_median(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        items_median = _parse_items_median(d.pop("items_median"))


        def _parse_items_ninetieth(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        items_ninetieth = _parse_items_ninetieth(d.pop("items_ninetieth"))


        def _parse_tokens(data: object) -> None | Spread:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                tokens_type_0 = Spread.from_dict(data)



                return tokens_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Spread, data)

        tokens = _parse_tokens(d.pop("tokens"))


        def _parse_seconds(data: object) -> None | Spread:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                seconds_type_0 = Spread.from_dict(data)



                return seconds_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Spread, data)

        seconds = _parse_seconds(d.pop("seconds"))


        simulated_runs = cls(
            case=case,
            lives=lives,
            compliant=compliant,
            violating=violating,
            inconclusive=inconclusive,
            items_median=items_median,
            items_ninetieth=items_ninetieth,
            tokens=tokens,
            seconds=seconds,
        )


        simulated_runs.additional_properties = d
        return simulated_runs

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
