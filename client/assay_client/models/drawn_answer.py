from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast

if TYPE_CHECKING:
  from ..models.drawn_answer_payload import DrawnAnswerPayload





T = TypeVar("T", bound="DrawnAnswer")



@_attrs_define
class DrawnAnswer:
    """ An item as it was asked, with the model's answer.

        Attributes:
            item_id (str):
            payload (DrawnAnswerPayload):
            answer (str):
     """

    item_id: str
    payload: DrawnAnswerPayload
    answer: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.drawn_answer_payload import DrawnAnswerPayload # noqa: PLC0415
        item_id = self.item_id

        payload = self.payload.to_dict()

        answer = self.answer


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "item_id": item_id,
            "payload": payload,
            "answer": answer,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.drawn_answer_payload import DrawnAnswerPayload # noqa: PLC0415
        d = dict(src_dict)
        item_id = d.pop("item_id")

        payload = DrawnAnswerPayload.from_dict(d.pop("payload"))




        answer = d.pop("answer")

        drawn_answer = cls(
            item_id=item_id,
            payload=payload,
            answer=answer,
        )


        drawn_answer.additional_properties = d
        return drawn_answer

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
