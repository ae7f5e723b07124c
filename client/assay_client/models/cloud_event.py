from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.event_type import EventType
from ..types import UNSET, Unset
from typing import cast
from uuid import UUID
import datetime

if TYPE_CHECKING:
  from ..models.cloud_event_data import CloudEventData





T = TypeVar("T", bound="CloudEvent")



@_attrs_define
class CloudEvent:
    """ The CloudEvents 1.0 envelope of an event.

        Attributes:
            specversion (str):
            id (UUID):
            type_ (EventType):
            source (str): The organization whose record it is in, or /log: the operator's own.
            subject (str):
            time (datetime.datetime):
            datacontenttype (str):
            data (CloudEventData):
            traceparent (str | Unset): The trace it happened in (distributed tracing extension).
     """

    specversion: str
    id: UUID
    type_: EventType
    source: str
    subject: str
    time: datetime.datetime
    datacontenttype: str
    data: CloudEventData
    traceparent: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.cloud_event_data import CloudEventData # noqa: PLC0415
        specversion = self.specversion

        id = str(self.id)

        type_ = self.type_.value

        source = self.source

        subject = self.subject

        time = self.time.isoformat()

        datacontenttype = self.datacontenttype

        data = self.data.to_dict()

        traceparent = self.traceparent


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "specversion": specversion,
            "id": id,
            "type": type_,
            "source": source,
            "subject": subject,
            "time": time,
            "datacontenttype": datacontenttype,
            "data": data,
        })
        if traceparent is not UNSET:
            field_dict["traceparent"] = traceparent

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.cloud_event_data import CloudEventData # noqa: PLC0415
        d = dict(src_dict)
        specversion = d.pop("specversion")

        id = UUID(d.pop("id"))




        type_ = EventType(d.pop("type"))




        source = d.pop("source")

        subject = d.pop("subject")

        time = datetime.datetime.fromisoformat(d.pop("time"))




        datacontenttype = d.pop("datacontenttype")

        data = CloudEventData.from_dict(d.pop("data"))




        traceparent = d.pop("traceparent", UNSET)

        cloud_event = cls(
            specversion=specversion,
            id=id,
            type_=type_,
            source=source,
            subject=subject,
            time=time,
            datacontenttype=datacontenttype,
            data=data,
            traceparent=traceparent,
        )


        cloud_event.additional_properties = d
        return cloud_event

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
