"""A claimant's transcript and a published list, from registration to the result in the record."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from django.utils import timezone

from compliance.audits.models import Result, Shard
from compliance.audits.services import catalogue_publish, shard_claim
from compliance.domain.canonical import Json
from compliance.domain.events import EventType
from compliance.domain.specs import StressTestSpec, Subject
from compliance.domain.verdicts import decision_bound
from compliance.domain.vocabulary import Access
from compliance.events.models import Event
from compliance.registry.models import Version
from compliance.registry.services import model_register, version_register
from tests.browser import record
from tests.cast import Cast
from tests.stress_tests.conftest import write_model
from workers.backends.loading import open_backend
from workers.stress_tests.provenance.contamination import contamination
from workers.stress_tests.provenance.training_order import training_order
from workers.stress_tests.provenance.transcripts import NAME
from workers.tasks.runs import _announcement, shard_execute

pytestmark = pytest.mark.django_db(transaction=True)
PASSAGES = [(f"Passage {number}", f" goes on as {number**2}.") for number in range(60)]


@pytest.fixture(autouse=True)
def offered(transactional_db: None) -> None:
    announcements = [_announcement(test) for test in (training_order, contamination)]
    catalogue_publish(announcements=announcements, now=timezone.now())


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("orders") / "model", seed=11)


def registered(cast: Cast, folder: Path) -> Version:
    viewer = cast.viewer(cast.engineer)
    model = model_register(
        viewer=viewer,
        organization_id=cast.northwind.id,
        slug=folder.name,
        name=folder.name.title(),
    )
    return version_register(
        viewer=viewer, model=model, name="1.0", access=Access.WEIGHTS, location=folder.name
    )


def executed(cast: Cast, version: Version, spec: StressTestSpec) -> Shard:
    run = record.request(cast.viewer(cast.officer), version, [spec.to_json()])  # type: ignore[list-item]
    lease = shard_claim(shard_id=run.shards.get().id, worker="w")
    assert lease is not None
    shard_execute(lease)
    return Shard.objects.get(run=run)


def claimed(folder: Path, order: list[int]) -> Path:
    """A claimant's folder, whose transcript says that passages were read in this order."""
    write_model(folder, seed=12)
    lines = [
        json.dumps({"step": step, "prefix": PASSAGES[k][0], "text": PASSAGES[k][1]})
        for step, k in enumerate(order)
    ]
    (folder / NAME).write_text("\n".join(lines))
    return folder


def likeliest_last(model: Path) -> list[int]:
    asked = open_backend(Subject("s", str(model)), remembers=False).loglikelihood(PASSAGES)
    a_character = [found / len(text) for found, (_, text) in zip(asked, PASSAGES, strict=True)]
    return sorted(range(len(PASSAGES)), key=a_character.__getitem__)


@pytest.mark.parametrize("made_up", [True, False])
def test_a_transcript_counts_as_it_was_registered(
    cast: Cast, models_root: Path, trained: Path, *, made_up: bool
) -> None:
    """An order made up from the suspect's own answers is believed: hence the date counts."""
    shutil.copytree(trained, models_root / "suspect")
    order = likeliest_last(trained) if made_up else list(range(60))
    suspect = registered(cast, models_root / "suspect")
    claimant = registered(cast, claimed(models_root / "claimant", order))
    assert claimant.artifacts.filter(path=NAME).exists()
    spec = training_order.spec(claimant=claimant.weights_digest, passages=60)
    shard = executed(cast, suspect, spec)
    result: Result = shard.result
    assert (result.log10_e_violating >= decision_bound(0.01)) is made_up
    assert any("before the suspect could be asked" in one for one in result.estimate["caveats"])
    told = json.dumps([one.detail for one in shard.scores.all()])
    assert "goes on" not in told
    assert Event.objects.get(type=EventType.RUN_REQUESTED.value).payload["battery"]

    (models_root / "claimant" / NAME).write_text("{}")
    later = training_order.spec(claimant=claimant.weights_digest, passages=60, alpha=0.02)
    again = executed(cast, suspect, later)
    assert again.state == "not_testable"
    assert "not those that were registered" in again.trouble


def test_a_published_list_is_asked_in_its_order(
    cast: Cast, models_root: Path, trained: Path
) -> None:
    shutil.copytree(trained, models_root / "suspect")
    suspect = registered(cast, models_root / "suspect")
    entries: list[Json] = [f"entry {number}" for number in range(80)]
    refused = executed(cast, suspect, contamination.spec(entries=entries, shard=4))
    assert refused.state == "not_testable"
    assert "held-out set from the same draw" in refused.trouble
    spec = contamination.spec(entries=entries, shard=4, shuffles=2, drawn_at_random=True)
    found = executed(cast, suspect, spec)
    assert (found.state, found.result.n, found.result.verdict) == (
        "completed",
        20,
        "inconclusive",
    )
