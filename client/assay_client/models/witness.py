from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast
import datetime






T = TypeVar("T", bound="Witness")



@_attrs_define
class Witness:
    """ A JSON object that an operation answers with.

        Attributes:
            name (str):
            url (str):
            size (int): Of the last checkpoint it cosigned.
            cosigned_at (datetime.datetime | None):
            trouble (str): Why it did not answer last time.
            refusal (str): That it saw a log which this one does not extend: an alarm.
     """

    name: str
    url: str
    size: int
    cosigned_at: datetime.datetime | None
    trouble: str
    refusal: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        name = self.name

        url = self.url

        size = self.size

        cosigned_at: None | str
        if isinstance(self.cosigned_at, datetime.datetime):
            cosigned_at = self.cosigned_at.isoformat()
        else:
            cosigned_at = self.cosigned_at

        trouble = self.trouble

        refusal = self.refusal


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "name": name,
            "url": url,
            "size": size,
            "cosigned_at": cosigned_at,
            "trouble": trouble,
            "refusal": refusal,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name")

        url = d.pop("url")

        size = d.pop("size")

        def _parse_cosigned_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                cosigned_at_type_0 = datetime.datetime.fromisoformat(data)



                return cosigned_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        cosigned_at = _parse_cosigned_at(d.pop("cosigned_at"))


        trouble = d.pop("trouble")

        refusal = d.pop("refusal")

        witness = cls(
            name=name,
            url=url,
            size=size,
            cosigned_at=cosigned_at,
            trouble=trouble,
            refusal=refusal,
        )


        witness.additional_properties = d
        return witness

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
