from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.access import Access
from ..models.binding_enum import BindingEnum
from ..models.role import Role
from typing import cast
import datetime

if TYPE_CHECKING:
  from ..models.demand_limit import DemandLimit
  from ..models.demand_period import DemandPeriod
  from ..models.legal_clock import LegalClock





T = TypeVar("T", bound="Demand")



@_attrs_define
class Demand:
    """ One thing asked for, and the stress test that answers as much of it as it can.

        Attributes:
            id (str):
            title (str):
            asks (str):
            source (str):
            binding (BindingEnum):
            applies_to (str):
            applies_from (datetime.date | None):
            test (str):
            test_version (int): Or later.
            access (list[Access]): Empty: any.
            answers (Role):
            period (DemandPeriod): How long an answer counts.
            limit (DemandLimit | None): Null: the stress test's own.
            clock (LegalClock | None):
     """

    id: str
    title: str
    asks: str
    source: str
    binding: BindingEnum
    applies_to: str
    applies_from: datetime.date | None
    test: str
    test_version: int
    access: list[Access]
    answers: Role
    period: DemandPeriod
    limit: DemandLimit | None
    clock: LegalClock | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.demand_limit import DemandLimit # noqa: PLC0415
        from ..models.demand_period import DemandPeriod # noqa: PLC0415
        from ..models.legal_clock import LegalClock # noqa: PLC0415
        id = self.id

        title = self.title

        asks = self.asks

        source = self.source

        binding = self.binding.value

        applies_to = self.applies_to

        applies_from: None | str
        if isinstance(self.applies_from, datetime.date):
            applies_from = self.applies_from.isoformat()
        else:
            applies_from = self.applies_from

        test = self.test

        test_version = self.test_version

        access = []
        for access_item_data in self.access:
            access_item = access_item_data.value
            access.append(access_item)



        answers = self.answers.value

        period = self.period.to_dict()

        limit: dict[str, Any] | None
        if isinstance(self.limit, DemandLimit):
            limit = self.limit.to_dict()
        else:
            limit = self.limit

        clock: dict[str, Any] | None
        if isinstance(self.clock, LegalClock):
            clock = self.clock.to_dict()
        else:
            clock = self.clock


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "id": id,
            "title": title,
            "asks": asks,
            "source": source,
            "binding": binding,
            "applies_to": applies_to,
            "applies_from": applies_from,
            "test": test,
            "test_version": test_version,
            "access": access,
            "answers": answers,
            "period": period,
            "limit": limit,
            "clock": clock,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.demand_limit import DemandLimit # noqa: PLC0415
        from ..models.demand_period import DemandPeriod # noqa: PLC0415
        from ..models.legal_clock import LegalClock # noqa: PLC0415
        d = dict(src_dict)
        id = d.pop("id")

        title = d.pop("title")

        asks = d.pop("asks")

        source = d.pop("source")

        binding = BindingEnum(d.pop("binding"))




        applies_to = d.pop("applies_to")

        def _parse_applies_from(data: object) -> datetime.date | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                applies_from_type_0 = datetime.date.fromisoformat(data)



                return applies_from_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.date | None, data)

        applies_from = _parse_applies_from(d.pop("applies_from"))


        test = d.pop("test")

        test_version = d.pop("test_version")

        access = []
        _access = d.pop("access")
        for access_item_data in (_access):
            access_item = Access(access_item_data)



            access.append(access_item)


        answers = Role(d.pop("answers"))




        period = DemandPeriod.from_dict(d.pop("period"))




        def _parse_limit(data: object) -> DemandLimit | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                limit_type_0 = DemandLimit.from_dict(data)



                return limit_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(DemandLimit | None, data)

        limit = _parse_limit(d.pop("limit"))


        def _parse_clock(data: object) -> LegalClock | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                clock_type_0 = LegalClock.from_dict(data)



                return clock_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(LegalClock | None, data)

        clock = _parse_clock(d.pop("clock"))


        demand = cls(
            id=id,
            title=title,
            asks=asks,
            source=source,
            binding=binding,
            applies_to=applies_to,
            applies_from=applies_from,
            test=test,
            test_version=test_version,
            access=access,
            answers=answers,
            period=period,
            limit=limit,
            clock=clock,
        )


        demand.additional_properties = d
        return demand

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
