from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast

if TYPE_CHECKING:
  from ..models.item_detail import ItemDetail
  from ..models.item_payload import ItemPayload





T = TypeVar("T", bound="Item")



@_attrs_define
class Item:
    """ An item as it was asked, the model's answer, and what the answer was worth.

        Attributes:
            position (int):
            id (str):
            part (str):
            cluster (str):
            payload (ItemPayload):
            answer (str):
            value (float):
            label (str):
            detail (ItemDetail):
            answer_commitment (str): Salted SHA-256 of the models' words; empty where none was made.
            question_erased (str): When, on which basis and under which entry of the ledger; empty where it is there.
            answer_erased (str): When, on which basis and under which entry of the ledger; empty where it is there.
     """

    position: int
    id: str
    part: str
    cluster: str
    payload: ItemPayload
    answer: str
    value: float
    label: str
    detail: ItemDetail
    answer_commitment: str
    question_erased: str
    answer_erased: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.item_detail import ItemDetail # noqa: PLC0415
        from ..models.item_payload import ItemPayload # noqa: PLC0415
        position = self.position

        id = self.id

        part = self.part

        cluster = self.cluster

        payload = self.payload.to_dict()

        answer = self.answer

        value = self.value

        label = self.label

        detail = self.detail.to_dict()

        answer_commitment = self.answer_commitment

        question_erased = self.question_erased

        answer_erased = self.answer_erased


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "position": position,
            "id": id,
            "part": part,
            "cluster": cluster,
            "payload": payload,
            "answer": answer,
            "value": value,
            "label": label,
            "detail": detail,
            "answer_commitment": answer_commitment,
            "question_erased": question_erased,
            "answer_erased": answer_erased,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.item_detail import ItemDetail # noqa: PLC0415
        from ..models.item_payload import ItemPayload # noqa: PLC0415
        d = dict(src_dict)
        position = d.pop("position")

        id = d.pop("id")

        part = d.pop("part")

        cluster = d.pop("cluster")

        payload = ItemPayload.from_dict(d.pop("payload"))




        answer = d.pop("answer")

        value = d.pop("value")

        label = d.pop("label")

        detail = ItemDetail.from_dict(d.pop("detail"))




        answer_commitment = d.pop("answer_commitment")

        question_erased = d.pop("question_erased")

        answer_erased = d.pop("answer_erased")

        item = cls(
            position=position,
            id=id,
            part=part,
            cluster=cluster,
            payload=payload,
            answer=answer,
            value=value,
            label=label,
            detail=detail,
            answer_commitment=answer_commitment,
            question_erased=question_erased,
            answer_erased=answer_erased,
        )


        item.additional_properties = d
        return item

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
