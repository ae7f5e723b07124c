from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from uuid import UUID






T = TypeVar("T", bound="VerificationSummaryIssue")



@_attrs_define
class VerificationSummaryIssue:
    """ Which pack.

        Attributes:
            pack (UUID):
     """

    pack: UUID





    def to_dict(self) -> dict[str, Any]:
        pack = str(self.pack)


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "pack": pack,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        pack = UUID(d.pop("pack"))




        verification_summary_issue = cls(
            pack=pack,
        )

        return verification_summary_issue

