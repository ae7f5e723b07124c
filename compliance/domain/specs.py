"""Specs: the frozen JSON that rebuilds a stress test, and one execution of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from compliance.domain.canonical import Json, digest
from compliance.domain.errors import InvalidInputError
from compliance.domain.items import Score


@dataclass(frozen=True, slots=True)
class StressTestSpec:
    """A stress test by name, version and parameters; equal specs rebuild equal tests."""

    name: str
    version: int
    parameters: Mapping[str, Json] = field(default_factory=dict)

    def to_json(self) -> dict[str, Json]:
        return {"name": self.name, "version": self.version, "parameters": dict(self.parameters)}

    @classmethod
    def from_json(cls, value: object) -> Self:
        """Rebuild a spec from JSON.

        Raises:
            InvalidInputError: a key is missing, unknown or of the wrong type.
        """
        if not isinstance(value, Mapping) or set(value) - {"name", "version", "parameters"}:
            raise _malformed("must be an object with name, version and parameters")
        name, version = value.get("name"), value.get("version")
        parameters = value.get("parameters", {})
        if not isinstance(name, str) or not isinstance(version, int) or isinstance(version, bool):
            raise _malformed("name must be a string and version an integer")
        if not isinstance(parameters, Mapping):
            raise _malformed("parameters must be an object")
        return cls(name=name, version=version, parameters=dict(parameters))

    def bind(self, **parameters: Json) -> StressTestSpec:
        """The same stress test with some parameters fixed by the run (e.g. references)."""
        return StressTestSpec(self.name, self.version, {**self.parameters, **parameters})

    @property
    def digest(self) -> str:
        return digest(self.to_json())


@dataclass(frozen=True, slots=True)
class Subject:
    """What a backend opens: registered weights (a folder) or an endpoint (a URL).

    Attributes:
        label: the name people know it by, e.g. ``northwind/smol 1.0``.
        location: absolute folder of the weights, or the endpoint's base URL.
        weights_digest: the digest registered for the weights; empty for an endpoint.
        pace_seconds: the least time between two requests to an endpoint.
        at_once: requests to an endpoint that may be in flight together.
    """

    label: str
    location: str
    weights_digest: str = ""
    pace_seconds: float = 0.0
    at_once: int = 4

    @property
    def is_endpoint(self) -> bool:
        return self.location.startswith(("http://", "https://"))


@dataclass(frozen=True, slots=True)
class ShardSpec:
    """Everything a worker needs to execute one stress test on one version.

    Attributes:
        references: other registered weights by digest, for tests that compare.
        token_budget: tokens after which no further batch is asked; None for no end.
        earlier: scores of earlier runs of the same claim on the same version, oldest first, for
            tests that follow a model over time.
    """

    test: StressTestSpec
    seed: int
    subject: Subject
    references: tuple[Subject, ...] = ()
    token_budget: int | None = None
    earlier: tuple[tuple[Score, ...], ...] = ()


def _malformed(problem: str) -> InvalidInputError:
    return InvalidInputError(
        field="battery",
        problem=f"a stress test {problem}",
        fix='Write {"name": "safety.refusal", "version": 1, "parameters": {}}',
    )
