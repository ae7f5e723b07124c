from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from compliance.accounts.models import Grant
from compliance.domain.commitments import commitment
from compliance.domain.entries import Entry as LoggedEntry
from compliance.domain.errors import InvalidInputError, NotFoundError
from compliance.domain.lineage import DeclaredParent, DeclaredSource
from compliance.domain.vocabulary import Access, LineageRelation, SourceKind
from compliance.events.models import Event
from compliance.ledger.models import Entry
from compliance.ledger.services import entries_sequence
from compliance.registry.models import Model, Version
from compliance.registry.selectors import model_list, version_bindings, version_get
from compliance.registry.services import Declarations, version_register
from tests.cast import Cast
from tests.conftest import write_weights


def register(cast: Cast, model: Model, location: str, **changes: object) -> Version:
    fields = {"name": "2.0", "access": Access.WEIGHTS, "location": location} | changes
    return version_register(viewer=cast.viewer(cast.engineer), model=model, **fields)  # type: ignore[arg-type]


def test_what_is_declared_at_registration_is_committed_to_in_the_log(
    cast: Cast, version: Version
) -> None:
    source = DeclaredSource(SourceKind.LICENSED, "News", licence="by contract")
    parent = DeclaredParent(version.id, LineageRelation.FINE_TUNE)
    declared = Declarations(parents=(parent,), sources=(source,))
    root = "ab" * 32
    where = f"sealing:{root}"
    made = register(cast, version.model, where, access=Access.SEALED, declarations=declared)
    assert made.weights_digest == root
    event = Event.objects.get(type="model.version.registered", subject=f"version/{made.id}")
    said = {
        "weights_digest": root,
        "parents": [{"version": str(version.id), "relation": "fine_tune"}],
        "sources": [
            {
                "kind": "licensed",
                "name": "News",
                "url": "",
                "description": "",
                "licence": "by contract",
            }
        ],
    }
    entries_sequence()
    logged = LoggedEntry.from_bytes(bytes(Entry.objects.get(event=event).body))
    for path, value in said.items():
        salt = bytes.fromhex(event.salts[path])
        assert logged.commitments[path] == commitment(path, salt, value)  # type: ignore[arg-type]


def test_sealed_weights_are_committed_to_by_a_sealing_or_not_at_all(
    cast: Cast, version: Version
) -> None:
    made = register(cast, version.model, "vault", access=Access.SEALED)
    assert not made.weights_digest
    with pytest.raises(InvalidInputError, match="location: this is no sealing"):
        register(cast, version.model, "sealing:ab", name="3.0", access=Access.SEALED)


def test_a_version_keeps_its_artifacts_and_one_digest(version: Version) -> None:
    assert {artifact.path for artifact in version.artifacts.all()} == {
        "config.json",
        "model.safetensors",
    }
    assert len(version.weights_digest) == 64


def test_a_version_cannot_be_changed(version: Version) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        Version.objects.filter(id=version.id).update(location="elsewhere")


@pytest.mark.parametrize("location", ["", ".", "..", "../x", "/etc", "absent"])
def test_a_location_outside_or_absent_is_refused(
    cast: Cast, version: Version, location: str
) -> None:
    with pytest.raises(InvalidInputError) as caught:
        register(cast, version.model, location)
    assert caught.value.field == "location"
    assert version.model.versions.count() == 1


@pytest.mark.parametrize("name", ["pytorch_model.bin", "x.pt", "x.pkl", "modeling_x.py"])
def test_a_pickle_or_code_file_is_refused(
    cast: Cast, version: Version, models_root: Path, name: str
) -> None:
    location = write_weights(models_root, "unsafe", seed=2)
    (models_root / location / name).write_bytes(b"\x80\x04.")
    with pytest.raises(InvalidInputError, match=name):
        register(cast, version.model, location)


def test_a_truncated_safetensors_file_is_refused(
    cast: Cast, version: Version, models_root: Path
) -> None:
    location = write_weights(models_root, "short", seed=2)
    path = models_root / location / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-4])
    with pytest.raises(InvalidInputError) as caught:
        register(cast, version.model, location)
    assert caught.value.field == "location"


def test_a_symbolic_link_out_of_the_root_is_refused(
    cast: Cast, version: Version, models_root: Path
) -> None:
    (models_root / "link").symlink_to("/etc")
    with pytest.raises(InvalidInputError, match="below the models root"):
        register(cast, version.model, "link")


def test_a_version_name_is_used_once(cast: Cast, version: Version) -> None:
    with pytest.raises(InvalidInputError, match="immutable"):
        register(cast, version.model, version.location, name="1.0")


def test_an_unregistered_parent_is_refused(cast: Cast, version: Version, models_root: Path) -> None:
    location = write_weights(models_root, "child", seed=3)
    stranger = DeclaredParent(uuid4(), LineageRelation.FINE_TUNE)
    with pytest.raises(InvalidInputError, match=r"parents\.0\.version"):
        register(cast, version.model, location, declarations=Declarations(parents=(stranger,)))


def test_a_version_is_compared_with_every_other_and_its_parents_are_marked(
    cast: Cast, version: Version, models_root: Path
) -> None:
    location = write_weights(models_root, "child", seed=3)
    parent = DeclaredParent(version.id, LineageRelation.FINE_TUNE)
    child = register(cast, version.model, location, declarations=Declarations(parents=(parent,)))
    [reference] = version_bindings(version=child, wanted={"references"})["references"]  # type: ignore[misc]
    assert reference == {
        "label": "northwind/assistant 1.0",
        "digest": version.weights_digest,
        "declared_parent": True,
        "declared_relative": True,
    }


def test_an_outsider_sees_no_model_and_no_version(cast: Cast, version: Version) -> None:
    for stranger in (cast.outsider, cast.rival_engineer):
        viewer = cast.viewer(stranger)
        assert not model_list(viewer=viewer).exists()
        with pytest.raises(NotFoundError):
            version_get(viewer=viewer, version_id=version.id)


def test_a_regulator_reads_until_the_grant_expires(cast: Cast, version: Version) -> None:
    assert model_list(viewer=cast.viewer(cast.regulator)).count() == 1
    yesterday = timezone.now() - timedelta(days=1)
    Grant.objects.filter(organization=cast.authority).update(expires_at=yesterday)
    assert not model_list(viewer=cast.viewer(cast.regulator)).exists()
