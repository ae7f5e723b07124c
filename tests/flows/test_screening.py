"""Travel B beside itself: a registered copy is screened, tested exactly and told of by mail."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from safetensors.numpy import save_file

from compliance.alerts.models import Alert
from compliance.audits.models import Run, StressTest
from compliance.domain.vocabulary import Access, Trigger
from compliance.registry.models import SketchRow
from compliance.registry.services import model_register, version_register
from tests.cast import Cast
from tests.flows.conftest import Mailbox, Processes, Wait
from workers.stress_tests.provenance.derivations_validity import prune
from workers.stress_tests.provenance.zoo_validity import Shape, initial, member

pytestmark = pytest.mark.django_db(transaction=True)
SHAPE = Shape(width=16, hidden=96, layers=4)


def test_a_copy_of_another_organizations_model_is_told_of_by_mail(
    processes: Processes,
    wait: Wait,
    mailbox: Mailbox,
    cast: Cast,
    models_root: Path,
) -> None:
    processes.start_all()
    wait(StressTest.objects.exists, what="a worker to announce its stress tests")
    original = member(initial([0], SHAPE), 0)
    for person, organization, slug, tensors in (
        (cast.engineer, cast.northwind, "base", original),
        (cast.rival_engineer, cast.rival, "copy", prune(original, 0.3)),
    ):
        folder = models_root / slug
        folder.mkdir()
        save_file(tensors, folder / "model.safetensors")
        config = {"model_type": "llama", "num_attention_heads": SHAPE.heads}
        (folder / "config.json").write_text(json.dumps(config))
        viewer = cast.viewer(person)
        model = model_register(viewer=viewer, organization_id=organization.id, slug=slug, name=slug)
        version = version_register(
            viewer=viewer, model=model, name="1.0", access=Access.WEIGHTS, location=slug
        )
        sketched = SketchRow.objects.filter(version=version)
        wait(sketched.exists, what=f"the sketch of {slug}")
    wait(Alert.objects.exists, what="an alert")
    alert = Alert.objects.get()
    assert alert.organization == cast.rival
    assert "northwind/base 1.0" in json.dumps(Run.objects.get().shards.get().spec)
    assert Run.objects.get().trigger == Trigger.SCREENING.value
