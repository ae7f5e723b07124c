from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast

if TYPE_CHECKING:
  from ..models.drawn_answer import DrawnAnswer
  from ..models.label_sheet_labels import LabelSheetLabels
  from ..models.label_sheet_words import LabelSheetWords





T = TypeVar("T", bound="LabelSheet")



@_attrs_define
class LabelSheet:
    """ The answers that people are to label, in the order that labels count in.

        Attributes:
            question (str):
            words (LabelSheetWords): Outcomes, each with what it means.
            drawn (list[DrawnAnswer]):
            labels (LabelSheetLabels): Outcomes by item id.
            counted (list[str]): Items whose labels count: those up to the first one missing.
     """

    question: str
    words: LabelSheetWords
    drawn: list[DrawnAnswer]
    labels: LabelSheetLabels
    counted: list[str]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.drawn_answer import DrawnAnswer # noqa: PLC0415
        from ..models.label_sheet_labels import LabelSheetLabels # noqa: PLC0415
        from ..models.label_sheet_words import LabelSheetWords # noqa: PLC0415
        question = self.question

        words = self.words.to_dict()

        drawn = []
        for drawn_item_data in self.drawn:
            drawn_item = drawn_item_data.to_dict()
            drawn.append(drawn_item)



        labels = self.labels.to_dict()

        counted = self.counted




        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "question": question,
            "words": words,
            "drawn": drawn,
            "labels": labels,
            "counted": counted,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.drawn_answer import DrawnAnswer # noqa: PLC0415
        from ..models.label_sheet_labels import LabelSheetLabels # noqa: PLC0415
        from ..models.label_sheet_words import LabelSheetWords # noqa: PLC0415
        d = dict(src_dict)
        question = d.pop("question")

        words = LabelSheetWords.from_dict(d.pop("words"))




        drawn = []
        _drawn = d.pop("drawn")
        for drawn_item_data in (_drawn):
            drawn_item = DrawnAnswer.from_dict(drawn_item_data)



            drawn.append(drawn_item)


        labels = LabelSheetLabels.from_dict(d.pop("labels"))




        counted = cast(list[str], d.pop("counted"))


        label_sheet = cls(
            question=question,
            words=words,
            drawn=drawn,
            labels=labels,
            counted=counted,
        )


        label_sheet.additional_properties = d
        return label_sheet

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
