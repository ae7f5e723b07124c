"""What the tests of several apps start from: a run, and a version behind an endpoint."""

from __future__ import annotations

from pathlib import Path

import pytest

from compliance.audits.models import Run
from compliance.domain.tlog.key_files import write_private_keys
from compliance.domain.tlog.note_keys import PrivateKey, SignatureType
from compliance.domain.vocabulary import Access
from compliance.ledger.signer import LogSigner, signer_open
from compliance.registry.models import Version
from compliance.registry.services import version_register
from tests.browser.record import request
from tests.cast import Cast

ORIGIN = "log.example/assay"
ENDPOINT = "https://models.northwind.example/v1"


@pytest.fixture
def run(announced: list[str], cast: Cast, version: Version) -> Run:
    """A run of one stress test on Northwind's assistant, requested by its officer."""
    return request(cast.viewer(cast.officer), version, ["safety.refusal"])


@pytest.fixture
def served(cast: Cast, version: Version) -> Version:
    """A version of the same model behind ``ENDPOINT``."""
    return version_register(
        viewer=cast.viewer(cast.engineer),
        model=version.model,
        name="served",
        access=Access.ENDPOINT,
        location=ENDPOINT,
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
