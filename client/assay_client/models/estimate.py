from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast

if TYPE_CHECKING:
  from ..models.claim import Claim
  from ..models.part import Part





T = TypeVar("T", bound="Estimate")



@_attrs_define
class Estimate:
    """ A claim's statistic with its confidence sequence and evidence (e-values).

        Attributes:
            claim (Claim): What the stress test asserts or denies about the version.
            n (int): Items that count.
            planned (int): Items in the bank or plan.
            value (float):
            lower (float):
            upper (float):
            log10_e_violating (float):
            log10_e_compliant (float):
            parts (list[Part]):
            caveats (list[str]):
            lead (bool): True: no validity report, so it can never decide.
     """

    claim: Claim
    n: int
    planned: int
    value: float
    lower: float
    upper: float
    log10_e_violating: float
    log10_e_compliant: float
    parts: list[Part]
    caveats: list[str]
    lead: bool
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.claim import Claim # noqa: PLC0415
        from ..models.part import Part # noqa: PLC0415
        claim = self.claim.to_dict()

        n = self.n

        planned = self.planned

        value = self.value

        lower = self.lower

        upper = self.upper

        log10_e_violating = self.log10_e_violating

        log10_e_compliant = self.log10_e_compliant

        parts = []
        for parts_item_data in self.parts:
            parts_item = parts_item_data.to_dict()
            parts.append(parts_item)



        caveats = self.caveats



        lead = self.lead


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "claim": claim,
            "n": n,
            "planned": planned,
            "value": value,
            "lower": lower,
            "upper": upper,
            "log10_e_violating": log10_e_violating,
            "log10_e_compliant": log10_e_compliant,
            "parts": parts,
            "caveats": caveats,
            "lead": lead,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.claim import Claim # noqa: PLC0415
        from ..models.part import Part # noqa: PLC0415
        d = dict(src_dict)
        claim = Claim.from_dict(d.pop("claim"))




        n = d.pop("n")

        planned = d.pop("planned")

        value = d.pop("value")

        lower = d.pop("lower")

        upper = d.pop("upper")

        log10_e_violating = d.pop("log10_e_violating")

        log10_e_compliant = d.pop("log10_e_compliant")

        parts = []
        _parts = d.pop("parts")
        for parts_item_data in (_parts):
            parts_item = Part.from_dict(parts_item_data)



            parts.append(parts_item)


        caveats = cast(list[str], d.pop("caveats"))


        lead = d.pop("lead")

        estimate = cls(
            claim=claim,
            n=n,
            planned=planned,
            value=value,
            lower=lower,
            upper=upper,
            log10_e_violating=log10_e_violating,
            log10_e_compliant=log10_e_compliant,
            parts=parts,
            caveats=caveats,
            lead=lead,
        )


        estimate.additional_properties = d
        return estimate

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
