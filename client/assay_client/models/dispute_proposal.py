from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.side import Side
from ..types import UNSET, Unset
from typing import cast
import datetime

if TYPE_CHECKING:
  from ..models.stress_test_spec import StressTestSpec





T = TypeVar("T", bound="DisputeProposal")



@_attrs_define
class DisputeProposal:
    """ A battery that one party would agree to, and what the other says of it.

        Attributes:
            number (int): Of the battery that it would be.
            side (Side):
            tests (list[StressTestSpec]):
            plan_digest (str):
            reasons (str):
            draw_by (datetime.datetime):
            agree_by (datetime.datetime):
            objection (None | str | Unset):
     """

    number: int
    side: Side
    tests: list[StressTestSpec]
    plan_digest: str
    reasons: str
    draw_by: datetime.datetime
    agree_by: datetime.datetime
    objection: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.stress_test_spec import StressTestSpec # noqa: PLC0415
        number = self.number

        side = self.side.value

        tests = []
        for tests_item_data in self.tests:
            tests_item = tests_item_data.to_dict()
            tests.append(tests_item)



        plan_digest = self.plan_digest

        reasons = self.reasons

        draw_by = self.draw_by.isoformat()

        agree_by = self.agree_by.isoformat()

        objection: None | str | Unset
        if isinstance(self.objection, Unset):
            objection = UNSET
        else:
            objection = self.objection


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "number": number,
            "side": side,
            "tests": tests,
            "plan_digest": plan_digest,
            "reasons": reasons,
            "draw_by": draw_by,
            "agree_by": agree_by,
        })
        if objection is not UNSET:
            field_dict["objection"] = objection

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.stress_test_spec import StressTestSpec # noqa: PLC0415
        d = dict(src_dict)
        number = d.pop("number")

        side = Side(d.pop("side"))




        tests = []
        _tests = d.pop("tests")
        for tests_item_data in (_tests):
            tests_item = StressTestSpec.from_dict(tests_item_data)



            tests.append(tests_item)


        plan_digest = d.pop("plan_digest")

        reasons = d.pop("reasons")

        draw_by = datetime.datetime.fromisoformat(d.pop("draw_by"))




        agree_by = datetime.datetime.fromisoformat(d.pop("agree_by"))




        def _parse_objection(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        objection = _parse_objection(d.pop("objection", UNSET))


        dispute_proposal = cls(
            number=number,
            side=side,
            tests=tests,
            plan_digest=plan_digest,
            reasons=reasons,
            draw_by=draw_by,
            agree_by=agree_by,
            objection=objection,
        )


        dispute_proposal.additional_properties = d
        return dispute_proposal

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
