from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast

if TYPE_CHECKING:
  from ..models.expected import Expected
  from ..models.pace import Pace
  from ..models.simulated_runs import SimulatedRuns





T = TypeVar("T", bound="Forecast")



@_attrs_define
class Forecast:
    """ What a run of one stress test would come to.

        Attributes:
            test (str):
            test_version (int):
            rows (list[Expected]): By true rate; empty where nothing is planned.
            simulated (list[SimulatedRuns]): Where nothing is planned: runs of the validity study, by truth.
            reason (str): Why nothing is planned; else empty.
            assumes (list[str]):
            lead (bool): Every verdict would be inconclusive.
            other (list[str]): Parameters of the battery whose values are not those of the plan.
            asks_all (bool): No run stops early: people are to label answers of the whole bank.
            pace (None | Pace):
     """

    test: str
    test_version: int
    rows: list[Expected]
    simulated: list[SimulatedRuns]
    reason: str
    assumes: list[str]
    lead: bool
    other: list[str]
    asks_all: bool
    pace: None | Pace
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.expected import Expected # noqa: PLC0415
        from ..models.pace import Pace # noqa: PLC0415
        from ..models.simulated_runs import SimulatedRuns # noqa: PLC0415
        test = self.test

        test_version = self.test_version

        rows = []
        for rows_item_data in self.rows:
            rows_item = rows_item_data.to_dict()
            rows.append(rows_item)



        simulated = []
        for simulated_item_data in self.simulated:
            simulated_item = simulated_item_data.to_dict()
            simulated.append(simulated_item)



        reason = self.reason

        assumes = self.assumes



        lead = self.lead

        other = self.other



        asks_all = self.asks_all

        pace: dict[str, Any] | None
        if isinstance(self.pace, Pace):
            pace = self.pace.to_dict()
        else:
            pace = self.pace


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "test": test,
            "test_version": test_version,
            "rows": rows,
            "simulated": simulated,
            "reason": reason,
            "assumes": assumes,
            "lead": lead,
            "other": other,
            "asks_all": asks_all,
            "pace": pace,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.expected import Expected # noqa: PLC0415
        from ..models.pace import Pace # noqa: PLC0415
        from ..models.simulated_runs import SimulatedRuns # noqa: PLC0415
        d = dict(src_dict)
        test = d.pop("test")

        test_version = d.pop("test_version")

        rows = []
        _rows = d.pop("rows")
        for rows_item_data in (_rows):
            rows_item = Expected.from_dict(rows_item_data)



            rows.append(rows_item)


        simulated = []
        _simulated = d.pop("simulated")
        for simulated_item_data in (_simulated):
            simulated_item = SimulatedRuns.from_dict(simulated_item_data)



            simulated.append(simulated_item)


        reason = d.pop("reason")

        assumes = cast(list[str], d.pop("assumes"))


        lead = d.pop("lead")

        other = cast(list[str], d.pop("other"))


        asks_all = d.pop("asks_all")

        def _parse_pace(data: object) -> None | Pace:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                pace_type_0 = Pace.from_dict(data)



                return pace_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Pace, data)

        pace = _parse_pace(d.pop("pace"))


        forecast = cls(
            test=test,
            test_version=test_version,
            rows=rows,
            simulated=simulated,
            reason=reason,
            assumes=assumes,
            lead=lead,
            other=other,
            asks_all=asks_all,
            pace=pace,
        )


        forecast.additional_properties = d
        return forecast

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
