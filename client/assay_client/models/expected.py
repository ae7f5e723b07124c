from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.verdict import Verdict
from typing import cast

if TYPE_CHECKING:
  from ..models.chance import Chance
  from ..models.spread import Spread





T = TypeVar("T", bound="Expected")



@_attrs_define
class Expected:
    """ What is foreseen at one true rate; tokens and seconds are of the mean number of items.

        Attributes:
            rate (float):
            right (Verdict):
            compliant (Chance): A simulated probability with its exact 95% interval.
            violating (Chance): A simulated probability with its exact 95% interval.
            inconclusive (Chance): A simulated probability with its exact 95% interval.
            items_mean (float):
            items_standard_error (float):
            items_tenth (int):
            items_median (int):
            items_ninetieth (int):
            bank (int):
            lives (int): Simulated runs.
            tokens (None | Spread): Null where no run was measured.
            seconds (None | Spread): Null where no run was measured.
     """

    rate: float
    right: Verdict
    compliant: Chance
    violating: Chance
    inconclusive: Chance
    items_mean: float
    items_standard_error: float
    items_tenth: int
    items_median: int
    items_ninetieth: int
    bank: int
    lives: int
    tokens: None | Spread
    seconds: None | Spread
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.chance import Chance # noqa: PLC0415
        from ..models.spread import Spread # noqa: PLC0415
        rate = self.rate

        right = self.right.value

        compliant = self.compliant.to_dict()

        violating = self.violating.to_dict()

        inconclusive = self.inconclusive.to_dict()

        items_mean = self.items_mean

        items_standard_error = self.items_standard_error

        items_tenth = self.items_tenth

        items_median = self.items_median

        items_ninetieth = self.items_ninetieth

        bank = self.bank

        lives = self.lives

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
            "rate": rate,
            "right": right,
            "compliant": compliant,
            "violating": violating,
            "inconclusive": inconclusive,
            "items_mean": items_mean,
            "items_standard_error": items_standard_error,
            "items_tenth": items_tenth,
            "items_median": items_median,
            "items_ninetieth": items_ninetieth,
            "bank": bank,
            "lives": lives,
            "tokens": tokens,
            "seconds": seconds,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.chance import Chance # noqa: PLC0415
        from ..models.spread import Spread # noqa: PLC0415
        d = dict(src_dict)
        rate = d.pop("rate")

        right = Verdict(d.pop("right"))




        compliant = Chance.from_dict(d.pop("compliant"))




        violating = Chance.from_dict(d.pop("violating"))




        inconclusive = Chance.from_dict(d.pop("inconclusive"))




        items_mean = d.pop("items_mean")

        items_standard_error = d.pop("items_standard_error")

        items_tenth = d.pop("items_tenth")

        items_median = d.pop("items_median")

        items_ninetieth = d.pop("items_ninetieth")

        bank = d.pop("bank")

        lives = d.pop("lives")

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


        expected = cls(
            rate=rate,
            right=right,
            compliant=compliant,
            violating=violating,
            inconclusive=inconclusive,
            items_mean=items_mean,
            items_standard_error=items_standard_error,
            items_tenth=items_tenth,
            items_median=items_median,
            items_ninetieth=items_ninetieth,
            bank=bank,
            lives=lives,
            tokens=tokens,
            seconds=seconds,
        )


        expected.additional_properties = d
        return expected

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
