from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.scope import Scope






T = TypeVar("T", bound="Claim")



@_attrs_define
class Claim:
    """ What the stress test asserts or denies about the version.

        Attributes:
            statement (str):
            population (str):
            statistic (str):
            limit (float): The largest value still compliant.
            limit_source (str):
            alpha (float): Largest probability of a wrong verdict, over all looks.
            unit (str): The unit of independence.
            scope (Scope):
     """

    statement: str
    population: str
    statistic: str
    limit: float
    limit_source: str
    alpha: float
    unit: str
    scope: Scope
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        statement = self.statement

        population = self.population

        statistic = self.statistic

        limit = self.limit

        limit_source = self.limit_source

        alpha = self.alpha

        unit = self.unit

        scope = self.scope.value


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "statement": statement,
            "population": population,
            "statistic": statistic,
            "limit": limit,
            "limit_source": limit_source,
            "alpha": alpha,
            "unit": unit,
            "scope": scope,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        statement = d.pop("statement")

        population = d.pop("population")

        statistic = d.pop("statistic")

        limit = d.pop("limit")

        limit_source = d.pop("limit_source")

        alpha = d.pop("alpha")

        unit = d.pop("unit")

        scope = Scope(d.pop("scope"))




        claim = cls(
            statement=statement,
            population=population,
            statistic=statistic,
            limit=limit,
            limit_source=limit_source,
            alpha=alpha,
            unit=unit,
            scope=scope,
        )


        claim.additional_properties = d
        return claim

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
