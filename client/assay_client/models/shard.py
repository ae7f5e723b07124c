from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.kind import Kind
from ..models.shard_state import ShardState
from ..models.verdict import Verdict
from ..types import UNSET, Unset
from typing import cast
from uuid import UUID






T = TypeVar("T", bound="Shard")



@_attrs_define
class Shard:
    """ One stress test of the run; its verdict is null until it has completed.

        Attributes:
            position (int):
            test (str):
            kind (Kind):
            state (ShardState):
            items_done (int):
            items_total (int | None):
            tokens (int): Read and written by the model so far.
            attempts (int):
            trouble (str): Why it could not be tested or failed; else empty.
            result (None | Unset | UUID):
            verdict (None | Unset | Verdict):
     """

    position: int
    test: str
    kind: Kind
    state: ShardState
    items_done: int
    items_total: int | None
    tokens: int
    attempts: int
    trouble: str
    result: None | Unset | UUID = UNSET
    verdict: None | Unset | Verdict = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        position = self.position

        test = self.test

        kind = self.kind.value

        state = self.state.value

        items_done = self.items_done

        items_total: int | None
        items_total = self.items_total

        tokens = self.tokens

        attempts = self.attempts

        trouble = self.trouble

        result: None | str | Unset
        if isinstance(self.result, Unset):
            result = UNSET
        elif isinstance(self.result, UUID):
            result = str(self.result)
        else:
            result = self.result

        verdict: None | str | Unset
        if isinstance(self.verdict, Unset):
            verdict = UNSET
        elif isinstance(self.verdict, Verdict):
            verdict = self.verdict.value
        else:
            verdict = self.verdict


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "position": position,
            "test": test,
            "kind": kind,
            "state": state,
            "items_done": items_done,
            "items_total": items_total,
            "tokens": tokens,
            "attempts": attempts,
            "trouble": trouble,
        })
        if result is not UNSET:
            field_dict["result"] = result
        if verdict is not UNSET:
            field_dict["verdict"] = verdict

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        position = d.pop("position")

        test = d.pop("test")

        kind = Kind(d.pop("kind"))




        state = ShardState(d.pop("state"))




        items_done = d.pop("items_done")

        def _parse_items_total(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        items_total = _parse_items_total(d.pop("items_total"))


        tokens = d.pop("tokens")

        attempts = d.pop("attempts")

        trouble = d.pop("trouble")

        def _parse_result(data: object) -> None | Unset | UUID:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                result_type_0 = UUID(data)



                return result_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Unset | UUID, data)

        result = _parse_result(d.pop("result", UNSET))


        def _parse_verdict(data: object) -> None | Unset | Verdict:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                verdict_type_0 = Verdict(data)



                return verdict_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Unset | Verdict, data)

        verdict = _parse_verdict(d.pop("verdict", UNSET))


        shard = cls(
            position=position,
            test=test,
            kind=kind,
            state=state,
            items_done=items_done,
            items_total=items_total,
            tokens=tokens,
            attempts=attempts,
            trouble=trouble,
            result=result,
            verdict=verdict,
        )


        shard.additional_properties = d
        return shard

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
