"""The catalogue finds what there is, and says what there is not."""

from __future__ import annotations

import subprocess
import sys
from importlib import metadata
from pathlib import Path

import numpy as np
import pytest

from compliance.domain.errors import InvalidInputError, NotTestableError
from compliance.domain.items import ID_CHARACTERS, Item
from compliance.domain.specs import ShardSpec, Subject
from compliance.domain.vocabulary import Kind
from workers import catalogue as catalogue_module
from workers.catalogue import catalogue, find, rebuild
from workers.execution import require_short_names
from workers.stress_tests.provenance.weights_digest import weights_digest

ROOT = Path(__file__).parents[2]


def test_every_kind_of_stress_test_is_found_under_its_name_and_version() -> None:
    for (name, version), test in catalogue().items():
        assert (test.identity.name, test.identity.version) == (name, version)
        assert test.identity.kind is Kind(name.partition(".")[0])
    assert find("provenance.weights_digest") is weights_digest


def test_a_spec_rebuilds_its_procedure() -> None:
    procedure = rebuild(weights_digest.spec(registered={"a": "0" * 64}))
    assert procedure.claim == weights_digest.build({}).claim


@pytest.mark.parametrize("key", sorted(catalogue()), ids="{0[0]}@{0[1]}".format)
def test_the_record_can_keep_every_item(key: tuple[str, int]) -> None:
    """By its defaults; a test that needs more of its subject, or absent data, plans none here."""
    try:
        items = catalogue()[key].build({}).items(np.random.default_rng(1))
    except (NotTestableError, InvalidInputError) as error:
        pytest.skip(str(error))
    assert {item.id: item.too_long for item in items if item.too_long} == {}


def test_an_item_that_the_record_could_not_keep_is_refused_before_it_is_asked() -> None:
    spec = ShardSpec(weights_digest.spec(), 1, Subject("m", "m"))
    item = Item(id="x" * (ID_CHARACTERS + 1), part="p", cluster="c", payload={})
    with pytest.raises(InvalidInputError, match="whose id is too long") as caught:
        require_short_names(spec, [item])
    assert caught.value.field == "id"


def test_two_tests_of_one_name_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    monkeypatch.setattr(
        catalogue_module, "_all", lambda: iter([weights_digest, replace(weights_digest)])
    )
    with pytest.raises(ValueError, match=r"two stress tests are called provenance\.weights_digest"):
        catalogue.__wrapped__()


def test_a_third_party_test_is_found_by_its_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    point = metadata.EntryPoint(
        "digest",
        "workers.stress_tests.provenance.weights_digest:weights_digest",
        catalogue_module.ENTRY_POINT_GROUP,
    )
    monkeypatch.setattr(catalogue_module, "_modules", lambda: iter([]))
    monkeypatch.setattr(catalogue_module, "entry_points", lambda group: [point])
    assert list(catalogue.__wrapped__()) == [("provenance.weights_digest", 1)]


def test_listing_the_tests_loads_no_model_library() -> None:
    program = (
        "import sys; from workers.catalogue import catalogue; assert catalogue();"
        "loaded = {'torch', 'transformers', 'django', 'celery'} & set(sys.modules);"
        "assert not loaded, loaded"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT)
