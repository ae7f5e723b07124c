"""The provenance tests on a real model: whom they are put to, and what a row keeps of it.

Each case asks as a worker does: ``workers.execution`` with the backend of local weights. What a row
keeps is the estimate, with seed and digests, and no item and no answer.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import cast

from compliance.domain.canonical import Json
from compliance.domain.errors import NotTestableError
from compliance.domain.specs import ShardSpec
from launcher.derived_models import OTHER, PARENT, TUNED, UNRELATED, Shelf
from workers.backends.loading import open_backend
from workers.catalogue import find
from workers.contract import Backend, Score
from workers.execution import Execution, NullSink, execute
from workers.stress_tests.provenance.unit_families import counts, families, log10_e_family

SEED = 20261128
VERSIONS = ("numpy", "python", "torch", "transformers", "dtype", "device", "threads")
CHILDREN = (
    TUNED,
    "smollm2-pruned-50",
    "smollm2-8-bit",
    "smollm2-4-bit",
    "smollm2-merged-50",
)
SUSPECTS = (TUNED, "smollm2-pruned-50", OTHER)
PRUNED = "smollm2-pruned-50"
RESHUFFLED = ("smollm2-units-reshuffled", "smollm2-residual-reshuffled")
READ_TEXTS = (OTHER, RESHUFFLED[1])
"""Whose weights have nothing in place to compare: they are compared by activations as well."""
Row = dict[str, Json]


@dataclass(frozen=True, slots=True)
class Case:
    """One row: its name within the test, and what measures it."""

    name: str
    measure: Callable[[Shelf], Row]


@dataclass(frozen=True, slots=True)
class Asked:
    """A stress test put to one model.

    Attributes:
        references: names of models, in the order in which the test gets them.
        earlier: scores of earlier looks, oldest first.
    """

    test: str
    subject: str
    parameters: Mapping[str, Json]
    references: Sequence[str] = ()
    earlier: tuple[tuple[Score, ...], ...] = ()
    seed: int = SEED

    def spec(self, shelf: Shelf) -> ShardSpec:
        return ShardSpec(
            test=find(self.test).spec(**self.parameters),
            seed=self.seed,
            subject=shelf.subject(self.subject),
            references=tuple(shelf.subject(one) for one in self.references),
            earlier=self.earlier,
        )

    def execution(self, shelf: Shelf, backend: Backend | None = None) -> Execution:
        """What the test found; raises NotTestableError where it cannot speak."""
        spec = self.spec(shelf)
        return execute(spec, backend or open_backend(spec.subject, spec.references), NullSink())

    def row(self, shelf: Shelf, backend: Backend | None = None) -> Row:
        """The same as a row, which says why where the test cannot speak."""
        self.spec(shelf)  # what is made here takes no time of the test
        try:
            found, spent = timed(lambda: self.execution(shelf, backend))
        except NotTestableError as error:
            return {"subject": self.subject, "trouble": str(error)}
        return {"subject": self.subject, **kept(found), **spent}


def timed(measure: Callable[[], Execution]) -> tuple[Execution, Row]:
    """What is found, with its seconds on the wall and of this process's work."""
    wall, work = time.monotonic(), time.process_time()
    found = measure()
    spent = {"wall": time.monotonic() - wall, "work": time.process_time() - work}
    return found, {f"seconds_{name}": round(one, 1) for name, one in spent.items()}


def kept(found: Execution) -> Row:
    """What is recorded of an execution."""
    environment = {one: found.environment[one] for one in VERSIONS if one in found.environment}
    return {
        "verdict": found.verdict.value,
        "estimate": found.estimate.to_json(),
        "planned": found.planned,
        "stopped": found.stopped.value,
        "seed": found.seed,
        "spec_digest": found.spec_digest,
        "code_digest": found.code_digest,
        "order_digest": found.order_digest,
        "environment": environment,
    }


def referred(shelf: Shelf, names: Sequence[str], *, parents: Sequence[str] = ()) -> list[Json]:
    """References as a spec writes them."""
    return [
        {
            "label": name,
            "digest": shelf.subject(name).weights_digest,
            "declared_parent": name in parents,
        }
        for name in names
    ]


def _initialisation(subject: str, parents: Sequence[str], shelf: Shelf) -> Row:
    """Beside the estimate, the counts of each family where most units are in place."""
    parameters: dict[str, Json] = {
        "references": referred(shelf, [PARENT], parents=parents),
        "activations": subject in READ_TEXTS,
    }
    asked = Asked("provenance.shared_initialisation", subject, parameters, [PARENT])
    found, spent = timed(lambda: asked.execution(shelf))
    detail = found.scores[0].detail
    return {
        "subject": subject,
        **kept(found),
        "log10_e": round(cast(float, detail["log10_e"]), 1),
        "families": {one.value: _counted(pairs) for one, pairs in families(detail).items()},
        "silent": detail.get("silent", {}),
        **spent,
    }


def _counted(pairs: Sequence[Mapping[str, Json]]) -> Row:
    best = max(pairs, key=lambda one: sum(counts(one, "in_place")))
    sums: Row = {
        key: sum(counts(best, key)) for key in ("in_place", "units", "positive", "matched")
    }
    return sums | {"log10_e": round(log10_e_family(pairs), 1)}


def _ranked(test: str, prompts: int, suspect: str, shelf: Shelf) -> Row:
    """The parent accused, with the one control of its vocabulary that there is."""
    parameters: dict[str, Json] = {
        "references": referred(shelf, [PARENT, UNRELATED]),
        "accused": PARENT,
        "controls": [UNRELATED],
        "prompts": prompts,
    }
    return Asked(test, suspect, parameters, [PARENT, UNRELATED]).row(shelf)


def initialisation_cases() -> list[Case]:
    """Children of the parent, none declared; one that is; a stranger; and the same function."""
    asked: list[tuple[str, str, Sequence[str]]]
    asked = [(name, name, ()) for name in CHILDREN]
    asked += [(f"{PRUNED}, declared", PRUNED, (PARENT,))]
    asked += [(name, name, ()) for name in (OTHER, *RESHUFFLED)]
    return [Case(name, partial(_initialisation, one, told)) for name, one, told in asked]


def ranked_cases(test: str, prompts: int) -> list[Case]:
    """Children of the accused and a stranger, beside the control."""
    return [Case(one, partial(_ranked, test, prompts, one)) for one in SUSPECTS]
