from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast
import datetime

if TYPE_CHECKING:
  from ..models.witness import Witness





T = TypeVar("T", bound="Ledger")



@_attrs_define
class Ledger:
    """ Keys, newest checkpoint, who vouches for it, and what witnesses complain of.

        Attributes:
            origin (str):
            verifier_keys (list[str]):
            policy (str): c2sp.org/tlog-policy
            size (int):
            signed_at (datetime.datetime):
            checkpoint (str): c2sp.org/tlog-checkpoint
            quorum (bool):
            missing (str): What the quorum lacks; empty where it is reached.
            witnesses (list[Witness]):
            halted (str): Why the log's own signer refuses to sign; anything but empty is an alarm.
            timestamp (None | str): Path of the newest time stamp (RFC 3161); null: there is none.
     """

    origin: str
    verifier_keys: list[str]
    policy: str
    size: int
    signed_at: datetime.datetime
    checkpoint: str
    quorum: bool
    missing: str
    witnesses: list[Witness]
    halted: str
    timestamp: None | str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.witness import Witness # noqa: PLC0415
        origin = self.origin

        verifier_keys = self.verifier_keys



        policy = self.policy

        size = self.size

        signed_at = self.signed_at.isoformat()

        checkpoint = self.checkpoint

        quorum = self.quorum

        missing = self.missing

        witnesses = []
        for witnesses_item_data in self.witnesses:
            witnesses_item = witnesses_item_data.to_dict()
            witnesses.append(witnesses_item)



        halted = self.halted

        timestamp: None | str
        timestamp = self.timestamp


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "origin": origin,
            "verifier_keys": verifier_keys,
            "policy": policy,
            "size": size,
            "signed_at": signed_at,
            "checkpoint": checkpoint,
            "quorum": quorum,
            "missing": missing,
            "witnesses": witnesses,
            "halted": halted,
            "timestamp": timestamp,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.witness import Witness # noqa: PLC0415
        d = dict(src_dict)
        origin = d.pop("origin")

        verifier_keys = cast(list[str], d.pop("verifier_keys"))


        policy = d.pop("policy")

        size = d.pop("size")

        signed_at = datetime.datetime.fromisoformat(d.pop("signed_at"))




        checkpoint = d.pop("checkpoint")

        quorum = d.pop("quorum")

        missing = d.pop("missing")

        witnesses = []
        _witnesses = d.pop("witnesses")
        for witnesses_item_data in (_witnesses):
            witnesses_item = Witness.from_dict(witnesses_item_data)



            witnesses.append(witnesses_item)


        halted = d.pop("halted")

        def _parse_timestamp(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        timestamp = _parse_timestamp(d.pop("timestamp"))


        ledger = cls(
            origin=origin,
            verifier_keys=verifier_keys,
            policy=policy,
            size=size,
            signed_at=signed_at,
            checkpoint=checkpoint,
            quorum=quorum,
            missing=missing,
            witnesses=witnesses,
            halted=halted,
            timestamp=timestamp,
        )


        ledger.additional_properties = d
        return ledger

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
