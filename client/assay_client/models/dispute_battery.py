from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..types import UNSET, Unset
from typing import cast
from uuid import UUID
import datetime

if TYPE_CHECKING:
  from ..models.dispute_commitment import DisputeCommitment
  from ..models.stress_test_spec import StressTestSpec





T = TypeVar("T", bound="DisputeBattery")



@_attrs_define
class DisputeBattery:
    """ What was ordered or agreed on, and the seed that the parties drew.

        Attributes:
            number (int):
            agreed (bool): By both parties; else the court ordered it.
            reasons (str): Of the court, where it gave some.
            tests (list[StressTestSpec]):
            plan_digest (str):
            court_commitment (str):
            draw_by (datetime.datetime):
            commitments (list[DisputeCommitment]):
            seed (None | str | Unset):
            run (None | Unset | UUID):
     """

    number: int
    agreed: bool
    reasons: str
    tests: list[StressTestSpec]
    plan_digest: str
    court_commitment: str
    draw_by: datetime.datetime
    commitments: list[DisputeCommitment]
    seed: None | str | Unset = UNSET
    run: None | Unset | UUID = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.dispute_commitment import DisputeCommitment # noqa: PLC0415
        from ..models.stress_test_spec import StressTestSpec # noqa: PLC0415
        number = self.number

        agreed = self.agreed

        reasons = self.reasons

        tests = []
        for tests_item_data in self.tests:
            tests_item = tests_item_data.to_dict()
            tests.append(tests_item)



        plan_digest = self.plan_digest

        court_commitment = self.court_commitment

        draw_by = self.draw_by.isoformat()

        commitments = []
        for commitments_item_data in self.commitments:
            commitments_item = commitments_item_data.to_dict()
            commitments.append(commitments_item)



        seed: None | str | Unset
        if isinstance(self.seed, Unset):
            seed = UNSET
        else:
            seed = self.seed

        run: None | str | Unset
        if isinstance(self.run, Unset):
            run = UNSET
        elif isinstance(self.run, UUID):
            run = str(self.run)
        else:
            run = self.run


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "number": number,
            "agreed": agreed,
            "reasons": reasons,
            "tests": tests,
            "plan_digest": plan_digest,
            "court_commitment": court_commitment,
            "draw_by": draw_by,
            "commitments": commitments,
        })
        if seed is not UNSET:
            field_dict["seed"] = seed
        if run is not UNSET:
            field_dict["run"] = run

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.dispute_commitment import DisputeCommitment # noqa: PLC0415
        from ..models.stress_test_spec import StressTestSpec # noqa: PLC0415
        d = dict(src_dict)
        number = d.pop("number")

        agreed = d.pop("agreed")

        reasons = d.pop("reasons")

        tests = []
        _tests = d.pop("tests")
        for tests_item_data in (_tests):
            tests_item = StressTestSpec.from_dict(tests_item_data)



            tests.append(tests_item)


        plan_digest = d.pop("plan_digest")

        court_commitment = d.pop("court_commitment")

        draw_by = datetime.datetime.fromisoformat(d.pop("draw_by"))




        commitments = []
        _commitments = d.pop("commitments")
        for commitments_item_data in (_commitments):
            commitments_item = DisputeCommitment.from_dict(commitments_item_data)



            commitments.append(commitments_item)


        def _parse_seed(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        seed = _parse_seed(d.pop("seed", UNSET))


        def _parse_run(data: object) -> None | Unset | UUID:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                run_type_0 = UUID(data)



                return run_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Unset | UUID, data)

        run = _parse_run(d.pop("run", UNSET))


        dispute_battery = cls(
            number=number,
            agreed=agreed,
            reasons=reasons,
            tests=tests,
            plan_digest=plan_digest,
            court_commitment=court_commitment,
            draw_by=draw_by,
            commitments=commitments,
            seed=seed,
            run=run,
        )


        dispute_battery.additional_properties = d
        return dispute_battery

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
