from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast

if TYPE_CHECKING:
  from ..models.opening import Opening





T = TypeVar("T", bound="ProvenEntry")



@_attrs_define
class ProvenEntry:
    """ An entry of the log.

        Attributes:
            index (int):
            body (str): The very bytes, which are JSON.
            leaf_hash (str): Hex, 32 bytes.
            openings (list[Opening]): What was erased has none.
            proof (str): c2sp.org/tlog-proof
            timestamp (None | str): Path of the time stamp (RFC 3161) on the proof's checkpoint, or null.
     """

    index: int
    body: str
    leaf_hash: str
    openings: list[Opening]
    proof: str
    timestamp: None | str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.opening import Opening # noqa: PLC0415
        index = self.index

        body = self.body

        leaf_hash = self.leaf_hash

        openings = []
        for openings_item_data in self.openings:
            openings_item = openings_item_data.to_dict()
            openings.append(openings_item)



        proof = self.proof

        timestamp: None | str
        timestamp = self.timestamp


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "index": index,
            "body": body,
            "leaf_hash": leaf_hash,
            "openings": openings,
            "proof": proof,
            "timestamp": timestamp,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.opening import Opening # noqa: PLC0415
        d = dict(src_dict)
        index = d.pop("index")

        body = d.pop("body")

        leaf_hash = d.pop("leaf_hash")

        openings = []
        _openings = d.pop("openings")
        for openings_item_data in (_openings):
            openings_item = Opening.from_dict(openings_item_data)



            openings.append(openings_item)


        proof = d.pop("proof")

        def _parse_timestamp(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        timestamp = _parse_timestamp(d.pop("timestamp"))


        proven_entry = cls(
            index=index,
            body=body,
            leaf_hash=leaf_hash,
            openings=openings,
            proof=proof,
            timestamp=timestamp,
        )


        proven_entry.additional_properties = d
        return proven_entry

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
