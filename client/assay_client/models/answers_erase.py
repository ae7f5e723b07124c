from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..types import UNSET, Unset
from typing import cast






T = TypeVar("T", bound="AnswersErase")



@_attrs_define
class AnswersErase:
    """ A JSON object or query that an operation accepts.

    Names it does not know are refused: a misspelt filter would widen the answer in silence. So are
    JSON values of another type than the field's: what is accepted is what OpenAPI says.

        Attributes:
            basis (str): The legal basis, e.g. Article 17(1)(a) GDPR.
            items (list[str] | Unset): Ids of items; none: every item.
            questions (bool | Unset): Erase what was asked, too; its unsalted digest stays. Default: False.
     """

    basis: str
    items: list[str] | Unset = UNSET
    questions: bool | Unset = False





    def to_dict(self) -> dict[str, Any]:
        basis = self.basis

        items: list[str] | Unset = UNSET
        if not isinstance(self.items, Unset):
            items = self.items



        questions = self.questions


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "basis": basis,
        })
        if items is not UNSET:
            field_dict["items"] = items
        if questions is not UNSET:
            field_dict["questions"] = questions

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        basis = d.pop("basis")

        items = cast(list[str], d.pop("items", UNSET))


        questions = d.pop("questions", UNSET)

        answers_erase = cls(
            basis=basis,
            items=items,
            questions=questions,
        )

        return answers_erase

