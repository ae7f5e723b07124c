"""The record that is called for."""

from pathlib import Path

import pytest

from compliance.ledger.signer import LogSigner
from compliance.registry.models import Version
from tests.cast import Cast
from tests.rights.people import World, world_make


@pytest.fixture
def world(cast: Cast, version: Version, signer: LogSigner, tmp_path: Path) -> World:
    return world_make(cast, version, signer, tmp_path / "witness")
