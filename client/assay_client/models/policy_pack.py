from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast
from uuid import UUID
import datetime

if TYPE_CHECKING:
  from ..models.demand import Demand





T = TypeVar("T", bound="PolicyPack")



@_attrs_define
class PolicyPack:
    """ What a regime demands, as data that never changes.

        Attributes:
            id (UUID):
            name (str):
            version (int):
            title (str):
            regime (str):
            url (str):
            checked_on (datetime.date): When its sources were last read.
            jurisdictions (list[str]): Empty: any.
            leaves_out (list[str]):
            demands (list[Demand]):
            sha256 (str): Of its canonical JSON (RFC 8785).
            registered_at (datetime.datetime):
     """

    id: UUID
    name: str
    version: int
    title: str
    regime: str
    url: str
    checked_on: datetime.date
    jurisdictions: list[str]
    leaves_out: list[str]
    demands: list[Demand]
    sha256: str
    registered_at: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.demand import Demand # noqa: PLC0415
        id = str(self.id)

        name = self.name

        version = self.version

        title = self.title

        regime = self.regime

        url = self.url

        checked_on = self.checked_on.isoformat()

        jurisdictions = self.jurisdictions



        leaves_out = self.leaves_out



        demands = []
        for demands_item_data in self.demands:
            demands_item = demands_item_data.to_dict()
            demands.append(demands_item)



        sha256 = self.sha256

        registered_at = self.registered_at.isoformat()


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "id": id,
            "name": name,
            "version": version,
            "title": title,
            "regime": regime,
            "url": url,
            "checked_on": checked_on,
            "jurisdictions": jurisdictions,
            "leaves_out": leaves_out,
            "demands": demands,
            "sha256": sha256,
            "registered_at": registered_at,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.demand import Demand # noqa: PLC0415
        d = dict(src_dict)
        id = UUID(d.pop("id"))




        name = d.pop("name")

        version = d.pop("version")

        title = d.pop("title")

        regime = d.pop("regime")

        url = d.pop("url")

        checked_on = datetime.date.fromisoformat(d.pop("checked_on"))




        jurisdictions = cast(list[str], d.pop("jurisdictions"))


        leaves_out = cast(list[str], d.pop("leaves_out"))


        demands = []
        _demands = d.pop("demands")
        for demands_item_data in (_demands):
            demands_item = Demand.from_dict(demands_item_data)



            demands.append(demands_item)


        sha256 = d.pop("sha256")

        registered_at = datetime.datetime.fromisoformat(d.pop("registered_at"))




        policy_pack = cls(
            id=id,
            name=name,
            version=version,
            title=title,
            regime=regime,
            url=url,
            checked_on=checked_on,
            jurisdictions=jurisdictions,
            leaves_out=leaves_out,
            demands=demands,
            sha256=sha256,
            registered_at=registered_at,
        )


        policy_pack.additional_properties = d
        return policy_pack

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
