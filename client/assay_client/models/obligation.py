from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.obligation_state_enum import ObligationStateEnum
from typing import cast
from uuid import UUID
import datetime

if TYPE_CHECKING:
  from ..models.obligation_answer import ObligationAnswer
  from ..models.reference import Reference





T = TypeVar("T", bound="Obligation")



@_attrs_define
class Obligation:
    """ One demand on one version, and where it stands now.

        Attributes:
            id (UUID):
            pack (Reference): Names another entity: its id, and what people call it.
            demand (str):
            model (Reference): Names another entity: its id, and what people call it.
            version (Reference): Names another entity: its id, and what people call it.
            test (str):
            state (ObligationStateEnum):
            reason (str): Why it cannot be tested; empty where it can.
            starts_at (datetime.datetime):
            due_at (datetime.datetime): When nothing answers it any more.
            overdue_at (datetime.datetime):
            answer (None | ObligationAnswer):
     """

    id: UUID
    pack: Reference
    demand: str
    model: Reference
    version: Reference
    test: str
    state: ObligationStateEnum
    reason: str
    starts_at: datetime.datetime
    due_at: datetime.datetime
    overdue_at: datetime.datetime
    answer: None | ObligationAnswer
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.obligation_answer import ObligationAnswer # noqa: PLC0415
        from ..models.reference import Reference # noqa: PLC0415
        id = str(self.id)

        pack = self.pack.to_dict()

        demand = self.demand

        model = self.model.to_dict()

        version = self.version.to_dict()

        test = self.test

        state = self.state.value

        reason = self.reason

        starts_at = self.starts_at.isoformat()

        due_at = self.due_at.isoformat()

        overdue_at = self.overdue_at.isoformat()

        answer: dict[str, Any] | None
        if isinstance(self.answer, ObligationAnswer):
            answer = self.answer.to_dict()
        else:
            answer = self.answer


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "id": id,
            "pack": pack,
            "demand": demand,
            "model": model,
            "version": version,
            "test": test,
            "state": state,
            "reason": reason,
            "starts_at": starts_at,
            "due_at": due_at,
            "overdue_at": overdue_at,
            "answer": answer,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.obligation_answer import ObligationAnswer # noqa: PLC0415
        from ..models.reference import Reference # noqa: PLC0415
        d = dict(src_dict)
        id = UUID(d.pop("id"))




        pack = Reference.from_dict(d.pop("pack"))




        demand = d.pop("demand")

        model = Reference.from_dict(d.pop("model"))




        version = Reference.from_dict(d.pop("version"))




        test = d.pop("test")

        state = ObligationStateEnum(d.pop("state"))




        reason = d.pop("reason")

        starts_at = datetime.datetime.fromisoformat(d.pop("starts_at"))




        due_at = datetime.datetime.fromisoformat(d.pop("due_at"))




        overdue_at = datetime.datetime.fromisoformat(d.pop("overdue_at"))




        def _parse_answer(data: object) -> None | ObligationAnswer:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                answer_type_0 = ObligationAnswer.from_dict(data)



                return answer_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | ObligationAnswer, data)

        answer = _parse_answer(d.pop("answer"))


        obligation = cls(
            id=id,
            pack=pack,
            demand=demand,
            model=model,
            version=version,
            test=test,
            state=state,
            reason=reason,
            starts_at=starts_at,
            due_at=due_at,
            overdue_at=overdue_at,
            answer=answer,
        )


        obligation.additional_properties = d
        return obligation

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
