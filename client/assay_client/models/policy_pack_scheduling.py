from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..types import UNSET, Unset






T = TypeVar("T", bound="PolicyPackScheduling")



@_attrs_define
class PolicyPackScheduling:
    """ For which organization, and whether they are only to be looked at.

        Attributes:
            organization (str): Its slug.
            preview (bool | Unset): True: nothing is made. Default: False.
     """

    organization: str
    preview: bool | Unset = False





    def to_dict(self) -> dict[str, Any]:
        organization = self.organization

        preview = self.preview


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "organization": organization,
        })
        if preview is not UNSET:
            field_dict["preview"] = preview

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        organization = d.pop("organization")

        preview = d.pop("preview", UNSET)

        policy_pack_scheduling = cls(
            organization=organization,
            preview=preview,
        )

        return policy_pack_scheduling

