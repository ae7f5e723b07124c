"""Fixtures that every test may use: people, announced stress tests, registered weights."""

from __future__ import annotations

import json
from pathlib import Path

import hypothesis
import numpy as np
import pytest
from django.utils import timezone
from pytest_django import Settings
from safetensors.numpy import save_file

from compliance.audits.services import Announcement, catalogue_publish
from compliance.domain.tlog.key_files import write_private_keys
from compliance.domain.tlog.note_keys import PrivateKey, SignatureType
from compliance.domain.vocabulary import Access
from compliance.ledger.signer import LogSigner, signer_open
from compliance.registry.models import Version
from compliance.registry.services import Declarations, model_register, version_register
from tests.cast import Cast, assemble

ORIGIN = "log.example/assay"

# How long an example takes says how busy the machine is: lanes of tests share it.
hypothesis.settings.register_profile("assay", deadline=None)
hypothesis.settings.load_profile("assay")


@pytest.fixture(autouse=True)
def quick_passwords(settings: Settings) -> None:
    """Making nine people at a second each would be most of the suite's time."""
    settings.PASSWORD_HASHERS = ["tests.hashing.QuickHasher"]


@pytest.fixture
def cast(db: None) -> Cast:
    return assemble()


@pytest.fixture
def announced(db: None) -> list[str]:
    """Two announced stress tests: one asks for text, one for weights and the registry."""
    announcements = [
        _announcement("safety.refusal", needs=("generate",), parameters={"limit": 0.05}),
        _announcement(
            "provenance.weights_digest", needs=("weights",), parameters={"registered": {}}
        ),
    ]
    catalogue_publish(announcements=announcements, now=timezone.now())
    return [announcement.name for announcement in announcements]


@pytest.fixture
def models_root(tmp_path: Path, settings: Settings) -> Path:
    """An empty models root of the test's own."""
    settings.MODELS_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def weights(models_root: Path) -> str:
    """A folder with a small safetensors file; returns its location."""
    return write_weights(models_root, "tiny", seed=1)


@pytest.fixture
def version(cast: Cast, weights: str) -> Version:
    """Version 1.0 of Northwind's assistant, registered by its engineer."""
    viewer = cast.viewer(cast.engineer)
    model = model_register(
        viewer=viewer, organization_id=cast.northwind.id, slug="assistant", name="Assistant"
    )
    return version_register(
        viewer=viewer,
        model=model,
        name="1.0",
        access=Access.WEIGHTS,
        location=weights,
        declarations=Declarations(),
    )


@pytest.fixture
def signer(tmp_path: Path) -> LogSigner:
    path = tmp_path / "key"
    write_private_keys(
        path,
        PrivateKey(ORIGIN, SignatureType.ED25519, b"1" * 32),
        PrivateKey(ORIGIN, SignatureType.COSIGNATURE_MLDSA44, b"2" * 32),
    )
    return signer_open(path)


def write_weights(root: Path, name: str, *, seed: int) -> str:
    """Write a folder with weights drawn from ``seed``; returns its location below root."""
    folder = root / name
    folder.mkdir()
    tensor = np.random.default_rng(seed).standard_normal((4, 3)).astype(np.float32)
    save_file({"model.layers.0.mlp.up_proj.weight": tensor}, folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps({"model_type": "llama"}))
    return name


def _announcement(
    name: str, *, needs: tuple[str, ...], parameters: dict[str, object]
) -> Announcement:
    return Announcement(
        name=name,
        version=1,
        kind=name.partition(".")[0],
        title=name,
        needs=needs,
        parameters=parameters,  # type: ignore[arg-type]
        data_card={"name": name},
        claim="A claim.",
        sources=("a source",),
        code_digest="0" * 64,
        validity=None,
    )
