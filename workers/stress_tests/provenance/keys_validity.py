"""Keys by number, sealed as a holder does it, for the studies of keyed data."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import numpy as np

from compliance.domain.canonical import Json, digest
from compliance.domain.verdicts import Estimate
from workers.contract import Backend, StressTest
from workers.stress_tests.provenance.keyed_draws import Seal, sealed
from workers.stress_tests.provenance.read_zoo_validity import SEED

SALT = "5a" * 32
BOUNDS = "one-sided 95% Clopper-Pearson (size), 95% Wilson (power)"
ANEW = 1_000
"""Numbers from here on are of keys that nothing was published with."""


def key(number: int) -> str:
    """64 hex digits."""
    return hashlib.sha256(f"key {number} of {SEED}".encode()).hexdigest()


def seal_of(number: int) -> Seal:
    """What draws by a key of that number, whatever it was sealed with."""
    return Seal(bytes.fromhex(key(number)), "", "")


def spec_of(name: str, parameters: Mapping[str, Json], number: int) -> dict[str, Json]:
    """``parameters`` with a seal of the key of that number."""
    commitment = sealed(name, parameters, key=key(number), salt=SALT)
    seal: dict[str, Json] = {"key": key(number), "salt": SALT, "commitment": commitment}
    return {**parameters, "seal": seal | {"beacon": ""}}


def asked(model: Backend, test: StressTest, parameters: Mapping[str, Json]) -> Estimate:
    """The estimate from all items, in the order of a run whose seed follows from its claim."""
    procedure, claim = test.build(parameters), int(digest(dict(parameters))[:15], 16)
    items = procedure.items(np.random.default_rng([SEED, claim]))
    return procedure.conclude(procedure.score(model, items))
