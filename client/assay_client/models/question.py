from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast
from uuid import UUID
import datetime

if TYPE_CHECKING:
  from ..models.question_answer import QuestionAnswer
  from ..models.reference import Reference





T = TypeVar("T", bound="Question")



@_attrs_define
class Question:
    """ What somebody with a grant asked a provider about a model, and what was answered.

        Attributes:
            id (UUID):
            model (Reference): Names another entity: its id, and what people call it.
            organization (str): For which it is asked.
            text (str):
            due_at (datetime.datetime): By when it is to be answered.
            overdue (bool): Whether the deadline passed without an answer, or before it.
            asked_by (str):
            asked_at (datetime.datetime):
            answer (None | QuestionAnswer):
     """

    id: UUID
    model: Reference
    organization: str
    text: str
    due_at: datetime.datetime
    overdue: bool
    asked_by: str
    asked_at: datetime.datetime
    answer: None | QuestionAnswer
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.question_answer import QuestionAnswer # noqa: PLC0415
        from ..models.reference import Reference # noqa: PLC0415
        id = str(self.id)

        model = self.model.to_dict()

        organization = self.organization

        text = self.text

        due_at = self.due_at.isoformat()

        overdue = self.overdue

        asked_by = self.asked_by

        asked_at = self.asked_at.isoformat()

        answer: dict[str, Any] | None
        if isinstance(self.answer, QuestionAnswer):
            answer = self.answer.to_dict()
        else:
            answer = self.answer


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "id": id,
            "model": model,
            "organization": organization,
            "text": text,
            "due_at": due_at,
            "overdue": overdue,
            "asked_by": asked_by,
            "asked_at": asked_at,
            "answer": answer,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.question_answer import QuestionAnswer # noqa: PLC0415
        from ..models.reference import Reference # noqa: PLC0415
        d = dict(src_dict)
        id = UUID(d.pop("id"))




        model = Reference.from_dict(d.pop("model"))




        organization = d.pop("organization")

        text = d.pop("text")

        due_at = datetime.datetime.fromisoformat(d.pop("due_at"))




        overdue = d.pop("overdue")

        asked_by = d.pop("asked_by")

        asked_at = datetime.datetime.fromisoformat(d.pop("asked_at"))




        def _parse_answer(data: object) -> None | QuestionAnswer:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                answer_type_0 = QuestionAnswer.from_dict(data)



                return answer_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | QuestionAnswer, data)

        answer = _parse_answer(d.pop("answer"))


        question = cls(
            id=id,
            model=model,
            organization=organization,
            text=text,
            due_at=due_at,
            overdue=overdue,
            asked_by=asked_by,
            asked_at=asked_at,
            answer=answer,
        )


        question.additional_properties = d
        return question

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
