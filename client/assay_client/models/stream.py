from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.tier import Tier
from ..models.verdict import Verdict
from typing import cast
from uuid import UUID

if TYPE_CHECKING:
  from ..models.reference import Reference





T = TypeVar("T", bound="Stream")



@_attrs_define
class Stream:
    """ One claim on one version, with its newest result.

        Attributes:
            order (int):
            test (str):
            version (Reference): Names another entity: its id, and what people call it.
            result (UUID):
            verdict (Verdict):
            log10_e_violating (float):
            share (float): Of the budget, that it may spend.
            bound_log10 (float): What an alarm needs.
            tier (Tier):
     """

    order: int
    test: str
    version: Reference
    result: UUID
    verdict: Verdict
    log10_e_violating: float
    share: float
    bound_log10: float
    tier: Tier
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.reference import Reference # noqa: PLC0415
        order = self.order

        test = self.test

        version = self.version.to_dict()

        result = str(self.result)

        verdict = self.verdict.value

        log10_e_violating = self.log10_e_violating

        share = self.share

        bound_log10 = self.bound_log10

        tier = self.tier.value


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "order": order,
            "test": test,
            "version": version,
            "result": result,
            "verdict": verdict,
            "log10_e_violating": log10_e_violating,
            "share": share,
            "bound_log10": bound_log10,
            "tier": tier,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.reference import Reference # noqa: PLC0415
        d = dict(src_dict)
        order = d.pop("order")

        test = d.pop("test")

        version = Reference.from_dict(d.pop("version"))




        result = UUID(d.pop("result"))




        verdict = Verdict(d.pop("verdict"))




        log10_e_violating = d.pop("log10_e_violating")

        share = d.pop("share")

        bound_log10 = d.pop("bound_log10")

        tier = Tier(d.pop("tier"))




        stream = cls(
            order=order,
            test=test,
            version=version,
            result=result,
            verdict=verdict,
            log10_e_violating=log10_e_violating,
            share=share,
            bound_log10=bound_log10,
            tier=tier,
        )


        stream.additional_properties = d
        return stream

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
