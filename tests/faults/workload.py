"""What is executed while faults are injected: tiny real models, quick stress tests."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import TypeAlias
from uuid import UUID

from compliance.alerts.models import Alert, Occurrence
from compliance.audits.models import Result, Run, Shard
from compliance.audits.services import run_request_by
from compliance.domain.events import EventType
from compliance.domain.runs import TERMINAL_RUN_STATES
from compliance.domain.specs import StressTestSpec
from compliance.domain.vocabulary import Access
from compliance.events.models import Event
from compliance.registry.models import Model, Version
from compliance.registry.services import model_register, version_register
from tests.cast import Cast
from tests.conftest import write_weights
from tests.faults.plant import Plant
from tests.stress_tests.conftest import write_model

DIGEST, PAIRS, REFUSAL = "provenance.weights_digest", "bias.counterfactual_pairs", "safety.refusal"
OVER = frozenset(state.value for state in TERMINAL_RUN_STATES)
STALLED_SECONDS = 90.0
"""Three times what recovery may take: where nothing has ended for so long, nothing will."""

_ALERTING = (EventType.VERDICT_VIOLATING.value, EventType.RUN_ERRORED.value)

Findings: TypeAlias = tuple[object, str, str, str]
"""Estimate, verdict, digest of the order, digest of the scores."""
Reference: TypeAlias = dict[tuple[UUID, str], Findings]
"""By version and spec digest, which together fix the seed."""


@dataclass(frozen=True)
class Work:
    """A stress test on a version."""

    version: Version
    spec: StressTestSpec


def model_of(cast: Cast, slug: str = "steadfast") -> Model:
    return model_register(
        viewer=cast.viewer(cast.engineer),
        organization_id=cast.northwind.id,
        slug=slug,
        name=slug.capitalize(),
    )


def version_of(cast: Cast, model: Model, name: str, location: str) -> Version:
    access = Access.ENDPOINT if "://" in location else Access.WEIGHTS
    return version_register(
        viewer=cast.viewer(cast.engineer), model=model, name=name, access=access, location=location
    )


def small_works(cast: Cast, root: Path) -> list[Work]:
    """Weights digests alone: the quickest runs there are. One version's weights were changed."""
    model = model_of(cast)
    versions = [
        version_of(cast, model, f"{n}.0", write_weights(root, f"small-{n}", seed=n))
        for n in range(4)
    ]
    weights = root / versions[-1].location / "model.safetensors"
    changed = bytearray(weights.read_bytes())
    changed[-1] ^= 1  # its verdicts are violating, so each owes an alert
    weights.write_bytes(changed)
    return [Work(version, StressTestSpec(DIGEST, 1)) for version in versions]


def mixed_works(cast: Cast, root: Path) -> list[Work]:
    """Small works, and stress tests of several batches on untrained Llamas of two layers."""
    works = small_works(cast, root)
    model = works[0].version.model
    for seed in (1, 2):
        location = write_llama(root, f"llama-{seed}", seed=seed)
        version = version_of(cast, model, f"llama {seed}", location)
        works += [Work(version, spec) for spec in batched_specs()]
    return works


def write_llama(root: Path, name: str, *, seed: int) -> str:
    """A tiny Llama whose context holds every item; returns its location."""
    return write_model(root / name, seed=seed, max_position_embeddings=512).name


def batched_specs() -> list[StressTestSpec]:
    """Specs of 5 to 30 batches; each parameter is another spec, hence another seed and order."""
    return [
        StressTestSpec(PAIRS, 1, {"limit": 0.95}),
        StressTestSpec(PAIRS, 1, {"limit": 0.95, "alpha": 0.001}),
        # Near the rate itself, so that nothing is decided early and the whole bank is asked.
        StressTestSpec(REFUSAL, 1, {"limit": 0.62, "max_new_tokens": 2}),
        StressTestSpec(REFUSAL, 1, {"limit": 0.62, "alpha": 0.001, "max_new_tokens": 2}),
    ]


@dataclass
class Batch:
    """Runs requested as earlier ones end, so that few wait and a delay is a fault's doing."""

    plant: Plant
    cast: Cast
    works: Sequence[Work]
    size: int
    at_once: int = 6
    acknowledged: list[UUID] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._turns: Iterator[Work] = cycle(self.works)
        self._viewer = self.cast.viewer(self.cast.engineer)

    def top_up(self) -> None:
        """Request what is missing to ``at_once``; what cannot be written now is tried later."""
        waiting = self.plant.ask(_unfinished, otherwise=self.at_once)
        missing = min(self.at_once - waiting, self.size - len(self.acknowledged))
        for _ in range(max(0, missing)):
            run = self.plant.ask(self._request, otherwise=None)
            if run is None:
                return
            self.acknowledged.append(run.id)

    @property
    def over(self) -> bool:
        """Whether every run was requested and has ended."""
        if len(self.acknowledged) < self.size:
            return False
        return self.plant.ask(lambda: _unfinished() == 0, otherwise=False)

    def finish(self) -> bool:
        """Wait for the end; False when nothing moves any more."""
        seen, since = -1, time.monotonic()
        while not self.over:
            self.plant.tend()
            self.top_up()
            ended = self.plant.ask(_ended, otherwise=seen)
            if ended != seen:
                seen, since = ended, time.monotonic()
            elif time.monotonic() - since > STALLED_SECONDS:
                return False
            time.sleep(0.05)
        return self._answered()

    def _answered(self) -> bool:
        """Give the alerts of the last runs the time that recovery has."""
        deadline = time.monotonic() + STALLED_SECONDS
        while self.plant.ask(alerts_missing, otherwise=1):
            if time.monotonic() > deadline:
                return False
            self.plant.tend()
            time.sleep(0.1)
        return True

    def _request(self) -> Run:
        work = next(self._turns)
        return run_request_by(viewer=self._viewer, version=work.version, battery=[work.spec])


def undisturbed(plant: Plant, cast: Cast, works: Sequence[Work]) -> Reference:
    """Every work executed once by the same workers before the first fault."""
    batch = Batch(plant, cast, works, len(works))
    assert batch.finish(), "the undisturbed runs did not end"
    found = {key(result): findings(result) for result in Result.objects.all()}
    troubles = set(Shard.objects.exclude(trouble="").values_list("trouble", flat=True))
    assert len(found) == len(works), troubles
    return found


def key(result: Result) -> tuple[UUID, str]:
    return result.version_id, result.spec_digest


def findings(result: Result) -> Findings:
    return result.estimate, result.verdict, result.order_digest, result.scores_digest


def alerts_missing() -> int:
    """Violating verdicts and errored runs that neither opened an alert nor added to one."""
    owed = set(Event.objects.filter(type__in=_ALERTING).values_list("id", flat=True))
    told = Alert.objects.values_list("event_id", flat=True)
    again = Occurrence.objects.values_list("event_id", flat=True)
    return len(owed - {*told, *again})


def _unfinished() -> int:
    return Run.objects.exclude(state__in=OVER).count()


def _ended() -> int:
    return Run.objects.filter(state__in=OVER).count()
