from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast
from uuid import UUID
import datetime






T = TypeVar("T", bound="QuestionAsking")



@_attrs_define
class QuestionAsking:
    """ A JSON object or query that an operation accepts.

    Names it does not know are refused: a misspelt filter would widen the answer in silence. So are
    JSON values of another type than the field's: what is accepted is what OpenAPI says.

        Attributes:
            model (UUID):
            organization (str): Your own, for which you ask.
            text (str):
            due_at (datetime.datetime): By when it is to be answered.
     """

    model: UUID
    organization: str
    text: str
    due_at: datetime.datetime





    def to_dict(self) -> dict[str, Any]:
        model = str(self.model)

        organization = self.organization

        text = self.text

        due_at = self.due_at.isoformat()


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "model": model,
            "organization": organization,
            "text": text,
            "due_at": due_at,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        model = UUID(d.pop("model"))




        organization = d.pop("organization")

        text = d.pop("text")

        due_at = datetime.datetime.fromisoformat(d.pop("due_at"))




        question_asking = cls(
            model=model,
            organization=organization,
            text=text,
            due_at=due_at,
        )

        return question_asking

