from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.grant_kind import GrantKind
from typing import cast
import datetime

if TYPE_CHECKING:
  from ..models.reference import Reference





T = TypeVar("T", bound="Grant")



@_attrs_define
class Grant:
    """ How much of whose record an organization may read, until when.

        Attributes:
            id (int):
            organization (str): That reads.
            provider (str): Whose record it is.
            kind (GrantKind):
            jurisdiction (str): Empty with other kinds.
            models (list[Reference]): Empty with other kinds.
            record_from (datetime.datetime | None):
            record_to (datetime.datetime | None):
            granted_at (datetime.datetime):
            expires_at (datetime.datetime | None):
     """

    id: int
    organization: str
    provider: str
    kind: GrantKind
    jurisdiction: str
    models: list[Reference]
    record_from: datetime.datetime | None
    record_to: datetime.datetime | None
    granted_at: datetime.datetime
    expires_at: datetime.datetime | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.reference import Reference # noqa: PLC0415
        id = self.id

        organization = self.organization

        provider = self.provider

        kind = self.kind.value

        jurisdiction = self.jurisdiction

        models = []
        for models_item_data in self.models:
            models_item = models_item_data.to_dict()
            models.append(models_item)



        record_from: None | str
        if isinstance(self.record_from, datetime.datetime):
            record_from = self.record_from.isoformat()
        else:
            record_from = self.record_from

        record_to: None | str
        if isinstance(self.record_to, datetime.datetime):
            record_to = self.record_to.isoformat()
        else:
            record_to = self.record_to

        granted_at = self.granted_at.isoformat()

        expires_at: None | str
        if isinstance(self.expires_at, datetime.datetime):
            expires_at = self.expires_at.isoformat()
        else:
            expires_at = self.expires_at


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "id": id,
            "organization": organization,
            "provider": provider,
            "kind": kind,
            "jurisdiction": jurisdiction,
            "models": models,
            "record_from": record_from,
            "record_to": record_to,
            "granted_at": granted_at,
            "expires_at": expires_at,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.reference import Reference # noqa: PLC0415
        d = dict(src_dict)
        id = d.pop("id")

        organization = d.pop("organization")

        provider = d.pop("provider")

        kind = GrantKind(d.pop("kind"))




        jurisdiction = d.pop("jurisdiction")

        models = []
        _models = d.pop("models")
        for models_item_data in (_models):
            models_item = Reference.from_dict(models_item_data)



            models.append(models_item)


        def _parse_record_from(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                record_from_type_0 = datetime.datetime.fromisoformat(data)



                return record_from_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        record_from = _parse_record_from(d.pop("record_from"))


        def _parse_record_to(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                record_to_type_0 = datetime.datetime.fromisoformat(data)



                return record_to_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        record_to = _parse_record_to(d.pop("record_to"))


        granted_at = datetime.datetime.fromisoformat(d.pop("granted_at"))




        def _parse_expires_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                expires_at_type_0 = datetime.datetime.fromisoformat(data)



                return expires_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        expires_at = _parse_expires_at(d.pop("expires_at"))


        grant = cls(
            id=id,
            organization=organization,
            provider=provider,
            kind=kind,
            jurisdiction=jurisdiction,
            models=models,
            record_from=record_from,
            record_to=record_to,
            granted_at=granted_at,
            expires_at=expires_at,
        )


        grant.additional_properties = d
        return grant

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
