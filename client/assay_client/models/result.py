from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.kind import Kind
from ..models.verdict import Verdict
from typing import cast
from uuid import UUID
import datetime

if TYPE_CHECKING:
  from ..models.estimate import Estimate
  from ..models.reference import Reference
  from ..models.result_environment import ResultEnvironment
  from ..models.stress_test_spec import StressTestSpec





T = TypeVar("T", bound="Result")



@_attrs_define
class Result:
    """ What a completed shard found: a claim, its estimate, the verdict, and provenance.

        Attributes:
            id (UUID):
            run (UUID):
            shard (int): Its position.
            model (Reference): Names another entity: its id, and what people call it.
            version (Reference): Names another entity: its id, and what people call it.
            test (str):
            test_version (int):
            kind (Kind):
            verdict (Verdict):
            estimate (Estimate): A claim's statistic with its confidence sequence and evidence (e-values).
            spec (StressTestSpec): A stress test by name, version and parameters; what is not given has its default.
            seed (int):
            spec_digest (str):
            code_digest (str):
            order_digest (str):
            unasked_digest (str): Commits to the planned items not asked; empty where it was not kept.
            scores_digest (str):
            environment (ResultEnvironment):
            duration_seconds (float):
            recorded_at (datetime.datetime):
            statement_sha256 (str): Names its statement, which is evidence; empty before they were kept.
     """

    id: UUID
    run: UUID
    shard: int
    model: Reference
    version: Reference
    test: str
    test_version: int
    kind: Kind
    verdict: Verdict
    estimate: Estimate
    spec: StressTestSpec
    seed: int
    spec_digest: str
    code_digest: str
    order_digest: str
    unasked_digest: str
    scores_digest: str
    environment: ResultEnvironment
    duration_seconds: float
    recorded_at: datetime.datetime
    statement_sha256: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.estimate import Estimate # noqa: PLC0415
        from ..models.reference import Reference # noqa: PLC0415
        from ..models.result_environment import ResultEnvironment # noqa: PLC0415
        from ..models.stress_test_spec import StressTestSpec # noqa: PLC0415
        id = str(self.id)

        run = str(self.run)

        shard = self.shard

        model = self.model.to_dict()

        version = self.version.to_dict()

        test = self.test

        test_version = self.test_version

        kind = self.kind.value

        verdict = self.verdict.value

        estimate = self.estimate.to_dict()

        spec = self.spec.to_dict()

        seed = self.seed

        spec_digest = self.spec_digest

        code_digest = self.code_digest

        order_digest = self.order_digest

        unasked_digest = self.unasked_digest

        scores_digest = self.scores_digest

        environment = self.environment.to_dict()

        duration_seconds = self.duration_seconds

        recorded_at = self.recorded_at.isoformat()

        statement_sha256 = self.statement_sha256


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "id": id,
            "run": run,
            "shard": shard,
            "model": model,
            "version": version,
            "test": test,
            "test_version": test_version,
            "kind": kind,
            "verdict": verdict,
            "estimate": estimate,
            "spec": spec,
            "seed": seed,
            "spec_digest": spec_digest,
            "code_digest": code_digest,
            "order_digest": order_digest,
            "unasked_digest": unasked_digest,
            "scores_digest": scores_digest,
            "environment": environment,
            "duration_seconds": duration_seconds,
            "recorded_at": recorded_at,
            "statement_sha256": statement_sha256,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.estimate import Estimate # noqa: PLC0415
        from ..models.reference import Reference # noqa: PLC0415
        from ..models.result_environment import ResultEnvironment # noqa: PLC0415
        from ..models.stress_test_spec import StressTestSpec # noqa: PLC0415
        d = dict(src_dict)
        id = UUID(d.pop("id"))




        run = UUID(d.pop("run"))




        shard = d.pop("shard")

        model = Reference.from_dict(d.pop("model"))




        version = Reference.from_dict(d.pop("version"))




        test = d.pop("test")

        test_version = d.pop("test_version")

        kind = Kind(d.pop("kind"))




        verdict = Verdict(d.pop("verdict"))




        estimate = Estimate.from_dict(d.pop("estimate"))




        spec = StressTestSpec.from_dict(d.pop("spec"))




        seed = d.pop("seed")

        spec_digest = d.pop("spec_digest")

        code_digest = d.pop("code_digest")

        order_digest = d.pop("order_digest")

        unasked_digest = d.pop("unasked_digest")

        scores_digest = d.pop("scores_digest")

        environment = ResultEnvironment.from_dict(d.pop("environment"))




        duration_seconds = d.pop("duration_seconds")

        recorded_at = datetime.datetime.fromisoformat(d.pop("recorded_at"))




        statement_sha256 = d.pop("statement_sha256")

        result = cls(
            id=id,
            run=run,
            shard=shard,
            model=model,
            version=version,
            test=test,
            test_version=test_version,
            kind=kind,
            verdict=verdict,
            estimate=estimate,
            spec=spec,
            seed=seed,
            spec_digest=spec_digest,
            code_digest=code_digest,
            order_digest=order_digest,
            unasked_digest=unasked_digest,
            scores_digest=scores_digest,
            environment=environment,
            duration_seconds=duration_seconds,
            recorded_at=recorded_at,
            statement_sha256=statement_sha256,
        )


        result.additional_properties = d
        return result

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
