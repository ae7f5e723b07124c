from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field
import json
from .. import types

from ..types import UNSET, Unset

from ..types import UNSET, Unset
from typing import cast






T = TypeVar("T", bound="DisputeFileForm")



@_attrs_define
class DisputeFileForm:
    """ The same as a form, with files.

        Attributes:
            title (str):
            text (str):
            confidential (bool | Unset):  Default: False.
            files (list[str] | Unset): At most 5, of 5 MiB each.
     """

    title: str
    text: str
    confidential: bool | Unset = False
    files: list[str] | Unset = UNSET





    def to_dict(self) -> dict[str, Any]:
        title = self.title

        text = self.text

        confidential = self.confidential

        files: list[str] | Unset = UNSET
        if not isinstance(self.files, Unset):
            files = self.files




        field_dict: dict[str, Any] = {}

        field_dict.update({
            "title": title,
            "text": text,
        })
        if confidential is not UNSET:
            field_dict["confidential"] = confidential
        if files is not UNSET:
            field_dict["files"] = files

        return field_dict


    def to_multipart(self) -> types.RequestFiles:
        files: types.RequestFiles = []

        files.append(("title", (None, str(self.title).encode(), "text/plain")))



        files.append(("text", (None, str(self.text).encode(), "text/plain")))



        if not isinstance(self.confidential, Unset):
            files.append(("confidential", (None, str(self.confidential).encode(), "text/plain")))



        if not isinstance(self.files, Unset):
            for files_item_element in self.files:
                files.append(("files", (None, str(files_item_element).encode(), "text/plain")))






        return files


    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        title = d.pop("title")

        text = d.pop("text")

        confidential = d.pop("confidential", UNSET)

        files = cast(list[str], d.pop("files", UNSET))


        dispute_file_form = cls(
            title=title,
            text=text,
            confidential=confidential,
            files=files,
        )

        return dispute_file_form

