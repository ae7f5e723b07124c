from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.side import Side
from typing import cast
import datetime

if TYPE_CHECKING:
  from ..models.dispute_file import DisputeFile





T = TypeVar("T", bound="DisputeFiling")



@_attrs_define
class DisputeFiling:
    """ What somebody filed, by digest.

        Attributes:
            number (int):
            side (Side):
            organization (str):
            title (str):
            confidential (bool):
            text_sha256 (str):
            files (list[DisputeFile]):
            filed_at (datetime.datetime):
     """

    number: int
    side: Side
    organization: str
    title: str
    confidential: bool
    text_sha256: str
    files: list[DisputeFile]
    filed_at: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.dispute_file import DisputeFile # noqa: PLC0415
        number = self.number

        side = self.side.value

        organization = self.organization

        title = self.title

        confidential = self.confidential

        text_sha256 = self.text_sha256

        files = []
        for files_item_data in self.files:
            files_item = files_item_data.to_dict()
            files.append(files_item)



        filed_at = self.filed_at.isoformat()


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "number": number,
            "side": side,
            "organization": organization,
            "title": title,
            "confidential": confidential,
            "text_sha256": text_sha256,
            "files": files,
            "filed_at": filed_at,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.dispute_file import DisputeFile # noqa: PLC0415
        d = dict(src_dict)
        number = d.pop("number")

        side = Side(d.pop("side"))




        organization = d.pop("organization")

        title = d.pop("title")

        confidential = d.pop("confidential")

        text_sha256 = d.pop("text_sha256")

        files = []
        _files = d.pop("files")
        for files_item_data in (_files):
            files_item = DisputeFile.from_dict(files_item_data)



            files.append(files_item)


        filed_at = datetime.datetime.fromisoformat(d.pop("filed_at"))




        dispute_filing = cls(
            number=number,
            side=side,
            organization=organization,
            title=title,
            confidential=confidential,
            text_sha256=text_sha256,
            files=files,
            filed_at=filed_at,
        )


        dispute_filing.additional_properties = d
        return dispute_filing

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
