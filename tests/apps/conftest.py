"""What the tests of several apps start from: a run, and a version behind an endpoint."""

from __future__ import annotations

import pytest

from compliance.audits.models import Run
from compliance.domain.vocabulary import Access
from compliance.registry.models import Version
from compliance.registry.services import version_register
from tests.browser.record import request
from tests.cast import Cast

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
