from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset







T = TypeVar("T", bound="PolicyPackAdoption")



@_attrs_define
class PolicyPackAdoption:
    """ Which organization holds itself to it.

        Attributes:
            organization (str): Its slug.
     """

    organization: str





    def to_dict(self) -> dict[str, Any]:
        organization = self.organization


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "organization": organization,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        organization = d.pop("organization")

        policy_pack_adoption = cls(
            organization=organization,
        )

        return policy_pack_adoption

