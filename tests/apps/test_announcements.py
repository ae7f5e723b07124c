"""A worker offers the stress tests whose data it has."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from compliance.audits.models import StressTest
from workers import catalogue as catalogue_module
from workers.datasets.registry import dataset
from workers.stress_tests.provenance.weights_digest import weights_digest
from workers.tasks.runs import catalogue_announce


@pytest.mark.django_db
def test_a_test_without_its_data_is_not_announced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSAY_DATASETS", str(tmp_path))
    identity = weights_digest.identity
    card = replace(identity.data_card, datasets=(dataset("bbq"),))
    lacks = replace(
        weights_digest, identity=replace(identity, name="provenance.lacks", data_card=card)
    )
    monkeypatch.setattr(catalogue_module, "_all", lambda: iter([weights_digest, lacks]))
    catalogue_module.catalogue.cache_clear()
    try:
        catalogue_announce()
    finally:
        catalogue_module.catalogue.cache_clear()
    assert list(StressTest.objects.values_list("name", flat=True)) == [identity.name]
