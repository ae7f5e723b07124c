"""What a comparing stress test may open beside the version: its own organization's, and named."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from django.conf import settings

from compliance.audits.models import Shard, StressTest
from compliance.audits.services import shard_claim
from compliance.domain.lineage import DeclaredParent
from compliance.domain.vocabulary import Access, LineageRelation
from compliance.registry.models import Model, Version
from compliance.registry.selectors import version_bindings
from compliance.registry.services import Declarations, model_register, version_register
from tests.browser import record
from tests.cast import Cast

NAME = "safety.refusal"


@pytest.fixture(autouse=True)
def announced(db: None) -> None:
    record.announce()
    known = {"reference": "", "claimant": "", "parent": None}
    StressTest.objects.filter(name=NAME).update(parameters=known)


def another(cast: Cast, model: Model, name: str, *parents: Version, rival: bool = False) -> Version:
    """A version whose weights differ from every other one's."""
    folder = Path(settings.MODELS_ROOT) / name
    shutil.copytree(Path(settings.MODELS_ROOT) / "tiny", folder, dirs_exist_ok=True)
    (folder / "config.json").write_text(f'{{"model_type": "llama", "note": "{name}"}}')
    return version_register(
        viewer=cast.viewer(cast.rival_engineer if rival else cast.engineer),
        model=model,
        name=name,
        access=Access.WEIGHTS,
        location=name,
        declarations=Declarations(
            parents=tuple(DeclaredParent(one.id, LineageRelation.FINE_TUNE) for one in parents)
        ),
    )


def opened(cast: Cast, version: Version, **parameters: str) -> tuple[object, list[str]]:
    """The bound parent, and the digests that the worker may open."""
    spec = {"name": NAME, "version": 1, "parameters": parameters}
    run = record.request(cast.viewer(cast.officer), version, [spec])  # type: ignore[list-item]
    lease = shard_claim(shard_id=run.shards.get().id, worker="w")
    assert lease is not None
    references = [one.weights_digest for one in lease.spec.references]
    return lease.spec.test.parameters.get("parent"), references


def test_the_one_declared_parent_is_bound_and_may_be_opened(cast: Cast, version: Version) -> None:
    child = another(cast, version.model, "child", version)
    parent, references = opened(cast, child)
    assert parent == {"label": str(version), "digest": version.weights_digest}
    assert references == [version.weights_digest]


def test_without_one_parent_nothing_is_bound_and_a_named_one_may_be_opened(
    cast: Cast, version: Version
) -> None:
    other = another(cast, version.model, "other")
    assert opened(cast, other) == (None, [])
    assert opened(cast, other, reference=version.weights_digest) == (
        None,
        [version.weights_digest],
    )
    assert version_bindings(version=other, wanted={"parent"}) == {"parent": None}


def test_another_organization_s_model_is_never_opened(cast: Cast, version: Version) -> None:
    rival = model_register(
        viewer=cast.viewer(cast.rival_engineer), organization_id=cast.rival.id, slug="r", name="R"
    )
    theirs = another(cast, rival, "theirs", rival=True)
    mine = another(cast, version.model, "mine")
    assert opened(cast, mine, reference=theirs.weights_digest) == (None, [])


def test_behind_an_endpoint_no_other_organization_s_model_is_compared(
    cast: Cast, version: Version
) -> None:
    """Whoever chooses the answers could read others' weights from how near they come."""
    rival = model_register(
        viewer=cast.viewer(cast.rival_engineer), organization_id=cast.rival.id, slug="r", name="R"
    )
    theirs = another(cast, rival, "theirs", rival=True)
    served = version_register(
        viewer=cast.viewer(cast.engineer),
        model=version.model,
        name="served",
        access=Access.ENDPOINT,
        location="https://models.example/v1",
    )
    StressTest.objects.filter(name=NAME).update(parameters={"references": [], "accused": ""})
    assert opened(cast, served)[1] == [version.weights_digest]
    assert opened(cast, version)[1] == [theirs.weights_digest]
    queues = {shard.run.version_id: shard.queue for shard in Shard.objects.all()}
    assert queues[served.id] == "cpu"  # workers of endpoints alone open no weights


def test_a_claimant_of_the_same_organization_is_opened_and_no_other_one_s(
    cast: Cast, version: Version
) -> None:
    """An endpoint is sent the claimant's passages: only the owner may have them sent."""
    claimant = another(cast, version.model, "claimant")
    assert opened(cast, version, claimant=claimant.weights_digest)[1] == [claimant.weights_digest]
    rival = model_register(
        viewer=cast.viewer(cast.rival_engineer), organization_id=cast.rival.id, slug="r", name="R"
    )
    theirs = another(cast, rival, "theirs", rival=True)
    assert opened(cast, version, claimant=theirs.weights_digest)[1] == []
